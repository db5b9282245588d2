"""The sections of a report in reading order, one file each."""
