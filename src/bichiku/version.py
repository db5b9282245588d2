"""The version of bichiku."""

__version__ = "0.2.0"
