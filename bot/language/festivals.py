"""The days that festivals fall on: 元旦, 年三十, 腊八, 冬至, 母亲节, and days of the lunar calendar (正月初三)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

import cnlunar

from bot.language.tables import read_table

_RULES: dict[str, list[int | str]] = read_table("festivals")["rules"]
NAMES: tuple[str, ...] = tuple(_RULES)
"""Every name that is known, as spoken."""

_LONGEST_LEAP = 400  # days from one lunar day to the same in the next year, a leap month included


def festival(name: str, since: date) -> date:
    """The day of the festival `name` on or after `since`. Raises KeyError for an unknown one."""
    kind, *rest = _RULES[name]
    if kind == "term":
        return _term(str(rest[0]), int(rest[1]), int(rest[2]), since)
    first, second = int(rest[0]), int(rest[1])
    if kind == "lunar":
        eve = timedelta(days=int(rest[2]) if len(rest) > 2 else 0)
        return lunar_day(first, second, since - eve) + eve
    if kind == "solar":
        day = since.replace(month=first, day=second)
        return day if day >= since else day.replace(year=since.year + 1)
    return next(
        day
        for year in (since.year, since.year + 1)
        if (day := _nth_weekday(year, first, second, int(rest[2]))) >= since
    )


def _nth_weekday(year: int, month: int, nth: int, weekday: int) -> date:
    """The `nth` `weekday` (0 is Monday) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


@lru_cache(256)
def lunar_day(month: int, day: int, since: date) -> date:
    """The next day `day` (30: the last one) of lunar `month`, on or after `since`. Leap months are passed over.

    Raises ValueError for a day that no month has.
    """
    if not (1 <= month <= 12 and 1 <= day <= 30):
        raise ValueError(f"{month}/{day}")
    at, last = since, since + timedelta(days=_LONGEST_LEAP)
    while at <= last:
        here = _lunar(at)
        leap = here.isLunarLeapMonth
        wanted = not leap and here.lunarMonth == month
        if wanted and (here.lunarDay == day or _ends_month(at, here, day)):
            return at
        if wanted and here.lunarDay < day:
            at += timedelta(
                days=1 if day == 30 and here.lunarDay == 29 else min(day, 29) - here.lunarDay or 1
            )
            continue
        at += timedelta(days=max(30 - here.lunarDay, 1) if here.lunarDay > 1 else 29)
    raise ValueError(f"{month}/{day}")


def _ends_month(at: date, here: cnlunar.Lunar, day: int) -> bool:
    """Whether the 29th stands in for a 30th that this month does not have."""
    return day == 30 and bool(here.lunarDay == 29) and bool(_lunar(at + timedelta(days=1)).lunarDay == 1)


def _lunar(day: date) -> cnlunar.Lunar:
    return cnlunar.Lunar(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001 - it takes no time zone


@lru_cache(64)
def _term(name: str, month: int, day: int, since: date) -> date:
    """The next day on which a solar term begins: within two days of `month` and `day`, for the sun is regular."""
    for year in (since.year, since.year + 1):
        around = date(year, month, day)
        for off in (-2, -1, 0, 1, 2):
            at = around + timedelta(days=off)
            if at >= since and _lunar(at).todaySolarTerms == name:
                return at
    raise KeyError(name)
