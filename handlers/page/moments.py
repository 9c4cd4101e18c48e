"""Days and times that are chosen from a list, since nothing is typed more slowly than a date on a phone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.clock import SHANGHAI, WEEK, local
from handlers.page.words import WORDS
from models.rules.days import day_named

NEAR = ("今天", "明天", "后天")


def days(now: datetime, most: int) -> list[tuple[str, str]]:
    """`most` days from today, which is left out once its last time has passed: each as its value and in words."""
    today = local(now)
    first = 0 if today.time() < _times()[-1] else 1
    found = [(today.date() + timedelta(days=one), one) for one in range(first, most)]
    return [(day.isoformat(), _words(day, one)) for day, one in found]


def times() -> list[tuple[str, str]]:
    """The times of a day: each as its value and in words."""
    return [(one.isoformat("minutes"), f"{one.hour}:{one:%M}") for one in _times()]


def chosen(day: str, clock: str) -> datetime | None:
    """The moment of a day and a time as the lists give them; None when one of them is none."""
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), SHANGHAI)
    except ValueError:
        return None


def _times() -> list[time]:
    """Every half hour of the hours in which people work."""
    first, last = (int(hour) for hour in WORDS["hours"])
    halves = [time(hour, minute) for hour in range(first, last) for minute in (0, 30)]
    return [*halves, time(last)]


def _words(day: date, later: int) -> str:
    name = NEAR[later] if later < len(NEAR) else day_named(day)
    return f"{name}（周{WEEK[day.weekday()]}）"
