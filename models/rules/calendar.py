"""The calendar of China: days off, make-up days, lunar festivals, and what this town has written down itself.

Arrangements of a year are what the State Council announces in the autumn before it. The packages chinesecalendar and
holidays carry them once a release does; until then statutory days are known and make-up days are not.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from chinese_calendar import constants
from cnlunar import Lunar

Kind = Literal["workday", "weekend", "holiday", "make_up"]

ONE = timedelta(days=1)
SATURDAY = 6
NAMES: Mapping[str, str] = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
LUNAR: Mapping[tuple[int, int], str] = {
    (1, 1): "初一",
    (1, 15): "元宵",
    (5, 5): "端午",
    (7, 7): "七夕",
    (8, 15): "中秋",
    (9, 9): "重阳",
    (12, 8): "腊八",
}
STEAD = "（"  # the package says in brackets that a day off stands in for another: 劳动节（补假）
TERMS: Mapping[str, int] = {"清明": 6, "冬至": 23}  # which of the year's 24 solar terms, from 小寒


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day as this town has written it down: whether people work, and why it is so (国庆节)."""

    works: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """What a day is. `name`: of the holiday, or of the one that a make-up day is for; `own`: the town says so."""

    kind: Kind
    name: str = ""
    own: bool = False

    @property
    def works(self) -> bool:
        """Whether offices are open."""
        return self.kind in ("workday", "make_up")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every day; `own`: those that the town has written down, which count above all else."""

    own: Mapping[date, OwnDay] = field(default_factory=lambda: MappingProxyType({}))

    def day(self, on: date) -> Day:
        """What that day is."""
        mine = self.own.get(on)
        if mine is None:
            return _known(on)
        return Day(_kind(on, mine.works), mine.name or _known(on).name, own=True)

    def workday(self, on: date) -> bool:
        """Whether offices are open that day."""
        return self.day(on).works

    def announced(self, year: int) -> bool:
        """Whether make-up days of that year are known: to a package, or because the town has written them down.

        The town has, when every statutory holiday of the year is among its own days: no announcement leaves one out.
        """
        if year in _ANNOUNCED or _make_ups(year):
            return True
        days = [on for on, name in _china(year).items() if STEAD not in name]
        return bool(days) and all(on in self.own for on in days)


PLAIN = Calendar()
"""The calendar of a town that has written nothing down."""


def _kind(on: date, works: bool) -> Kind:
    if on.isoweekday() < SATURDAY:
        return "workday" if works else "holiday"
    return "make_up" if works else "holiday"


def _known(on: date) -> Day:
    """What the packages say of a day."""
    weekend = on.isoweekday() >= SATURDAY
    if on.year in _ANNOUNCED:
        off, made_up = constants.holidays.get(on), constants.workdays.get(on)
    else:
        off, made_up = statutory(on.year).get(on), _make_ups(on.year).get(on)
    if off is not None:
        return Day("holiday", NAMES.get(off, off))
    if made_up is not None:
        return Day("make_up", NAMES.get(made_up, made_up))
    return Day("weekend" if weekend else "workday")


_ANNOUNCED = frozenset(on.year for on in constants.workdays)


@cache
def _china(year: int) -> Any:
    """The package holidays takes 0.15 s and 19 MB, and is asked only of years that chinesecalendar does not know."""
    return importlib.import_module("holidays").country_holidays("CN", years=year, language="zh_CN")


@cache
def statutory(year: int) -> Mapping[date, str]:
    """The statutory holidays of a year with their names, and the days off in their place as far as laws tell."""
    shown = {on: name.partition(STEAD)[0] for on, name in _china(year).items()}
    return {on: "春节" if name == "农历除夕" else name for on, name in shown.items()}


@cache
def _make_ups(year: int) -> Mapping[date, str]:
    """The make-up days of a year, none while they are not announced."""
    days = (on for on in _china(year).weekend_workdays if on.year == year)
    return dict.fromkeys(days, "")


def unannounced(on: date, ahead: timedelta, calendar: Calendar) -> int | None:
    """The year whose arrangement is missing: the one of that day, or of the day `ahead`. None: all is known."""
    years = dict.fromkeys((on.year, (on + ahead).year))
    return next((year for year in years if not calendar.announced(year)), None)


@cache
def festivals(year: int) -> Mapping[date, tuple[str, ...]]:
    """The festivals of a year that people name: 除夕, 初一, 元宵, 清明, 端午, 七夕, 中秋, 重阳, 冬至, 腊八."""
    found: dict[date, list[str]] = {}
    for month, first in _lunar_months(year):
        for (number, day), name in LUNAR.items():
            if number == month:
                found.setdefault(first + timedelta(days=day - 1), []).append(name)
        if month == 1:
            found.setdefault(first - ONE, []).append("除夕")
    terms = _lunar(date(year, 6, 1)).thisYearSolarTermsDateList
    for name, number in TERMS.items():
        found.setdefault(date(year, *terms[number]), []).append(name)
    return {on: tuple(names) for on, names in sorted(found.items()) if on.year == year}


def _lunar_months(year: int) -> Iterator[tuple[int, date]]:
    """The lunar months that touch the year, leap months left out: the number and the first day of each."""
    on = date(year, 1, 1)
    while on.year == year:
        lunar = _lunar(on)
        first = on - timedelta(days=lunar.lunarDay - 1)
        if not lunar.isLunarLeapMonth:
            yield lunar.lunarMonth, first
        on = first + timedelta(days=30 if lunar.lunarMonthLong else 29)


def _lunar(on: date) -> Any:
    # cnlunar reads the clock on the wall, so noon of the day is a naive datetime.
    return Lunar(datetime(on.year, on.month, on.day, 12))  # noqa: DTZ001


def names_of(on: date, calendar: Calendar = PLAIN) -> tuple[str, ...]:
    """All names of a day: the holiday's first, then the festivals that it does not repeat."""
    day = calendar.day(on)
    holiday = (day.name,) if day.name and not day.works else ()
    return holiday + tuple(one for one in festivals(on.year).get(on, ()) if not day.name.startswith(one))
