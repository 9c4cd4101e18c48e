"""Reads what a trial needs: which unit an order from an estate would go to now, how, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from models import tables as t
from models.actions.dispatch import crew_of, route_of
from models.actions.routing import Region, today
from models.rules.dispatch import Hands, Task, standing
from models.rules.routing import Route, chain, fallback, most_specific
from models.rules.trial import Verdict, verdict
from models.store import Work
from models.views.askers import User
from models.views.register import own_estates


@dataclass(frozen=True, slots=True)
class Trial:
    """`route`: what names the first unit, None: nothing fits. `passed`: units above it that nobody could tell.

    `people`: everybody of the unit, with models.rules.dispatch.standing(), when orders go by turns there.
    """

    route: Route | None
    passed: tuple[int, ...]
    unit_id: int | None
    mode: str
    verdict: Verdict
    people: tuple[tuple[str, str], ...]
    names: dict[int, str]


def try_out(
    work: Work, asker: User, estate_id: int, category: str, *, emergency: bool = False
) -> Trial | None:
    """What would become of such an order now. None for an estate that the asker does not look after."""
    if estate_id not in {one.id for one in own_estates(work, asker)}:
        return None
    region = Region.of(work, estate_id)
    on = today(work)
    first = most_specific(region.routes, estate_id, category, on)
    unit_id = first.unit_id if first else fallback(region.units, region.levels, region.estates_unit_id)
    charge = region.charge(unit_id)
    above = chain(region.units, region.levels, unit_id, region.estates_unit_id)
    passed = above[: above.index(charge.unit_id)] if charge.unit_id in above else ()
    own = route_of(region, charge.unit_id, estate_id, category, on)
    crew = _crew(work, charge.unit_id, own)
    task = Task(category, estate_id, emergency, int(work.limits["emergencies_over_cap"]))
    found = verdict(own, crew, charge.unit_id, region.reachable, task, work.now)
    mode = own.mode if own else "claim"
    people = _people(work, crew, charge.unit_id, task) if mode == "round_robin" and charge.reached else ()
    names = {one.id: one.name for one in crew.values()}
    return Trial(first, passed, charge.unit_id, mode, found, people, names)


def _crew(work: Work, unit_id: int | None, route: Route | None) -> dict[int, Hands]:
    """The people of the unit, and those of the unit of whoever the route names."""
    named = route.worker_id if route and route.mode == "assign" else None
    whose = select(t.worker.c.unit_id).where(t.worker.c.id == named)
    units = {unit_id, work.conn.execute(whose).scalar() if named is not None else None} - {None}
    return {key: hands for unit in units if unit is not None for key, hands in crew_of(work, unit).items()}


def _people(
    work: Work, crew: dict[int, Hands], unit_id: int | None, task: Task
) -> tuple[tuple[str, str], ...]:
    if unit_id is None:
        return ()
    theirs = (one for one in crew.values() if one.unit_id == unit_id)
    return tuple((one.name, standing(crew, one.id, unit_id, task, work.now)) for one in theirs)
