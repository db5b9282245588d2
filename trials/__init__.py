"""Long campaigns that anyone can run: ``python -m trials.<name>`` from the top of the repository."""
