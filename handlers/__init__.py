"""The doors: callbacks, one resident's turn, the grammar of staff groups, operations, the console. Thin."""
