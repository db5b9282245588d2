"""What is modelled: the time axis, the rows of the tables, the settings, the world and the tree of its futures.

Nothing here reads or writes a file.
"""
