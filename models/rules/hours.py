"""When duty staff answer: days of the week and times of day, as data, by the calendar of working days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from models.rules.calendar import PLAIN, Calendar

DAY = 24 * 60  # minutes
WEEK = frozenset(range(1, 8))
HOLIDAY = 8  # beside the days of the week, 1 is Monday: a day off by the calendar
_TIME = re.compile(r"(\d{1,2}):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Span:
    """On these days (1 is Monday, 8 a holiday) from `opens` to `closes`, in minutes after midnight; past 1440 is the
    next day."""

    days: frozenset[int]
    opens: int
    closes: int


Hours = tuple[Span, ...]


def read_hours(rows: Iterable[Mapping[str, Any]]) -> Hours:
    """The hours from data: [{"days": [1, 2], "from": "08:30", "to": "17:30"}]. No row: nobody is ever on duty.

    A `to` that is not after `from` is on the next day. A row of all seven days is of holidays too; any other only
    with day 8. Raises ValueError for a day or a time that does not exist.
    """
    return tuple(_span(row) for row in rows)


def _span(row: Mapping[str, Any]) -> Span:
    days = frozenset(row["days"])
    if not days <= WEEK | {HOLIDAY}:
        raise ValueError(f"days are 1 (Monday) to 7, and 8 for holidays: {sorted(days)}")
    days |= {HOLIDAY} if days >= WEEK else frozenset()
    opens, closes = _minutes(row["from"]), _minutes(row["to"])
    if opens == DAY:
        raise ValueError("a span begins before 24:00")
    return Span(days, opens, closes if closes > opens else closes + DAY)


def _minutes(text: str) -> int:
    found = _TIME.fullmatch(text)
    minutes = int(found[1]) * 60 + int(found[2]) if found else DAY + 1
    if minutes > DAY:
        raise ValueError(f"no time of day: {text}")
    return minutes


def on_duty(hours: Hours, now: datetime, zone: str, calendar: Calendar = PLAIN) -> bool:
    """Whether somebody answers now."""
    return next_duty(hours, now, zone, calendar) == now


def next_duty(hours: Hours, now: datetime, zone: str, calendar: Calendar = PLAIN) -> datetime | None:
    """When somebody answers next: now, or the next opening in UTC; None when nobody ever does."""
    opens = next((opens for opens, _ in _spans(hours, now, zone, calendar)), None)
    return None if opens is None else max(opens, now)


def after_duty(
    hours: Hours, now: datetime, lasts: timedelta, zone: str, calendar: Calendar = PLAIN
) -> datetime:
    """When somebody will have been on duty for `lasts` since now; where nobody ever is, all time counts."""
    for opens, closes in _spans(hours, now, zone, calendar):
        opens = max(opens, now)
        if opens + lasts <= closes:
            return opens + lasts
        lasts -= closes - opens
    return now + lasts


def spans_between(
    hours: Hours, since: datetime, until: datetime, zone: str, calendar: Calendar = PLAIN
) -> tuple[tuple[datetime, datetime], ...]:
    """The times of duty from `since` until `until`, in UTC and in order."""
    coming = takewhile(lambda span: span[0] < until, _spans(hours, since, zone, calendar))
    return tuple((max(opens, since), min(closes, until)) for opens, closes in coming)


def _spans(hours: Hours, now: datetime, zone: str, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """The spans that end after now, in UTC, in order and without end; those that touch are one."""
    last: tuple[datetime, datetime] | None = None
    for opens, closes in _each(hours, now, zone, calendar):
        if last is not None and opens <= last[1]:
            last = (last[0], max(last[1], closes))
            if last[1] - last[0] > timedelta(weeks=2):  # round the clock: it has no end to wait for
                yield last
                last = None
            continue
        if last is not None and last[1] > now:
            yield last
        last = (opens, closes)


def _each(hours: Hours, now: datetime, zone: str, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Each span of each day from yesterday on, by the clocks on the wall there."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    for day in count(-1) if any(span.days for span in hours) else ():
        on = today + timedelta(days=day)
        midnight = datetime.combine(on, time(), here)
        kept = _kept_as(on, calendar)
        for span in sorted((one.opens, one.closes) for one in hours if kept in one.days):
            opens, closes = (midnight + timedelta(minutes=minutes) for minutes in span)
            yield opens.astimezone(UTC), closes.astimezone(UTC)


def _kept_as(on: date, calendar: Calendar) -> int:
    """The day of the week whose hours count, or HOLIDAY. Make-up days are kept as the working day next to them."""
    kind, number = calendar.day(on).kind, on.isoweekday()
    if kind == "make_up":
        return 5 if number == 6 else 1
    return HOLIDAY if kind == "holiday" else number
