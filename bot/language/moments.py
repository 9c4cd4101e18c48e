"""Days and times as staff write them: 明天下午3点, 周五上午, 11月25日 15:30, 到周五, 3天, 下午3点到5点."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import SHANGHAI
from bot.language.clocks import of_day
from bot.language.dates import Days, find_days
from bot.language.numbers import read_numeral
from bot.language.tables import any_of, read_table
from bot.language.text import fold

_TABLE = read_table("moments")
_HOURS: dict[str, int] = _TABLE["units"]
_PARTS: dict[str, list[int]] = _TABLE["parts"]
_NUM = "[0-9]{1,2}|[一二两三四五六七八九十]{1,3}"
_BEFORE = r"(?P<until>(?:等到|到|至)\s*)?"


def _clock(name: str) -> str:
    return (
        rf"(?P<{name}>{_NUM})(?:[点时](?:(?P<{name}half>半)|(?P<{name}quarter>[一三])刻"
        rf"|(?P<{name}minute>{_NUM})分?)?(?:钟|整)?|:(?P<{name}sharp>[0-9]{{2}}))"
    )


_PART = rf"(?P<part>{any_of(_PARTS)})"
_UNTIL = rf"\s*(?:到|至|[-—~])\s*(?P<end_part>{any_of(_PARTS)})?\s*{_clock('end')}"
_TIME = re.compile(rf"{_BEFORE}的?\s*{_PART}?\s*(?:{_clock('hour')})?(?:{_UNTIL})?")
_COUNT = re.compile(
    rf"{_BEFORE}(?<![周期拜第0-9.])(?P<count>{_NUM}|半)(?P<unit>{any_of(_HOURS)})(?:以后|之后|后|内)?"
)
_UNTIL_BEFORE = re.compile(r"(?:等到|到|至)\s*$")
_BROKEN_DAY = re.compile(r"[号日月]\s*$")
_BARE_WEEKDAY = ("周", "星期", "礼拜", "拜")
_MOST = 500  # letters in which a day is looked for
OPENS = 9  # o'clock: of a day without a time


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when (None: not said). `timed`: a time of day was said. `rest`: the other words."""

    starts: datetime
    ends: datetime | None
    timed: bool
    rest: str


@dataclass(frozen=True, slots=True)
class _Said:
    """One moment in the text: a count of hours, or a day (None: today) with what follows it."""

    start: int
    end: int
    until: bool
    found: re.Match[str]
    day: Days | None = None


def read_span(text: str, now: datetime) -> Span | None:
    """The day or time in `text`; one that 到 stands before wins over others. None when there is none.

    A weekday is the next one, a day of the month the next such day; 3点 is in the afternoon, 8点 in the morning.
    """
    now, said = now.astimezone(SHANGHAI), fold(text)[:_MOST]
    for one in sorted(_all_said(said, now), key=lambda one: (not one.until, one.start)):
        span = _span(one, said, now)
        if span is not None:
            rest = f"{text[: one.start]} {text[one.end :]}".strip(" \t,，。;；、")
            return Span(*span, rest)
    return None


def _all_said(text: str, now: datetime) -> Iterator[_Said]:
    taken = [found.span() for found in _COUNT.finditer(text)]
    for found in _COUNT.finditer(text):
        yield _Said(found.start(), found.end(), bool(found["until"]), found)
    for day in find_days(text, now.date()):
        if any(start < day.end and day.start < end for start, end in taken):
            continue
        until, time = _UNTIL_BEFORE.search(text[: day.start]), _TIME.match(text, day.end)
        if time is not None:
            end = time.end() if time["part"] or time["hour"] else day.end
            start = until.start() if until else day.start
            yield _Said(start, end, bool(until or day.last), time, day)
            taken.append((start, end))
    for found in _TIME.finditer(text):
        free = not any(start < found.end() and found.start() < end for start, end in taken)
        if free and (found["part"] or found["hour"]) and not _BROKEN_DAY.search(text[: found.start()]):
            yield _Said(found.start(), found.end(), bool(found["until"]), found)


def _span(said: _Said, text: str, now: datetime) -> tuple[datetime, datetime | None, bool] | None:
    found = said.found
    try:
        if "count" in found.groupdict():
            return _later(found, now), None, True
        day = _midnight(said.day, now)
        part = found["part"] or _part_within(said.day, text)
        if not found["hour"]:
            first, last = _PARTS.get(part, (OPENS, 0))
            ends = day + timedelta(hours=last) if part else None
            return day + timedelta(hours=first), ends, bool(part)
        starts = day + _time(found, "hour", part)
        bare = said.day and text.startswith(_BARE_WEEKDAY, said.day.start)
        if bare and starts <= now:
            day, starts = day + timedelta(days=7), starts + timedelta(days=7)
        return starts, _ends(found, day, part, starts), True
    except ValueError:
        return None


def _midnight(day: Days | None, now: datetime) -> datetime:
    """Midnight of the day that is meant; of a stretch, of its last."""
    at = (day.last or day.days[0]) if day else now.date()
    return datetime(at.year, at.month, at.day, tzinfo=SHANGHAI)


def _part_within(day: Days | None, text: str) -> str:
    """The part of the day that a day's own name holds: 晚 of 明晚."""
    last = text[day.end - 1] if day else ""
    return last if last in _PARTS else ""


def _later(found: re.Match[str], now: datetime) -> datetime:
    count = 0.5 if found["count"] == "半" else _number(found["count"])
    return now + timedelta(hours=count * _HOURS[found["unit"]])


def _time(found: re.Match[str], name: str, part: str) -> timedelta:
    """The time of day. Raises ValueError for 25点."""
    hour = _number(found[name])
    minute = _number(found[f"{name}minute"] or found[f"{name}sharp"] or "0")
    minute = 30 if found[f"{name}half"] else minute
    minute = {"一": 15, "三": 45}.get(found[f"{name}quarter"] or "", minute)
    if hour > 24 or minute > 59:
        raise ValueError(found[0])
    return timedelta(hours=of_day(hour, part), minutes=minute)


def _ends(found: re.Match[str], day: datetime, part: str, starts: datetime) -> datetime | None:
    if not found["end"]:
        return None
    ends = day + _time(found, "end", found["end_part"] or part)
    return ends if ends > starts else ends + timedelta(hours=12)


def _number(word: str) -> int:
    value = read_numeral(word)
    if value is None:
        raise ValueError(word)
    return value
