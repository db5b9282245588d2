"""bichiku (備蓄, reserve stock): where to buy critical minerals, what to build, how many days to hold."""

__version__ = "0.1.0"
