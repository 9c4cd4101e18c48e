"""What the database's tables can be refused for."""


class CannotUpgrade(Exception):
    """The tables are none that a release has left. The text says, in the operator's words, what to do."""
