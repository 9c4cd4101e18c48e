"""The rounds of those who carry meals to the door: whose they are, which buildings, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from models import tables as t
from models.actions.desk import Audit
from models.actions.saving import missing, row_of, save
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.kitchen import cooked_by
from models.views.users import asker_of


@dataclass(frozen=True, slots=True)
class SaveMealRoute:
    """A round of a canteen. `buildings`: in the order in which they are walked; each is on one round of a canteen
    only, so it leaves the one it was on.

    `worker_id`: the volunteer, anybody of the canteen's unit. Gives {"id", "new"}.
    """

    canteen_id: int
    name: str
    user_id: int
    buildings: tuple[int, ...] = ()
    worker_id: int | None = None
    active: bool = True
    route_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals name the `field`: unknown, needs_words, already (the name)."""
        canteen = self._canteen(work)
        if canteen is None:
            return Refusal(Why.UNKNOWN, field="canteen_id")
        if refusal := missing({"name": self.name}):
            return refusal
        volunteer = row_of(work, t.worker, self.worker_id) if self.worker_id else None
        if self.worker_id and (volunteer is None or volunteer.unit_id != canteen.unit_id):
            return Refusal(Why.UNKNOWN, field="worker_id")
        if self.route_id and not self._is_there(work):
            return Refusal(Why.UNKNOWN, field="route_id")
        if set(self.buildings) - self._reached(work):
            return Refusal(Why.UNKNOWN, field="buildings")
        values = {
            "canteen_id": self.canteen_id,
            "name": self.name.strip()[:32],
            "worker_id": self.worker_id or None,
        }
        saved = save(
            work,
            t.meal_route,
            self.route_id or None,
            {**values, "active": self.active},
            ("canteen_id", "name"),
        )
        if saved["ok"]:
            self._lay(work, saved["id"])
            Audit(self.user_id, "meal_route", str(saved["id"])).run(work)
        return saved

    def _canteen(self, work: Work) -> Any:
        asker = asker_of(work, self.user_id)
        if asker is None:
            return None
        mine = select(t.canteen).where(t.canteen.c.id == self.canteen_id, cooked_by(asker))
        return work.conn.execute(mine.with_for_update()).first()

    def _is_there(self, work: Work) -> bool:
        r = t.meal_route.c
        mine = select(r.id).where(r.id == self.route_id, r.canteen_id == self.canteen_id)
        return work.conn.execute(mine).first() is not None

    def _reached(self, work: Work) -> set[int]:
        """The buildings of the estates that the canteen serves."""
        b, e = t.building.c, t.estate_canteen.c
        served = select(b.id).join_from(t.building, t.estate_canteen, e.estate_id == b.estate_id)
        return set(work.conn.execute(served.where(e.canteen_id == self.canteen_id)).scalars())

    def _lay(self, work: Work, route_id: int) -> None:
        r, b = t.meal_route.c, t.meal_route_building.c
        routes = select(r.id).where(r.canteen_id == self.canteen_id)
        here = b.building_id.in_(self.buildings) & b.meal_route_id.in_(routes)
        work.conn.execute(delete(t.meal_route_building).where((b.meal_route_id == route_id) | here))
        rows = [
            {"meal_route_id": route_id, "building_id": one, "place": place}
            for place, one in enumerate(dict.fromkeys(self.buildings), 1)
        ]
        if rows:
            work.conn.execute(insert(t.meal_route_building), rows)
