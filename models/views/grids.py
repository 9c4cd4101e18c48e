"""The grid that a home is in, and who looks after it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from models import tables as t
from models.rules.dispatch import Grid, officer
from models.store import Work


def grids_of_homes() -> Select[Any]:
    """(home, grid): of each home its own grid, else its building's."""
    h, b = t.home.c, t.building.c
    return select(h.id, func.coalesce(h.grid_id, b.grid_id)).join_from(t.home, t.building)


def grid_of(work: Work, home_id: int | None, building_id: int | None) -> int | None:
    """The smallest grid that the home is in, or without a home the building."""
    if home_id is not None:
        row = work.conn.execute(grids_of_homes().where(t.home.c.id == home_id)).first()
        return row[1] if row else None
    building = select(t.building.c.grid_id).where(t.building.c.id == building_id)
    return work.conn.execute(building).scalar()


def officers_in(work: Work, estate_id: int) -> tuple[str, ...]:
    """The names of the officers of the grids in which an estate's buildings and homes are."""
    b, h, g = t.building.c, t.home.c, t.grid.c
    mine = select(b.grid_id).where(b.estate_id == estate_id)
    homes = select(h.grid_id).join_from(t.home, t.building).where(b.estate_id == estate_id).distinct()
    rows = work.conn.execute(select(g.id, g.parent_id, g.officer_id))
    grids = {row.id: Grid(*row) for row in rows}
    ids = {officer(grids, grid_id) for grid_id in work.conn.execute(mine.union(homes)).scalars()}
    w = t.worker.c
    return tuple(work.conn.execute(select(w.name).where(w.id.in_(ids - {None})).order_by(w.id)).scalars())


def officer_of(work: Work, home_id: int | None, building_id: int | None) -> int | None:
    """The worker who is officer of the micro-grid there, else of the grid around it; None where there is none."""
    grid_id = grid_of(work, home_id, building_id)
    if grid_id is None:
        return None
    g = t.grid.c
    rows = work.conn.execute(select(g.id, g.parent_id, g.officer_id))
    return officer({row.id: Grid(*row) for row in rows}, grid_id)
