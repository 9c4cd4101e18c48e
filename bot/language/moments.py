"""Days and times as staff write them: 明天下午3点, 周五上午, 11月25日 15:30, 到周五, 3天, 下午3点到5点."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import SHANGHAI
from bot.language.numbers import read_numeral
from bot.language.tables import any_of, read_table
from bot.language.text import fold

_TABLE = read_table("moments")
_NEAR: dict[str, int] = _TABLE["near"]
_WEEKDAYS: dict[str, int] = _TABLE["weekdays"]
_HOURS: dict[str, int] = _TABLE["units"]
_PARTS: dict[str, list[int]] = _TABLE["parts"]
_NUM = "[0-9]{1,2}|[一二两三四五六七八九十]{1,3}"
_DAY = (
    rf"(?P<near>{any_of([name for name in _NEAR if len(name) > 1])}|[今明](?=[早晚]))"
    rf"|(?:(?P<next>{any_of(_TABLE['next_week'])})|{any_of(_TABLE['this_week'])})?"
    rf"(?:周|星期|礼拜)(?P<week>{any_of(_WEEKDAYS)})(?!期)"
    rf"|(?P<month>{_NUM})月(?P<of_month>{_NUM})[日号]?|(?P<only>{_NUM})[日号](?![楼门单栋])"
    rf"|(?P<count>{_NUM}|半)(?P<unit>{any_of(_HOURS)})(?:以后|之后|后|内)?"
)


def _clock(name: str) -> str:
    return (
        rf"(?P<{name}>{_NUM})(?:[点时](?:(?P<{name}half>半)|(?P<{name}quarter>[一三])刻"
        rf"|(?P<{name}minute>{_NUM})分?)?(?:钟|整)?|:(?P<{name}sharp>[0-9]{{2}}))"
    )


_PART = rf"(?P<part>{any_of(_PARTS)})"
_UNTIL = rf"\s*(?:到|至|[-—~])\s*(?P<end_part>{any_of(_PARTS)})?\s*{_clock('end')}"
_SPAN = re.compile(
    rf"(?P<until>(?:等到|到|至)\s*)?(?:{_DAY})?的?\s*{_PART}?\s*(?:{_clock('hour')})?(?:{_UNTIL})?"
)
_SAID = ("near", "week", "month", "only", "count", "part", "hour")
OPENS = 9  # o'clock: of a day without a time
EARLIEST = 7  # an hour below that without 上午 or 下午 is meant in the afternoon


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when (None: not said). `timed`: a time of day was said. `rest`: the other words."""

    starts: datetime
    ends: datetime | None
    timed: bool
    rest: str


def read_span(text: str, now: datetime) -> Span | None:
    """The day or time in `text`; one that 到 stands before wins over others. None when there is none.

    A weekday is the next one, a day of the month the next such day; 3点 is in the afternoon, 8点 in the morning.
    """
    said = [one for one in _SPAN.finditer(fold(text)) if any(one[name] for name in _SAID)]
    for found in sorted(said, key=lambda one: one["until"] is None):
        span = _span(found, now.astimezone(SHANGHAI))
        if span is not None:
            rest = f"{text[: found.start()]} {text[found.end() :]}".strip(" \t,，。;；、")
            return Span(*span, rest)
    return None


def _span(found: re.Match[str], now: datetime) -> tuple[datetime, datetime | None, bool] | None:
    try:
        if found["count"]:
            return _later(found, now), None, True
        day = _day(found, now)
        part = found["part"] or ""
        if not found["hour"]:
            first, last = _PARTS.get(part, (OPENS, 0))
            ends = day + timedelta(hours=last) if part else None
            return day + timedelta(hours=first), ends, bool(part)
        starts = day + _time(found, "hour", part)
        if found["week"] and not found["next"] and starts <= now:
            day, starts = day + timedelta(days=7), starts + timedelta(days=7)
        return starts, _ends(found, day, part, starts), True
    except ValueError:
        return None


def _later(found: re.Match[str], now: datetime) -> datetime:
    count = 0.5 if found["count"] == "半" else _number(found["count"])
    return now + timedelta(hours=count * _HOURS[found["unit"]])


def _day(found: re.Match[str], now: datetime) -> datetime:
    """Midnight of the day that is meant. Raises ValueError for 2月30日."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if found["near"]:
        return today + timedelta(days=_NEAR[found["near"]])
    if found["week"]:
        ahead = _WEEKDAYS[found["week"]] - today.weekday()
        if found["next"]:
            return today + timedelta(days=ahead + 7)
        return today + timedelta(days=ahead % 7)
    if found["month"]:
        day = today.replace(month=_number(found["month"]), day=_number(found["of_month"]))
        return day if day >= today else day.replace(year=day.year + 1)
    if found["only"]:
        return _next_such_day(today, _number(found["only"]))
    return today


def _next_such_day(today: datetime, day: int) -> datetime:
    if day >= today.day:
        return today.replace(day=day)
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first.replace(day=day)


def _time(found: re.Match[str], name: str, part: str) -> timedelta:
    """The time of day. Raises ValueError for 25点."""
    hour = _number(found[name])
    minute = _number(found[f"{name}minute"] or found[f"{name}sharp"] or "0")
    minute = 30 if found[f"{name}half"] else minute
    minute = {"一": 15, "三": 45}.get(found[f"{name}quarter"] or "", minute)
    if hour > 24 or minute > 59:
        raise ValueError(found[0])
    return timedelta(hours=_of_day(hour, part), minutes=minute)


def _of_day(hour: int, part: str) -> int:
    """The hour on a clock of 24: 3 in the afternoon is 15, 12 at night the end of the day."""
    if part in _TABLE["after_noon"]:
        late = hour < 12 or (hour == 12 and part.startswith("晚"))
    elif part in _TABLE["noon"]:
        late = hour < 3
    else:
        late = not part and 0 < hour < EARLIEST
    return hour + 12 if late else hour


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
