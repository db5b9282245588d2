"""Second ways to the same answer, and the models they are tried on; tests and trials both draw on them."""
