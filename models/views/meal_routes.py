"""The rounds of a canteen's volunteers, as they are set up."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from models import tables as t
from models.store import Work
from models.views.register import Building


@dataclass(frozen=True, slots=True)
class MealRoute:
    """A round. `buildings`: their ids in the order in which they are walked."""

    id: int
    name: str
    worker_id: int | None
    volunteer: str
    active: bool
    buildings: tuple[int, ...]


def meal_routes(work: Work, canteen_id: int) -> tuple[MealRoute, ...]:
    """The rounds of a canteen by name, those in use first."""
    r, b, w = t.meal_route.c, t.meal_route_building.c, t.worker.c
    mine = (
        select(r.id, r.name, r.worker_id, w.name.label("volunteer"), r.active)
        .outerjoin_from(t.meal_route, t.worker, w.id == r.worker_id)
        .where(r.canteen_id == canteen_id)
    )
    routes = work.conn.execute(mine.order_by(r.active.desc(), r.name, r.id)).all()
    on = select(b.meal_route_id, b.building_id).where(b.meal_route_id.in_([row.id for row in routes]))
    buildings: dict[int, list[int]] = {}
    for row in work.conn.execute(on.order_by(b.place, b.id)):
        buildings.setdefault(row.meal_route_id, []).append(row.building_id)
    return tuple(
        MealRoute(
            row.id, row.name, row.worker_id, row.volunteer or "", row.active, tuple(buildings.get(row.id, ()))
        )
        for row in routes
    )


def served_buildings(work: Work, canteen_id: int) -> tuple[Building, ...]:
    """The buildings of the estates that a canteen serves."""
    b, e, ec = t.building.c, t.estate.c, t.estate_canteen.c
    query = (
        select(b.id, b.key, b.name, b.scene, b.estate_id, e.name)
        .join_from(t.building, t.estate)
        .join(t.estate_canteen, ec.estate_id == e.id)
        .where(ec.canteen_id == canteen_id)
    )
    return tuple(Building(*row) for row in work.conn.execute(query.order_by(b.estate_id, b.id)))
