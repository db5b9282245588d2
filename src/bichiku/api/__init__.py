"""The library: what `import bichiku` offers, and what the command calls."""
