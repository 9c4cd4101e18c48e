"""Finds the unit in charge, and the level above it, among units that can be reached in a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from models import tables as t
from models.rules.routing import Route, Unit, chain, choose, fallback, local_day
from models.store import Work


@dataclass(frozen=True, slots=True)
class Charge:
    """Who is in charge: `level` counts the steps up from the routed unit; `reached`: a group hears of it."""

    unit_id: int | None
    level: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Region:
    """The units, who can be reached, and the estate's own community unit."""

    units: Mapping[int, Unit]
    reachable: frozenset[int]
    community_unit_id: int | None
    levels: int

    @classmethod
    def of(cls, work: Work, estate_id: int | None) -> Region:
        """Read it. A unit is reached when a bound group of its has a robot that speaks and was not removed."""
        u, g = t.handling_unit.c, t.work_group.c
        rows = work.conn.execute(select(u.id, u.kind, u.parent_id).order_by(u.id))
        units = {row.id: Unit(*row) for row in rows}
        speaking = (
            select(g.unit_id)
            .join_from(t.work_group, t.bot)
            .where(g.bound_at.is_not(None), g.robot_key_sealed.is_not(None))
            .where(g.silent_since.is_(None), t.bot.c.active)
        )
        reachable = frozenset(work.conn.execute(speaking).scalars())
        community = select(t.estate.c.community_unit_id).where(t.estate.c.id == estate_id)
        return cls(units, reachable, work.conn.execute(community).scalar(), int(work.limits["levels"]))

    def charge(self, first: int | None, *, above: bool = False, level: int = 0) -> Charge:
        """The unit in charge from `first` on (`above`: from the next level on); unreachable ones are passed over.

        Nobody can be reached: the first unit keeps it, or None is in charge.
        """
        levels = chain(self.units, first, self.community_unit_id, self.levels)
        for steps, unit_id in enumerate(levels):
            if unit_id in self.reachable and not (above and steps == 0):
                return Charge(unit_id, level + steps, True)
        return Charge(first, level, False)


def route(work: Work, region: Region, estate_id: int | None, category: str) -> Charge:
    """Who is in charge of a new order today."""
    r = t.route.c
    today = local_day(work.now, str(work.limits["time_zone"]))
    rows = work.conn.execute(
        select(r.id, r.estate_id, r.category, r.unit_id, r.starts_on, r.ends_on)
        .where(or_(r.estate_id.is_(None), r.estate_id == estate_id))
        .where(or_(r.category.is_(None), r.category == category))
    )
    unit_id = choose((Route(*row) for row in rows), estate_id, category, today)
    return region.charge(unit_id if unit_id is not None else fallback(region.units, region.community_unit_id))
