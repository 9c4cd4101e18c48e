"""Tables that people send and get."""
