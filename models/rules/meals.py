"""Meals by the clocks on the wall: when one is served, until when it can be ordered and cancelled; ages of diners.

Times of a slot are HH:MM of 24 hours: 00:00 is the midnight with which a day begins, 24:00 the one that ends it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.rules.calendar import SATURDAY, Calendar

MEALS = ("breakfast", "lunch", "dinner")
MEAL_NAMES: Mapping[str, str] = {"breakfast": "早餐", "lunch": "午餐", "dinner": "晚餐"}
ZONE = "Asia/Shanghai"
FRIDAY, MONDAY = 5, 1
DAY = 24 * 60  # minutes
BANDS = ((90, "90+"), (80, "80-89"), (70, "70-79"), (60, "60-69"))  # the lowest age of each
YOUNGER = "<60"
_CLOCK = re.compile(r"(\d{2}):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Slot:
    """When a canteen serves a meal, as its row in meal_slot says. `days`: 1 Monday to 7 Sunday."""

    meal: str
    days: tuple[int, ...]
    starts: str
    ends: str
    order_until: str
    cancel_until: str
    order_days: int = 0
    cancel_days: int = 0
    holidays: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """The moments of one meal of one day, in UTC."""

    starts_at: datetime
    ends_at: datetime
    order_until: datetime
    cancel_until: datetime

    @property
    def freezes_at(self) -> datetime:
        """From when on residents change nothing any more, and the kitchen's count stands."""
        return max(self.order_until, self.cancel_until)


def minutes(text: str) -> int:
    """Minutes after midnight, up to 1440. Raises ValueError for what is no time of 24 hours.

    >>> minutes("00:00"), minutes("12:00"), minutes("24:00")
    (0, 720, 1440)
    """
    found = _CLOCK.fullmatch(text)
    after = int(found[1]) * 60 + int(found[2]) if found else DAY + 1
    if after > DAY:
        raise ValueError(f"no time of 24 hours: {text}")
    return after


def times(slot: Slot, day: date, zone: str = ZONE) -> Times:
    """The moments of the slot's meal of that day. Raises ValueError for a time that does not exist."""

    def moment(text: str, before: int = 0) -> datetime:
        midnight = datetime.combine(day - timedelta(days=before), time(), ZoneInfo(zone))
        return (midnight + timedelta(minutes=minutes(text))).astimezone(UTC)

    return Times(
        moment(slot.starts),
        moment(slot.ends),
        moment(slot.order_until, slot.order_days),
        moment(slot.cancel_until, slot.cancel_days),
    )


def serves(slot: Slot, day: date, calendar: Calendar, own: Mapping[date, bool]) -> bool:
    """Whether the slot serves that day. `own`: days on which the canteen departs from its slots; they count first.

    A make-up day is served like the working day next to it.
    """
    if day in own:
        return own[day]
    kind = calendar.day(day).kind
    if kind == "holiday" and not slot.holidays:
        return False
    on = day.isoweekday()
    stands_for = FRIDAY if on == SATURDAY else MONDAY
    return on in slot.days or (kind == "make_up" and stands_for in slot.days)


def age_on(born: date, day: date) -> int:
    """Full years. Who was born on 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_band(age: int | None) -> str:
    """The band by which reports count; empty where the age is not known."""
    if age is None:
        return ""
    return next((name for lowest, name in BANDS if age >= lowest), YOUNGER)
