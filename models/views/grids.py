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


def officer_of(work: Work, home_id: int | None, building_id: int | None) -> int | None:
    """The worker who is officer of the micro-grid there, else of the grid around it; None where there is none."""
    grid_id = grid_of(work, home_id, building_id)
    if grid_id is None:
        return None
    g = t.grid.c
    rows = work.conn.execute(select(g.id, g.parent_id, g.officer_id))
    return officer({row.id: Grid(*row) for row in rows}, grid_id)
