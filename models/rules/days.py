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


def day_words(day: date) -> str:
    """The day with its weekday.

    >>> day_words(date(2026, 11, 23))
    '11 月 23 日（周一）'
    """
    return f"{day_named(day)}（周{WEEKDAYS[day.weekday()]}）"
