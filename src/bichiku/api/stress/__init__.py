"""Plans of runs, held while things break."""
