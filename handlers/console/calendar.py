"""The tab 日历: the year's days off and working days, changed one by one or pasted as they were announced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import flash, g, request
from flask.typing import ResponseReturnValue

from bot.clock import local
from handlers.console.desk import here
from handlers.console.pages import back, day, looking, show, whole, working
from handlers.console.sections import SECTIONS
from models import views
from models.actions.calendar import YEARS, ForgetDays, SaveDays
from models.rules.announcement import NAME_LETTERS, read_announcement
from models.rules.calendar import Calendar, OwnDay, names_of
from models.rules.days import day_named
from models.rules.orders import Refusal, Why

MARKS: Mapping[str, str] = {"holiday": "休", "make_up": "班"}
MOST = 10_000  # characters of an announcement; that of 2026 has some 700
DONE = "登记好了 {year} 年的 {days} 天：放假 {off} 天，周末上班 {make_up} 天。请在下面的日历上核对一遍。"


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
    return _page(_year(request.args), asked if asked and asked.year in YEARS else None)


def _year(values: Mapping[str, str]) -> int:
    asked = day("day", values)
    year = asked.year if asked else whole("year", values)
    return year if year is not None and year in YEARS else local(here().clock.now()).year


def _page(year: int, on: date | None, typed: str = "", wrong: str = "") -> str:
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
        typed=typed,
        wrong=wrong,
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
    on, year = day("day", request.form), _year(request.form)
    first, last = (on, on) if on else (date(year, 1, 1), date(year, 12, 31))
    with working() as work:
        outcome = ForgetDays(g.me.id, first, last).run(work)
    return back(outcome, "已经恢复成系统自带的安排。", "console.calendar", year=first.year)


def paste_year() -> ResponseReturnValue:
    """A year's arrangement: the announcement, or one day a line. All of it or nothing."""
    year, typed = _year(request.form), request.form.get("text", "")[:MOST]
    try:
        days = read_announcement(typed, year)
    except ValueError as wrong:
        return _page(year, None, typed, str(wrong)), 422
    with working() as work:
        outcome = SaveDays(g.me.id, days).run(work)
        whole_year = views.calendar(work, date(year, 1, 1)).announced(year)
    off = sum(not one.works for one in days.values())
    if not whole_year:
        flash("有法定节假日没有写到，请核对通知是不是粘贴完整了。", "bad")
    done = DONE.format(year=year, days=len(days), off=off, make_up=len(days) - off)
    return back(outcome, done, "console.calendar", year=year)
