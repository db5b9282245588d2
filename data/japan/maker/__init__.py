"""Makes the tables of the Japan model from the sources in `data/`."""
