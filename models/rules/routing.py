"""Which unit handles what: routes by estate and category on a date, and the chain of levels above a unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Route:
    """A rule: orders of `estate_id` and `category` (None: of all) go to `unit_id`. Both dates are inclusive."""

    id: int
    estate_id: int | None
    category: str | None
    unit_id: int
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A handling unit as routing sees it: kind is firm, community, street or district."""

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
    fitting = [route for route in routes if _fits(route, estate_id, category, on)]
    return max(fitting, key=_weight).unit_id if fitting else None


def fallback(units: Mapping[int, Unit], community_unit_id: int | None) -> int | None:
    """Who stands in when no route fits: the estate's community unit, else the street's."""
    if community_unit_id is not None:
        return community_unit_id
    return next((unit.id for unit in units.values() if unit.kind == "street"), None)


def next_up(units: Mapping[int, Unit], unit_id: int, community_unit_id: int | None) -> int | None:
    """The level above a unit. A firm may serve estates of several communities: the estate's own one counts."""
    unit = units[unit_id]
    if unit.kind == "firm" and community_unit_id is not None:
        return community_unit_id
    return unit.parent_id


def chain(
    units: Mapping[int, Unit], unit_id: int | None, community_unit_id: int | None, levels: int
) -> tuple[int, ...]:
    """The unit and those above it, at most `levels` of them; a loop in the data ends it."""
    found: list[int] = []
    while unit_id is not None and unit_id not in found and len(found) < levels:
        found.append(unit_id)
        unit_id = next_up(units, unit_id, community_unit_id)
    return tuple(found)
