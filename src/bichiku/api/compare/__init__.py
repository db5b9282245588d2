"""Several strategies over one world, side by side."""
