"""Which lines of a table of people have a phone that is also another person's."""

from __future__ import annotations

from models.rules.importing import Values
from models.rules.lookup import name_key

SHARED = "shared"  # a value of a line of people: another person of the table has the same phone


class Phones:
    """Which phones several people of a table have: elders often use a child's. It keeps hashes only."""

    def __init__(self) -> None:
        self._owners: dict[int, int] = {}
        self.shared: set[int] = set()

    def note(self, values: Values) -> None:
        """One line of people."""
        if "phone" in values:
            phone, owner = hash(values["phone"]), hash(name_key(values["name"]))
            if self._owners.setdefault(phone, owner) != owner:
                self.shared.add(phone)

    def marked(self, values: Values) -> Values:
        """The line, with SHARED if its phone is also another person's. Known once every line is noted."""
        return {**values, SHARED: True} if hash(values.get("phone")) in self.shared else values
