"""When a unit that keeps a roster has nobody on duty, in the hours in which it says that somebody answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.rules.dispatch import Hands, Leave
from models.rules.hours import read_hours, spans_between
from models.rules.roster import OnShift, Span, uncovered
from models.store import Work
from models.views.askers import User
from models.views.calendar import calendar
from models.views.roster import estates_of_unit, leaves, shifts
from models.views.staff import Unit


@dataclass(frozen=True, slots=True)
class Gap:
    """`spans`: when nobody is there. `estates`: for whom, by name; none: for all."""

    estates: tuple[str, ...]
    spans: tuple[Span, ...]


def duty_hours(work: Work, unit: Unit) -> list[dict[str, Any]]:
    """When the unit's duty staff answer, as data: its own hours, else those of the limits."""
    return list(work.limits["duty_hours"] if unit.hours is None else unit.hours)


def gaps(work: Work, asker: User, unit: Unit, since: datetime, until: datetime) -> tuple[Gap, ...]:
    """The times from `since` until `until` in which nobody of the unit's roster is there, leaves considered.

    Estates differ where workers are given orders of some estates only. No shift in that time: no gaps either, for
    the unit goes by switches, or nobody has made the roster yet.
    """
    duty = [
        OnShift(one.worker_id, one.starts_at, one.ends_at)
        for one in shifts(work, asker, unit.id, since, until)
    ]
    if not duty:
        return ()
    zone = str(work.limits["time_zone"])
    days = calendar(work, since.date() - timedelta(days=1))
    asked = spans_between(read_hours(duty_hours(work, unit)), since, until, zone, days)
    crew = _crew(work, asker, unit.id, since)
    found: dict[tuple[Span, ...], list[str]] = defaultdict(list)
    for estate_id, names in _alike(work, unit.id, crew).items():
        found[uncovered(crew, duty, asked, estate_id)] += names
    whole = len(found) == 1
    return tuple(Gap(() if whole else tuple(names), spans) for spans, names in found.items() if spans)


def _crew(work: Work, asker: User, unit_id: int, since: datetime) -> dict[int, Hands]:
    w, e = t.worker.c, t.worker_estate.c
    away: dict[int, list[Leave]] = defaultdict(list)
    for one in leaves(work, asker, unit_id, since):
        away[one.worker_id].append(Leave(one.starts_at, one.ends_at, one.substitute_id))
    estates: dict[int, set[int]] = defaultdict(set)
    theirs = select(e.worker_id, e.estate_id).join_from(t.worker_estate, t.worker).where(w.unit_id == unit_id)
    for worker_id, estate_id in work.conn.execute(theirs):
        estates[worker_id].add(estate_id)
    people = select(w.id, w.name, w.cap).where(w.unit_id == unit_id, w.active)
    return {
        row.id: Hands(
            row.id,
            row.name,
            unit_id,
            True,
            row.cap,
            estates=frozenset(estates[row.id]),
            leaves=tuple(away[row.id]),
        )
        for row in work.conn.execute(people)
    }


def _alike(work: Work, unit_id: int, crew: Mapping[int, Hands]) -> dict[int | None, list[str]]:
    """One estate of each sort, and the names of all of that sort: those for which the same people work."""
    if not any(hands.estates for hands in crew.values()):
        return {None: []}
    first: dict[frozenset[int], int] = {}
    names: dict[int | None, list[str]] = defaultdict(list)
    for estate_id, name in estates_of_unit(work, unit_id).items():
        people = frozenset(one.id for one in crew.values() if not one.estates or estate_id in one.estates)
        names[first.setdefault(people, estate_id)].append(name)
    return names
