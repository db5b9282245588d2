"""How a choice between strategies stands up to what is uncertain: which is best where, and what turns the order."""
