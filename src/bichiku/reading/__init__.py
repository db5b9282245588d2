"""Reading a model folder: YAML and tables in, checked worlds out."""
