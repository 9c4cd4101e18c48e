"""Districts, streets and communities: what a user of the console may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models import tables as t
from models.actions.saving import missing, row_of, save
from models.rules import areas
from models.rules.orders import Refusal, Why
from models.store import Work


@dataclass(frozen=True, slots=True)
class SaveArea:
    """A district, street or community. `parent_id` is what it lies in, of a higher level, so no loop can be made.

    The level of an area that is there stays as it is.
    """

    level: str
    name: str
    parent_id: int | None = None
    area_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}."""
        known = row_of(work, t.area, self.area_id) if self.area_id else None
        level = known.level if known else self.level
        if level not in areas.LEVELS:
            return Refusal(Why.UNKNOWN, field="level")
        if refusal := missing({"name": self.name}):
            return refusal
        above = row_of(work, t.area, self.parent_id) if self.parent_id else None
        if self.parent_id and (above is None or not areas.higher(above.level, level)):
            return Refusal(Why.UNKNOWN, field="parent_id")
        values = {"parent_id": self.parent_id, "level": level, "name": self.name}
        return save(work, t.area, self.area_id, values, ("parent_id", "level", "name"))
