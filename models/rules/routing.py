"""Which unit handles what: routes by estate and category on a date, and the chain of levels above a unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from models.rules.levels import Levels

MODES = ("claim", "assign", "round_robin")


@dataclass(frozen=True, slots=True)
class Route:
    """A rule: orders of `estate_id` and `category` (None: of all) go to `unit_id`. Both dates are inclusive.

    `mode`: how the order finds its hands there, one of MODES; `worker_id`: whom it is assigned to, None the
    officer of the home's grid.
    """

    id: int
    estate_id: int | None
    category: str | None
    unit_id: int
    starts_on: date
    ends_on: date | None = None
    mode: str = "claim"
    worker_id: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A handling unit as routing sees it: kind is one of the chain of levels."""

    id: int
    kind: str
    parent_id: int | None


def local_day(now: datetime, zone: str) -> date:
    """The date that people there read on the wall at `now`."""
    return now.astimezone(ZoneInfo(zone)).date()


def _fits(route: Route, estate_id: int | None, category: str, on: date) -> bool:
    return (
        route.estate_id in (None, estate_id)
        and route.category in (None, category)
        and route.starts_on <= on
        and (route.ends_on is None or on <= route.ends_on)
    )


def _weight(route: Route) -> tuple[bool, bool, date, int]:
    return route.estate_id is not None, route.category is not None, route.starts_on, route.id


def choose(routes: Iterable[Route], estate_id: int | None, category: str, on: date) -> int | None:
    """The unit of the most specific route: estate and category, estate, category, all; of equals the newest."""
    found = most_specific(routes, estate_id, category, on)
    return found.unit_id if found else None


def most_specific(routes: Iterable[Route], estate_id: int | None, category: str, on: date) -> Route | None:
    """The route that counts of those that fit."""
    fitting = (route for route in routes if _fits(route, estate_id, category, on))
    return max(fitting, key=_weight, default=None)


def fallback(units: Mapping[int, Unit], levels: Levels, estates_unit_id: int | None) -> int | None:
    """Who stands in when no route fits: the estate's own unit, else the level that the chain names for it."""
    if estates_unit_id is not None:
        return estates_unit_id
    return next((unit.id for unit in units.values() if unit.kind == levels.stands_in), None)


def next_up(
    units: Mapping[int, Unit], levels: Levels, unit_id: int, estates_unit_id: int | None
) -> int | None:
    """The level above a unit. A firm may serve estates of several communities: the estate's own one counts."""
    unit = units[unit_id]
    if levels.is_just_below_estates(unit.kind) and estates_unit_id is not None:
        return estates_unit_id
    return unit.parent_id


def chain(
    units: Mapping[int, Unit], levels: Levels, unit_id: int | None, estates_unit_id: int | None
) -> tuple[int, ...]:
    """The unit and those above it, at most as many as there are levels; a loop in the data ends it."""
    found: list[int] = []
    while unit_id is not None and unit_id not in found and len(found) < len(levels.kinds):
        found.append(unit_id)
        unit_id = next_up(units, levels, unit_id, estates_unit_id)
    return tuple(found)
