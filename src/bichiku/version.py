"""The version of bichiku."""

__version__ = "0.1.0"
