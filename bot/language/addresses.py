"""Homes as people write them: 幸福小区3号楼2单元602, 三幢六零二室, 15弄3号602, 3-2-602.

A home read here is only what was written. Whether it exists is for the register of homes to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.language.numbers import SPOKEN, read_numeral
from bot.language.tables import any_of, read_table
from bot.language.text import clean

_TABLE = read_table("addresses")
_LANES_FROM = 10  # numbers of lanes are rarely shorter than two digits
_UNITS_TO = 9  # and a building rarely has more staircases than this


@dataclass(frozen=True, slots=True)
class HomeRef:
    """A home, or the part of it that was written; numbers in ASCII digits without leading zeros.

    `building` is 3, A or, with a lane, 15弄3号.
    """

    estate: str | None = None
    building: str | None = None
    unit: str | None = None
    room: str | None = None


_SEPARATOR = r"[\s,，的-]*"
_SMALL = rf"(?:[0-9]{{1,3}}|{SPOKEN}{{1,4}})"
_LANE = rf"(?:(?P<lane>[0-9]{{1,4}}|{SPOKEN}{{1,6}})\s*弄\s*)"
_STEM = r"(?P<stem>[甲乙丙丁])?"
_BLOCK = rf"(?:(?P<block>{_SMALL}|[A-Za-z])\s*(?:号楼|#楼|幢楼?|栋楼?|座|楼(?=\s*{_SMALL}\s*单元)))"
_LETTER_BLOCK = r"(?P<letter>[A-Za-z])楼"
_DOOR = rf"(?P<door>{_SMALL})\s*(?:号|#){_STEM}"
_UNIT = rf"(?P<unit>{_SMALL}|[A-Za-z])\s*单元"
_FLOOR = rf"(?:{_SMALL}\s*(?:楼|层))"
_ROOM_WORD = r"\s*(?:室|房间|房|号房)"
_ROOM_END = rf"(?![0-9.%:-]|\s*楼(?![上下])|\s*{any_of(_TABLE['room_ends'])})"
_ROOM = rf"(?P<room>[0-9]{{1,4}}[A-Za-z]?|[A-Za-z][0-9]{{2,4}}|{SPOKEN}{{2,6}})(?:{_ROOM_WORD}|{_ROOM_END})"
_LONG_ROOM = rf"(?P<room>[0-9]{{3,4}}[A-Za-z]?|{SPOKEN}{{3,6}})(?:{_ROOM_WORD}|{_ROOM_END})"
_AFTER = rf"(?:{_SEPARATOR}{_FLOOR})?{_SEPARATOR}{_ROOM}"
_MARKED_ROOM = rf"(?P<room>[0-9]{{2,4}}[A-Za-z]?|{SPOKEN}{{2,6}})\s*(?:室|号房)"
_START = rf"(?<![0-9A-Za-z.:/-])(?<!{SPOKEN})"
# Tried in this order at every place; the leftmost, then the first that fits wins.
_WRITTEN = tuple(
    re.compile(_START + form)
    for form in (
        rf"{_LANE}(?:{_BLOCK}|{_DOOR})(?:{_SEPARATOR}{_UNIT})?(?:{_AFTER})?",
        rf"(?:{_BLOCK}|{_LETTER_BLOCK}){_STEM}(?:{_SEPARATOR}{_UNIT})?(?:{_AFTER})?",
        rf"{_DOOR}(?:{_SEPARATOR}{_UNIT})(?:{_AFTER})?",
        rf"{_DOOR}(?:{_SEPARATOR}{_FLOOR})?[\s的-]*{_LONG_ROOM}",
        rf"{_UNIT}(?:{_AFTER})?",
        _MARKED_ROOM,
    )
)
_DASH = r"\s*[-－—–－]\s*"
_DASHED = re.compile(
    rf"(?<![0-9A-Za-z./-])(?P<first>[1-9][0-9]{{0,2}}|[A-Za-z]){_DASH}(?:(?P<second>[1-9][0-9]?){_DASH})?"
    rf"(?:(?P<third>[1-9]){_DASH})?(?P<room>[0-9]{{3,4}}[A-Za-z]?)(?:室|(?![0-9./-]|{_DASH}[0-9]))"
)
_SPACED = re.compile(
    r"(?P<first>[1-9][0-9]{0,2})[\s、]+(?:(?P<second>[1-9][0-9]?)[\s、]+)?(?P<room>[1-9][0-9]{2,3})室?"
)
_REFUSED = re.compile(r"(?:不是|不在|勿是|不住)(?:[\u4e00-\u9fff]{1,8})?$")
_HAN = re.compile(r"[\u4e00-\u9fff]{3,12}的?$")
_ESTATE = re.compile(rf"[\u4e00-\u9fff]{{1,8}}?{any_of(_TABLE['estate_endings'])}")
_LEAD_IN = re.compile(rf"^.*?{any_of(_TABLE['lead_ins'])}(?=[\u4e00-\u9fff]{{2}})")
_LEFT_OVER = re.compile(rf"{any_of(_TABLE['lead_ins'])}$")


def read_home(text: str) -> list[HomeRef]:
    """Every reading of the first home in `text` that is not refused (不是 3 号楼); [] if there is none.

    12-8-602 has two readings, unit 8 of building 12 and building 8 of lane 12: ask the register which exists.
    """
    found = _find(clean(text))
    return found[2] if found else []


def strip_home(text: str) -> str:
    """What `text` says besides the home: 3号楼602厨房漏水 gives 厨房漏水."""
    text = clean(text)
    found = _find(text)
    if not found:
        return text
    before = _LEFT_OVER.sub("", text[: found[0]].rstrip())
    parts = (part.strip(" ,，。、;；:：-的") for part in (before, text[found[1] :]))
    return "，".join(part for part in parts if part)


def _find(text: str) -> tuple[int, int, list[HomeRef]] | None:
    """Where the home stands, from and to, and its readings."""
    for found, readings in _candidates(text):
        if _REFUSED.search(text[: found.start()]):
            continue
        estate, start = _estate_before(text[: found.start()])
        return start, found.end(), [HomeRef(estate, r.building, r.unit, r.room) for r in readings]
    return None


def _candidates(text: str) -> Iterator[tuple[re.Match[str], list[HomeRef]]]:
    spaced = _SPACED.fullmatch(text)
    if spaced:
        yield spaced, _dashed_readings(spaced)
    position = 0
    while found := _next(text, position):
        readings = _dashed_readings(found) if found.re is _DASHED else _written_reading(found)
        if readings:
            yield found, readings
        position = found.end()


def _next(text: str, position: int) -> re.Match[str] | None:
    matches = [found for form in (_DASHED, *_WRITTEN) if (found := form.search(text, position))]
    return min(matches, key=lambda found: found.start(), default=None)


def _plain(written: str | None) -> str | None:
    """ASCII digits without leading zeros; letters in upper case; None if it is no number at all."""
    if not written:
        return None
    if written.isascii():
        return written.upper().lstrip("0") or None
    value = read_numeral(written)
    return str(value) if value else None


def _written_reading(found: re.Match[str]) -> list[HomeRef]:
    parts = found.groupdict()
    number = _plain(parts.get("block") or parts.get("letter") or parts.get("door"))
    lane, unit, room = (_plain(parts.get(part)) for part in ("lane", "unit", "room"))
    building = number and number + (parts.get("stem") or "")
    if lane and building:
        building = f"{lane}弄{building}号"
    return [HomeRef(None, building, unit, room)] if building or unit or room else []


def _dashed_readings(found: re.Match[str]) -> list[HomeRef]:
    first, second, third = found["first"].upper(), found["second"], found.groupdict().get("third")
    room = _plain(found["room"])
    if third:
        return [HomeRef(None, f"{first}弄{second}号", third, room)]
    if not second:
        return [HomeRef(None, first, None, room)]
    if not first.isdigit():
        return [HomeRef(None, first, second, room)]
    as_unit, as_lane = HomeRef(None, first, second, room), HomeRef(None, f"{first}弄{second}号", None, room)
    lanes, units = int(first) >= _LANES_FROM, int(second) <= _UNITS_TO
    return [as_unit] if units and not lanes else [as_lane] if lanes and not units else [as_unit, as_lane]


def _estate_before(before: str) -> tuple[str | None, int]:
    """The estate written right before a home, and where the home's words begin with it."""
    run = _HAN.search(before.rstrip())
    name = run[0].removesuffix("的") if run else ""
    while lead_in := _LEAD_IN.match(name):
        name = name[lead_in.end() :]
    if len(name) < 3 or name in _TABLE["not_estates"] or not _ESTATE.fullmatch(name):
        return None, len(before)
    return name, before.rindex(name)
