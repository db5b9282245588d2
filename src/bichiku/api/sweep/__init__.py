"""The same model solved again and again with changed numbers: frontiers."""
