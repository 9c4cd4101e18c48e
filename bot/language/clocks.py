"""The time of day as people say it: 下午三点半, 明晚六点一刻, 15:00, 半夜两点."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from bot.language.numbers import read_numeral
from bot.language.tables import any_of, read_table

_TABLE = read_table("clocks")
_PARTS: Mapping[str, int] = _TABLE["parts"]
_NOON, _LATE, _NIGHT = 1, 2, 3
EARLIEST = 7  # an hour below that without a part of the day is meant in the afternoon

_HOUR = "(?:[0-9]{1,2}|[零一二两三四五六七八九十廿]{1,3})"
_MINUTE = "(?:[0-9]{1,2}|[零〇]?[一二三四五六七八九十]{1,3})"
_PAST = rf"(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{_MINUTE})分?(?![0-9度份客个元块两盒]|点))"
_CLOCK = re.compile(
    rf"(?P<part>{any_of(_PARTS)})?(?:大概|大约|差不多|的|[\s,])?(?:差(?P<less>{_MINUTE})分(?:钟|到)?)?(?<![0-9.第])(?:(?P<hour>{_HOUR})\s*(?:点|时(?!间|候)|钟头?(?=钟))\s*"
    rf"(?:{_PAST}|缺(?:(?P<lack>{_MINUTE})分|(?P<lack_quarter>一刻))|(?P<sure>钟|{any_of(_TABLE['exact'])}))?"
    rf"|(?P<plain>[0-9]{{1,2}}):(?P<sharp>[0-5][0-9])(?![0-9]))"
)
_PART = re.compile(any_of(_PARTS))
_NOT_TIME = re.compile(rf"{any_of(_TABLE['not_times'])}")
_HAS_CLOCK = re.compile(r"[点时:]")
_LITTLE = re.compile(r"[\u4e00-\u9fff\0]$")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day and where it stands in the text."""

    at: time
    start: int
    end: int


def find_time(text: str) -> Clock | None:
    """The first time of day in the cleaned `text`, or None; 一点 alone is "a little", 两点意见 are no time.

    Without a part of the day an hour before seven is meant in the afternoon: 3 点 is 15:00, 8 点 08:00.

    >>> str(find_time("下午三点半").at), find_time("辣一点"), str(find_time("夜饭六点缺五分").at)
    ('15:30:00', None, '17:55:00')
    """
    if not _HAS_CLOCK.search(text):
        return None
    part = ""
    for found in _CLOCK.finditer(text):
        at = _read(found, text, found["part"] or _part_before(text, found.start()) or part)
        if at is not None:
            return Clock(at, found.start(), found.end())
    return None


def _part_before(text: str, position: int) -> str:
    """The last part of the day or meal before the clock: 晚饭 in 明天晚饭给我六点送来."""
    said = list(_PART.finditer(text, 0, position))
    return said[-1][0] if said else ""


def _read(found: re.Match[str], text: str, part: str) -> time | None:
    if found["plain"]:
        return _time(int(found["plain"]), int(found["sharp"]), part)
    exact = found["half"] or found["quarter"] or found["minute"] or found["sure"]
    if not exact and _NOT_TIME.match(text, found.end()):
        return None
    hour = read_numeral(found["hour"])
    # 早一点, 辣一点, 快一点: a little. 下午一点 and 一点半 are times.
    if (
        hour == 1
        and not exact
        and (found["part"] or "早") in "早晚"
        and _LITTLE.search(text[: found.start("hour")])
    ):
        return None
    minute = 30 if found["half"] else {"一": 15, "三": 45}.get(found["quarter"] or "", 0)
    if found["minute"]:
        spoken = read_numeral(found["minute"])
        if spoken is None:
            return None
        minute = spoken
    at = None if hour is None else _time(hour, minute, part)
    short = "十五" if found["lack_quarter"] else found["less"] or found["lack"]
    return _minutes_before(at, read_numeral(short) or 0) if at and short else at


def _minutes_before(at: time, minutes: int) -> time:
    """差五分六点, 六点缺一刻."""
    total = (at.hour * 60 + at.minute - minutes) % (24 * 60)
    return time(total // 60, total % 60)


def _time(hour: int, minute: int, part: str) -> time | None:
    hour = of_day(hour, part) % 24 if hour <= 24 else 99
    return time(hour, minute) if hour < 24 and minute < 60 else None


def of_day(hour: int, part: str) -> int:
    """The hour on a clock of 24: 3 in the afternoon is 15, 12 at night the end of the day, 24."""
    kind = _PARTS.get(part)
    if kind == _LATE:
        late = hour < 12 or (hour == 12 and part.startswith(("晚", "夜")))
    elif kind == _NIGHT:
        late = 6 <= hour <= 12
    elif kind == _NOON:
        late = hour < 3
    else:
        late = kind is None and 0 < hour < EARLIEST
    return hour + 12 if late else hour
