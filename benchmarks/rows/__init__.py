"""Families of rows of the table that `python -m benchmarks` prints, a file each."""
