"""Bichiku as a library: what `import bichiku` offers, and what every command calls."""
