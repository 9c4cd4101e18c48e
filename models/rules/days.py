"""Days as people here read them."""

from __future__ import annotations

from datetime import date

WEEKDAYS = "一二三四五六日"


def day_named(day: date) -> str:
    """The day of a month; of a moment too.

    >>> day_named(date(2026, 11, 23))
    '11 月 23 日'
    """
    return f"{day.month} 月 {day.day} 日"
