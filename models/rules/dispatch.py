"""Who gets an order: of a unit's people on duty, whose turn it is; who stands in for whom; whose grid a home is in.

Skills, estates and the cap bind what is given to people, not what they take themselves (docs/decisions/0014).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody is away from `starts_at` until `ends_at`, and `substitute_id` does their work, if anybody."""

    starts_at: datetime
    ends_at: datetime
    substitute_id: int | None = None


@dataclass(frozen=True, slots=True)
class Hands:
    """A worker as dispatch sees them.

    `on_duty`: what the roster says now, or their switch where the unit keeps none. `skills` and `estates`: empty
    means all. `holds`: open orders now. `given_at`: when they were last given one.
    """

    id: int
    name: str
    unit_id: int
    on_duty: bool
    cap: int
    holds: int = 0
    given_at: datetime | None = None
    skills: frozenset[str] = frozenset()
    estates: frozenset[int] = frozenset()
    leaves: tuple[Leave, ...] = ()

    def leave(self, now: datetime) -> Leave | None:
        """The leave that they are on."""
        return next((one for one in self.leaves if one.starts_at <= now < one.ends_at), None)


@dataclass(frozen=True, slots=True)
class Task:
    """What of an order decides who gets it. `over`: how many emergencies somebody may hold beyond the cap."""

    category: str
    estate_id: int | None
    emergency: bool = False
    over: int = 0


def has_duty(worker_id: int, switched: bool, shifts: Collection[int] | None) -> bool:
    """Whether a worker is on duty: what the roster says now (`shifts`: who has one), or their switch without any."""
    return switched if shifts is None else worker_id in shifts


def stand_in(crew: Mapping[int, Hands], worker_id: int | None, now: datetime) -> int | None:
    """The worker, or who does their work while they are away, and so on; None when that ends with nobody."""
    passed: set[int] = set()
    while worker_id is not None and worker_id in crew and worker_id not in passed:
        passed.add(worker_id)
        leave = crew[worker_id].leave(now)
        if leave is None:
            return worker_id
        worker_id = leave.substitute_id
    return None


def is_able(hands: Hands, task: Task) -> bool:
    """Whether the order is of their skills and estates. A place that nobody knows yet is in everybody's."""
    skilled = not hands.skills or task.category in hands.skills
    return skilled and (not hands.estates or task.estate_id is None or task.estate_id in hands.estates)


def has_room(hands: Hands, task: Task) -> bool:
    """Whether they may be given one more: up to the cap, and a few emergencies beyond it."""
    return hands.holds < hands.cap + (task.over if task.emergency else 0)


def candidates(crew: Mapping[int, Hands], unit_id: int, task: Task, now: datetime) -> tuple[int, ...]:
    """Who of the unit may be given the order, whose turn it is first.

    Whoever is on duty and away is replaced by who stands in for them. An emergency goes to those who are able to
    do it, and without any to whoever is there.
    """
    there = _there(crew, unit_id, now)
    theirs = (one for one in crew.values() if one.id in there and one.unit_id == unit_id)
    ready = [one for one in theirs if has_room(one, task)]
    able = [one for one in ready if is_able(one, task)]
    chosen = able or (ready if task.emergency else [])
    return tuple(one.id for one in sorted(chosen, key=_turn))


def _there(crew: Mapping[int, Hands], unit_id: int, now: datetime) -> frozenset[int]:
    """Who is on duty in the unit, and for whoever of them is away who stands in."""
    duty = (one.id for one in crew.values() if one.on_duty and one.unit_id == unit_id)
    found = (stand_in(crew, worker_id, now) for worker_id in duty)
    return frozenset(worker_id for worker_id in found if worker_id is not None)


def standing(crew: Mapping[int, Hands], worker_id: int, unit_id: int, task: Task, now: datetime) -> str:
    """Why somebody is no candidate: away, off (not on duty), full, unable (not theirs); else ready."""
    hands = crew[worker_id]
    if hands.leave(now):
        return "away"
    if worker_id not in _there(crew, unit_id, now):
        return "off"
    if not has_room(hands, task):
        return "full"
    return "ready" if is_able(hands, task) else "unable"


def replaced(crew: Mapping[int, Hands], worker_id: int, now: datetime) -> int | None:
    """Somebody on duty who is away and whom this worker stands in for, unless it is their own duty."""
    if crew[worker_id].on_duty:
        return None
    away = (one.id for one in crew.values() if one.on_duty and stand_in(crew, one.id, now) == worker_id)
    return next(away, None)


def _turn(hands: Hands) -> tuple[bool, datetime, int, int]:
    """Those under their cap first, then who has waited longest since they were given one, then the freest."""
    return hands.holds >= hands.cap, hands.given_at or LONG_AGO, hands.holds, hands.id


def named(
    crew: Mapping[int, Hands], worker_id: int | None, unit_ids: Iterable[int], task: Task, now: datetime
) -> int | None:
    """Who gets what is assigned to `worker_id`: they, or who stands in for them.

    None when it is nobody of `unit_ids`, or somebody who has no room. Skills do not count: somebody chose them.
    """
    found = stand_in(crew, worker_id, now)
    if found is None or crew[found].unit_id not in unit_ids or not has_room(crew[found], task):
        return None
    return found


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid, special grid or micro-grid, the one it is part of, and its officer if it has one of its own."""

    id: int
    parent_id: int | None
    officer_id: int | None


def officer(grids: Mapping[int, Grid], grid_id: int | None) -> int | None:
    """The officer of the grid, else of the nearest one around it; a loop in the data ends with nobody."""
    passed: set[int] = set()
    while grid_id is not None and grid_id in grids and grid_id not in passed:
        passed.add(grid_id)
        if (found := grids[grid_id].officer_id) is not None:
            return found
        grid_id = grids[grid_id].parent_id
    return None
