"""The tab 日历: the year's days off and working days, and each of them changed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue

from bot.clock import local
from handlers.console.desk import here
from handlers.console.pages import back, day, looking, show, whole, working
from handlers.console.sections import SECTIONS
from models import views
from models.actions.calendar import YEARS, ForgetDays, SaveDays
from models.rules.announcement import NAME_LETTERS
from models.rules.calendar import Calendar, OwnDay, names_of
from models.rules.days import day_named
from models.rules.orders import Refusal, Why

MARKS: Mapping[str, str] = {"holiday": "休", "make_up": "班"}
KINDS: Mapping[str, str] = {
    "holiday": "放假",
    "make_up": "上班（调休）",
    "weekend": "周末",
    "workday": "上班",
}
MOST = 10_000  # characters of an announcement; that of 2026 has some 700


@dataclass(frozen=True, slots=True)
class Square:
    """One day in the year's picture. `mark`: 休, 班 or nothing; `names`: of holidays and festivals."""

    on: date
    kind: str
    mark: str
    names: str
    own: bool


def calendar() -> ResponseReturnValue:
    """A whole year; with `day` the form of that day."""
    asked = day("day", request.args)
    return _page(year_asked(request.args), asked if asked and asked.year in YEARS else None)


def year_asked(values: Mapping[str, str]) -> int:
    """The year of `day` or `year`; this one, where they name none that can be written down."""
    asked = day("day", values)
    year = asked.year if asked else whole("year", values)
    return year if year is not None and year in YEARS else local(here().clock.now()).year


def _page(year: int, on: date | None) -> str:
    with looking() as work:
        known = views.calendar(work, date(year, 1, 1))
        own = views.own_days(work, year)
    return show(
        "calendar.html",
        sections=SECTIONS.values(),
        section=None,
        year=year,
        this_year=local(here().clock.now()).year,
        today=local(here().clock.now()).date(),
        months=list(_months(year, known)),
        announced=known.announced(year),
        own=own,
        on=on,
        shown=_square(on, known) if on else None,
        letters=NAME_LETTERS,
        most=MOST,
        kinds=KINDS,
    )


def _months(year: int, known: Calendar) -> Iterator[Mapping[str, Any]]:
    """The months, each as weeks from Monday to Sunday; None where the week is another month's."""
    for month in range(1, 13):
        first = date(year, month, 1)
        squares: list[Square | None] = [None] * first.weekday()
        on = first
        while on.month == month:
            squares.append(_square(on, known))
            on += timedelta(days=1)
        squares += [None] * (-len(squares) % 7)
        yield {"number": month, "weeks": [squares[at : at + 7] for at in range(0, len(squares), 7)]}


def _square(on: date, known: Calendar) -> Square:
    one = known.day(on)
    mark = MARKS.get(one.kind, "班" if one.own and one.works else "")
    return Square(on, one.kind, mark, "、".join(names_of(on, known)) or one.name, one.own)


def save_day() -> ResponseReturnValue:
    """One day off, or one working day."""
    on = day("day", request.form)
    if on is None:
        return back(Refusal(Why.UNKNOWN), "", "console.calendar")
    works = request.form.get("works") == "yes"
    name = " ".join(request.form.get("name", "").split())[:NAME_LETTERS]
    with working() as work:
        outcome = SaveDays(g.me.id, {on: OwnDay(works, name)}).run(work)
    done = f"{day_named(on)}改成了{'上班' if works else '放假'}，马上生效。"
    return back(outcome, done, "console.calendar", year=on.year)


def forget_day() -> ResponseReturnValue:
    """One day, or a whole year without `day`, as the packages know it."""
    on, year = day("day", request.form), year_asked(request.form)
    first, last = (on, on) if on else (date(year, 1, 1), date(year, 12, 31))
    with working() as work:
        outcome = ForgetDays(g.me.id, first, last).run(work)
    return back(outcome, "已经恢复成系统自带的安排。", "console.calendar", year=first.year)
