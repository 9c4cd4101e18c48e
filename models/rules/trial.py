"""What would become of an order now, and why: the rules of dispatch, asked without giving anything to anybody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.rules.dispatch import Hands, Task, candidates, has_room, named, replaced, stand_in
from models.rules.routing import Route


@dataclass(frozen=True, slots=True)
class Verdict:
    """`worker_id` gets it; None: whoever claims it, or whom `why` speaks of. `away_id`: whose work they do.

    `why`: unreached (nobody hears of it), no_mode (the unit has no route of its own), claim, turn, nobody (by turns,
    but nobody can be given it), named, named_away, named_full, named_unreached (the one who is named cannot be given
    it), officer (of the home's grid, which a trial does not know).
    """

    why: str
    worker_id: int | None = None
    away_id: int | None = None


def verdict(
    route: Route | None,
    crew: Mapping[int, Hands],
    unit_id: int | None,
    reachable: Collection[int],
    task: Task,
    now: datetime,
) -> Verdict:
    """Who would get it. `route`: the one of the unit in charge; `crew`: its people, and those of who is named."""
    if unit_id is None or unit_id not in reachable:
        return Verdict("unreached")
    if route is None or route.mode == "claim":
        return Verdict("claim" if route else "no_mode")
    if route.mode == "round_robin":
        first = next(iter(candidates(crew, unit_id, task, now)), None)
        return Verdict("nobody") if first is None else Verdict("turn", first, replaced(crew, first, now))
    return _named(route.worker_id, crew, reachable, task, now)


def _named(
    wanted: int | None, crew: Mapping[int, Hands], reachable: Collection[int], task: Task, now: datetime
) -> Verdict:
    if wanted is None:
        return Verdict("officer")
    found = named(crew, wanted, reachable, task, now)
    if found is not None:
        return Verdict("named", found, wanted if found != wanted else None)
    instead = stand_in(crew, wanted, now)
    if instead is None:
        return Verdict("named_away", away_id=wanted)
    return Verdict("named_unreached" if has_room(crew[instead], task) else "named_full", away_id=wanted)
