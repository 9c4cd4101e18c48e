"""A whole year's days off, pasted as they were announced or from a file: looked at first, then written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from handlers.console.calendar import KINDS, MOST, year_asked
from handlers.console.imports import kept_upload
from handlers.console.pages import back, looking, show, working
from handlers.console.sections import SECTIONS
from handlers.year_file import out_of_range, read_year_file
from models import views
from models.actions.calendar import SaveDays
from models.rules.announcement import Days, as_lines, one_year, read_announcement
from models.rules.calendar import Calendar, Day
from models.rules.days import day_words

MOST_BYTES = 1_000_000  # of a file with a year's days
TOO_LONG = "写了 {letters} 个字，一次最多 {most} 个。请只粘贴放假通知，或者存成文件上传。"
DONE = "登记好了 {year} 年的 {days} 天：放假 {off} 天，周末上班 {make_up} 天，马上生效。"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be written down. `changes`: day, what it is now, what it would be; `others`: days that the town
    wrote down before and that stay; `whole`: no statutory holiday is missing."""

    year: int
    off: int
    make_up: int
    changes: tuple[tuple[str, str, str], ...]
    others: int
    whole: bool
    lines: str


def bring_year() -> ResponseReturnValue:
    """Show what would change, or write it down. All of it or nothing."""
    typed, saves = request.form.get("text", "").replace("\r\n", "\n"), request.form.get("do") == "save"
    try:
        days = _brought(typed, len(typed) if saves else MOST)
    except ValueError as wrong:
        return _page(year_asked(request.form), typed=typed, faults=str(wrong).splitlines()), 422
    year = min(days).year
    if not saves:
        return _page(year, preview=_preview(days))
    with working() as work:
        outcome = SaveDays(g.me.id, days).run(work)
    off = _off(days)
    done = DONE.format(year=year, days=len(days), off=off, make_up=len(days) - off)
    return back(outcome, done, "console.calendar", year=year)


def _page(year: int, **facts: Any) -> str:
    return show("calendar_year.html", sections=SECTIONS.values(), section=None, year=year, most=MOST, **facts)


def _brought(typed: str, most: int) -> Days:
    """The days of the file, if one was chosen, else of the text. Raises ValueError, in Chinese, a fault a line.

    `most`: letters of what is typed; what has been looked at is saved as it is, which a whole year may make longer.
    """
    sent = request.files.get("file")
    if sent and sent.filename:
        days = _filed(sent)
    elif len(typed) > most:
        raise ValueError(TOO_LONG.format(letters=len(typed), most=most))
    else:
        days = read_announcement(typed, year_asked(request.form))
    return one_year(days, out_of_range(days))


def _filed(sent: FileStorage) -> Days:
    path = kept_upload(sent)
    try:
        days, faults = read_year_file(path)
    finally:
        path.unlink(missing_ok=True)
    return one_year(days, faults)


def _preview(days: Days) -> Preview:
    year, off = min(days).year, _off(days)
    with looking() as work:
        known = views.calendar(work, date(year, 1, 1))
    after = Calendar({**known.own, **days})
    others = sum(on.year == year and on not in days for on in known.own)
    changes = tuple(_changes(sorted(days), known, after))
    whole = after.announced(year)
    return Preview(year, off, len(days) - off, changes, others, whole, as_lines(days))


def _off(days: Days) -> int:
    return sum(not one.works for one in days.values())


def _changes(days: list[date], known: Calendar, after: Calendar) -> Iterator[tuple[str, str, str]]:
    for on in days:
        now, then = _said(known.day(on)), _said(after.day(on))
        if now != then:
            yield day_words(on), now, then


def _said(day: Day) -> str:
    return f"{KINDS[day.kind]}，{day.name}" if day.name else KINDS[day.kind]
