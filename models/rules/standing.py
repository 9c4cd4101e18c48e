"""When a standing order is due, and what is put into its basket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from models.rules.calendar import SATURDAY, Calendar
from models.rules.days import WEEKDAYS
from models.rules.meals import FRIDAY, MONDAY

WORKDAYS = (1, 2, 3, 4, 5)
NAMES: Mapping[tuple[int, ...], str] = {
    WORKDAYS: "周一到周五",
    (1, 2, 3, 4, 5, 6, 7): "每天",
    (1, 2, 3, 4, 5, 6): "周一到周六",
    (6, 7): "周六、周日",
}


def days_named(days: Sequence[int]) -> str:
    """The days of a standing order in words.

    >>> days_named((1, 2, 3, 4, 5)), days_named((1, 2, 3, 4, 5, 6)), days_named((1, 3, 5))
    ('周一到周五', '周一到周六', '周一、周三、周五')
    """
    return NAMES.get(tuple(days)) or "、".join(f"周{WEEKDAYS[day - 1]}" for day in days)


def stretches(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days as stretches from a first to a last, in order.

    >>> [(a.day, b.day) for a, b in stretches(date(2026, 3, day) for day in (12, 5, 6, 7, 11, 30))]
    [(5, 7), (11, 12), (30, 30)]
    """
    found: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def stands_for(on: date, calendar: Calendar) -> tuple[tuple[int, ...], bool]:
    """The weekdays for which a day counts, and whether it is a holiday. A make-up day is a working day, too."""
    kind, weekday = calendar.day(on).kind, on.isoweekday()
    made_up = (FRIDAY if weekday == SATURDAY else MONDAY,) if kind == "make_up" else ()
    return tuple(dict.fromkeys((weekday, *made_up))), kind == "holiday"


def basket(
    wanted: Mapping[int, int], usual: Mapping[int, int], dishes: Sequence[Mapping[str, Any]], room: int
) -> tuple[dict[int, int], str]:
    """What to order of a menu's `dishes` ({"dish_id", "left", "clash"}), and why it is not what was wished for:
    missing, sold_out, diet; "" where it is, or nothing was. Nothing to order: sold_out or diet.

    What was wished for, where all of it can be had; else the usual, else the first dish that is left and does the
    diner no harm.
    """
    known = {one["dish_id"]: one for one in dishes}
    why = _why_not(wanted, known, room) if wanted else ""
    if wanted and not why:
        return dict(wanted), ""
    if usual and not _why_not(usual, known, room):
        return dict(usual), why
    first = next((one for one in dishes if not _why_not({one["dish_id"]: 1}, known, room)), None)
    if first is not None:
        return {first["dish_id"]: 1}, why
    harmless = [one for one in dishes if not one["clash"]]
    return {}, "sold_out" if harmless else "diet"


def _why_not(dishes: Mapping[int, int], known: Mapping[int, Mapping[str, Any]], room: int) -> str:
    if not dishes.keys() <= known.keys():
        return "missing"
    if any(known[one]["clash"] for one in dishes):
        return "diet"
    short = any(
        known[one]["left"] is not None and known[one]["left"] < count for one, count in dishes.items()
    )
    return "sold_out" if short or sum(dishes.values()) > room else ""
