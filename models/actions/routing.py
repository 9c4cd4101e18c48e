"""Finds the unit in charge, and the level above it, among units that can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, false, or_, select

from models import tables as t
from models.rules.levels import Levels
from models.rules.routing import Route, Unit, chain, choose, fallback, local_day
from models.store import Work
from models.views.staff import units_with_app


@dataclass(frozen=True, slots=True)
class Charge:
    """Who is in charge: `level` counts the steps up from the routed unit; `reached`: somebody of it hears of it."""

    unit_id: int | None
    level: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Region:
    """The units, who can be reached, the unit that the estate names as its own, and the chain of levels."""

    units: Mapping[int, Unit]
    reachable: frozenset[int]
    estates_unit_id: int | None
    levels: Levels

    @classmethod
    def of(cls, work: Work, estate_id: int | None, *, talks: bool = False) -> Region:
        """Read it. A unit is reached when a bound group of its has a robot that speaks and was not removed, or when
        one of its workers is bound in its app.

        The people of a group without a bot must be able to open the page of an order besides. `talks`: only who can
        answer in a talk with a resident is reached, which takes a group with a bot.
        """
        u, g = t.handling_unit.c, t.work_group.c
        rows = work.conn.execute(select(u.id, u.kind, u.parent_id).order_by(u.id))
        units = {row.id: Unit(*row) for row in rows}
        speaking = (
            select(g.unit_id)
            .select_from(t.work_group)
            .outerjoin(t.bot)
            .where(g.bound_at.is_not(None), g.robot_key_sealed.is_not(None))
            .where(g.silent_since.is_(None), or_(t.bot.c.active, false() if talks else without_bot(work)))
        )
        apps = frozenset[int]() if talks else units_with_app(work)
        reachable = frozenset(work.conn.execute(speaking).scalars()) | apps
        own = select(t.estate.c.community_unit_id).where(t.estate.c.id == estate_id)
        return cls(units, reachable, work.conn.execute(own).scalar(), work.limits["levels"])

    def charge(self, first: int | None, *, above: bool = False, level: int = 0) -> Charge:
        """The unit in charge from `first` on (`above`: from the next level on); unreachable ones are passed over.

        Nobody can be reached: the first unit keeps it, or None is in charge.
        """
        units = chain(self.units, self.levels, first, self.estates_unit_id)
        for steps, unit_id in enumerate(units):
            if unit_id in self.reachable and not (above and steps == 0):
                return Charge(unit_id, level + steps, True)
        return Charge(first, level, False)


def routes(work: Work, estate_id: int | None, category: str | None = None) -> tuple[Route, ...]:
    """Every route of orders from there of that kind (None: of any), also of other days."""
    r = t.route.c
    columns = (r.id, r.estate_id, r.category, r.unit_id, r.starts_on, r.ends_on, r.mode, r.worker_id)
    query = select(*columns).where(or_(r.estate_id.is_(None), r.estate_id == estate_id))
    if category is not None:
        query = query.where(or_(r.category.is_(None), r.category == category))
    return tuple(Route(*row) for row in work.conn.execute(query))


def today(work: Work) -> date:
    """The date there."""
    return local_day(work.now, str(work.limits["time_zone"]))


def without_bot(work: Work) -> ColumnElement[bool]:
    """The condition of a group that can only be written to, while its people can reach the page of an order."""
    return t.work_group.c.bot_id.is_(None) if work.limits["public_url"] else false()


def route(work: Work, region: Region, estate_id: int | None, category: str) -> Charge:
    """Who is in charge of a new order today."""
    unit_id = choose(routes(work, estate_id, category), estate_id, category, today(work))
    if unit_id is None:
        unit_id = fallback(region.units, region.levels, region.estates_unit_id)
    return region.charge(unit_id)
