"""Verbs: a dataclass with run(work). An action writes rows and says whom to tell; nobody here sends."""
