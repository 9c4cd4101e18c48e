"""What was meant: numbers, addresses, categories, danger. Pure functions and tables."""
