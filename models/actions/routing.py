"""Finds the unit in charge, and the level above it, among units that can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from models import tables as t
from models.rules.levels import Levels
from models.rules.routing import Route, Unit, chain, choose, fallback, local_day
from models.store import Work
from models.views.staff import UNITS_WITH_APP


@dataclass(frozen=True, slots=True)
class Charge:
    """Who is in charge: `level` counts the steps up from the routed unit; `reached`: somebody of it hears of it."""

    unit_id: int | None
    level: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Region:
    """The units, who can be reached, the unit that the estate names as its own, the chain of levels, and every
    route of orders from that estate, also of other days."""

    units: Mapping[int, Unit]
    reachable: frozenset[int]
    estates_unit_id: int | None
    levels: Levels
    routes: tuple[Route, ...]

    @classmethod
    def of(cls, work: Work, estate_id: int | None, *, talks: bool = False) -> Region:
        """Read it. A unit is reached when a bound group of its has a robot that speaks and was not removed, or when
        one of its workers is bound in its app.

        The people of a group without a bot must be able to open the page of an order besides. `talks`: only who can
        answer in a talk with a resident is reached, which takes a group with a bot.
        """
        pages = bool(work.limits["public_url"]) and not talks
        rows = work.run(_units(pages=pages, apps=not talks), {"estate": estate_id}).all()
        units = {row.id: Unit(row.id, row.kind, row.parent_id) for row in rows}
        reachable = frozenset(row.id for row in rows if row.reached)
        own = rows[0].own if rows else None
        return cls(units, reachable, own, work.limits["levels"], _routes(work, estate_id))

    def charge(self, first: int | None, *, above: bool = False, level: int = 0) -> Charge:
        """The unit in charge from `first` on (`above`: from the next level on); unreachable ones are passed over.

        Nobody can be reached: the first unit keeps it, or None is in charge.
        """
        units = chain(self.units, self.levels, first, self.estates_unit_id)
        for steps, unit_id in enumerate(units):
            if unit_id in self.reachable and not (above and steps == 0):
                return Charge(unit_id, level + steps, True)
        return Charge(first, level, False)


@cache
def _units(*, pages: bool, apps: bool) -> Select[Any]:
    """Every unit, whether somebody of it hears of orders, and the unit that the estate names as its own."""
    u, g = t.handling_unit.c, t.work_group.c
    hears = or_(t.bot.c.active, g.bot_id.is_(None)) if pages else t.bot.c.active
    speaking = (
        select(g.unit_id)
        .select_from(t.work_group)
        .outerjoin(t.bot)
        .where(g.bound_at.is_not(None), g.robot_key_sealed.is_not(None), g.silent_since.is_(None), hears)
    )
    reached = or_(u.id.in_(speaking), u.id.in_(UNITS_WITH_APP)) if apps else u.id.in_(speaking)
    own = select(t.estate.c.community_unit_id).where(t.estate.c.id == bindparam("estate", type_=t.Id))
    columns = (u.id, u.kind, u.parent_id, reached.label("reached"), own.scalar_subquery().label("own"))
    return select(*columns).order_by(u.id)


def _routes(work: Work, estate_id: int | None) -> tuple[Route, ...]:
    return tuple(Route(*row) for row in work.run(_ROUTES, {"estate": estate_id}))


_R = t.route.c
_ROUTES = select(
    _R.id, _R.estate_id, _R.category, _R.unit_id, _R.starts_on, _R.ends_on, _R.mode, _R.worker_id
).where(or_(_R.estate_id.is_(None), _R.estate_id == bindparam("estate", type_=t.Id)))


def today(work: Work) -> date:
    """The date there."""
    return local_day(work.now, str(work.limits["time_zone"]))


def route(work: Work, region: Region, estate_id: int | None, category: str) -> Charge:
    """Who is in charge of a new order today."""
    unit_id = choose(region.routes, estate_id, category, today(work))
    if unit_id is None:
        unit_id = fallback(region.units, region.levels, region.estates_unit_id)
    return region.charge(unit_id)
