"""Homes and places as people write them: 幸福小区3号楼2单元602, 三幢六零二室, 15弄3号602, 3-2-602, 8 号门口.

What is read here is only what was written. Whether it exists is for the register of homes to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.language.numbers import SPOKEN, read_numeral
from bot.language.tables import any_of, read_table
from bot.language.text import clean

_TABLE = read_table("addresses")
_LANES_FROM = 10  # numbers of lanes are rarely shorter than two digits
_LAST_DAY = 31
ONE_TURN = 64  # sentences: those of the turns under way
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


@dataclass(frozen=True, slots=True)
class Address:
    """Everything about a place that was written, each part by itself: lane 15, bldg 3 for 15弄3号; bldg 9甲 or A.

    `start`, `end`: where the number of the house and what follows it stand in the text.
    """

    district: str | None = None
    town: str | None = None
    road: str | None = None
    estate: str | None = None
    lane: str | None = None
    bldg: str | None = None
    unit: str | None = None
    room: str | None = None
    floor: str | None = None
    start: int = 0
    end: int = 0

    @property
    def home(self) -> HomeRef:
        """The same as the register of homes writes it."""
        building = f"{self.lane}弄{self.bldg}号" if self.lane and self.bldg else self.bldg
        return HomeRef(self.estate, building, self.unit, self.room)


Known = Callable[[HomeRef], bool]
"""Whether the register has such a home; parts that were not written are None."""

_SEPARATOR = r"[\s,，的-]*"
_SMALL = rf"(?:[0-9]{{1,3}}|{SPOKEN}{{1,4}})"
_NAMED = rf"[\u4e00-\u9fff]{{2,6}}?{any_of(_TABLE['sure_endings'])}"
_STOREY = rf"(?:[0-9]{{1,2}}|{SPOKEN}{{1,3}})"
_LANE_NUMBER = rf"(?P<lane>[0-9]{{1,4}}|{SPOKEN}{{1,6}})\s*弄"
_LANE = rf"(?:{_LANE_NUMBER}[\s,的]*(?:(?P<estate>{_NAMED})[\s,]*)?)"
_STEM = r"(?P<stem>[甲乙丙丁])?"
_BLOCK = rf"(?:(?P<block>{_SMALL}|[A-Za-z])\s*(?:号\s*楼|#楼|幢楼?|栋楼?|座|楼(?=\s*{_SMALL}\s*单元)))"
_LETTER_BLOCK = r"(?P<letter>[A-Za-z])楼"
_DOOR = rf"(?P<door>{_SMALL})\s*(?:号门洞|号门(?=\s*[0-9])|号|#){_STEM}"
_UNIT = rf"(?P<unit>{_SMALL}|[A-Za-z])\s*单元"
_FLOOR = rf"(?:{_SMALL}\s*(?:楼|层))"
_ROOM_WORD = r"\s*(?:室|房间|房|号房)"
_ROOM_END = rf"(?![0-9.%:-]|\s*楼(?![上下])|\s*{any_of(_TABLE['room_ends'])})"
_OF_HOUSE = r"(?<=[0-9零一二三四五六七八九]{3})(?=楼[道梯里板面上下])"  # 603楼道: no storey is so high
_ENDED = rf"(?:{_ROOM_WORD}|{_OF_HOUSE}|{_ROOM_END})"
_ROOM = rf"(?P<room>[0-9]{{1,4}}[A-Za-z]?|[A-Za-z][0-9]{{2,4}}|{SPOKEN}{{2,6}}){_ENDED}"
_LONG_ROOM = rf"(?P<room>[0-9]{{3,4}}[A-Za-z]?|{SPOKEN}{{3,6}}){_ENDED}"
_AFTER = rf"(?:{_SEPARATOR}{_FLOOR})?{_SEPARATOR}{_ROOM}"
_MARKED_ROOM = rf"(?P<room>[0-9]{{2,4}}[A-Za-z]?|{SPOKEN}{{2,6}})\s*(?:室|号房)"
_START = rf"(?<![0-9A-Za-z./-])(?<![0-9]:)(?<!{SPOKEN})"
# Tried in this order at every place; the leftmost, then the first that fits wins.
_WRITTEN = tuple(
    re.compile(_START + form)
    for form in (
        rf"{_LANE}(?:{_BLOCK}|{_DOOR})(?:{_SEPARATOR}{_UNIT})?(?:{_AFTER})?",
        rf"{_LANE}(?P<door>{_SMALL})\s*[\s-]\s*{_LONG_ROOM}",
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
_BEFORE_IT = 12  # letters in front of a place that can say that it is not the one
_HAN = re.compile(r"[\u4e00-\u9fff]{3,12}的?$")
_ESTATE = re.compile(rf"[\u4e00-\u9fff]{{1,8}}?{any_of(_TABLE['estate_endings'])}")
_LEAD_IN = re.compile(rf"^.*?{any_of(_TABLE['lead_ins'])}(?=[\u4e00-\u9fff]{{2}})")
_FLOOR_NEXT = re.compile(
    rf"{_SEPARATOR}(?:(?P<ground>底楼|底层)|(?P<floor>{_STOREY})\s*(?:楼|层|[fF](?![a-zA-Z])))"
)
_WEAK = re.compile(
    rf"{_START}(?:{_LANE_NUMBER}\s*(?:(?P<lane_door>{_SMALL})[\s-]+)?(?:(?<=[\s-])(?P<room>[0-9]{{3,4}})(?![0-9]))?"
    rf"|(?P<door>{_SMALL})\s*(?:号|#)(?:(?P<stem>[甲乙丙丁])|(?![楼线码召称角]))"
    rf"|(?<![每隔几数这])(?<!一层)(?P<floor>{_STOREY})\s*(?:(?:楼|层)(?!{any_of(_TABLE['not_floors'])})|[fF](?![a-zA-Z]))|(?P<ground>底楼|底层))"
)
_HOUSE_FOLLOWS = re.compile(rf"\s*{any_of(_TABLE['house_follows'])}")
_SINCE = re.compile(r"(?:[0-9号日]\s*(?:到|至|[-~])|月[的份]?)\s*$")
_HOUSE_BEFORE = re.compile(rf"{any_of(_TABLE['house_before'])}\s*$")
_DAY_FOLLOWS = re.compile(
    rf"\s*(?:{any_of(_TABLE['day_follows'])}|[0-9一二三四五六七八九十两]{{1,3}}\s*[:点时])"
)
_DAY_TALK = re.compile(any_of(_TABLE["day_talk"]))
_DISTRICT = re.compile(rf"(?:上海市?)?(?P<district>{any_of(_TABLE['districts'])}区|(?:浦东)新区)")
_TOWN = re.compile(
    rf"(?P<town>{any_of(_TABLE['towns'])}(?:镇|街道)|(?<=[\s,])[\u4e00-\u9fff]{{2,4}}?(?:镇|街道)|^[\u4e00-\u9fff]{{2,5}}?(?:镇|街道))"
)
_ROAD = re.compile(r"(?P<road>[\u4e00-\u9fff]{1,6}(?:公路|支路|大道|路|街))\s*$")
_ROAD_ALONE = re.compile(
    r"(?:^|[\s,。])(?P<road>[\u4e00-\u9fff]{2,5}?(?:公路|支路|大道|路|街))(?=[\s,。口上边]|和|靠近|$)"
)
_NO_ROAD = re.compile("^.$|[到在了的上下里过没有是把满走着]")
_ESTATE_ALONE = re.compile(_NAMED)
_VAGUE_ESTATE = re.compile(any_of(_TABLE["vague_estates"]))
_LEFT_OVER = re.compile(rf"{any_of(_TABLE['lead_ins'])}$")


def read_home(text: str) -> list[HomeRef]:
    """Every reading of the first home in `text` that is not refused (不是 3 号楼); [] if there is none.

    12-8-602 has two readings, unit 8 of building 12 and building 8 of lane 12: ask the register which exists.
    """
    found = _find(clean(text))
    return list(found[2]) if found else []


@lru_cache(ONE_TURN)
def strip_home(text: str) -> str:
    """What `text` says besides the home: 3号楼602厨房漏水 gives 厨房漏水."""
    text = clean(text)
    found = _find(text)
    if not found:
        return text
    before = _LEFT_OVER.sub("", text[: found[0]].rstrip())
    parts = (part.strip(" ,，。、;；:：-的") for part in (before, text[found[1] :]))
    return "，".join(part for part in parts if part)


def find_address(text: str, known: Known | None = None) -> list[Address]:
    """Every reading of the place in the cleaned `text`, the likeliest first; those that `known` has, if any are.

    More than a home: 5 楼, 8 号门口 and the name of an estate alone are places too, and so are district, town and
    road. The day 8 号 is told from the house 8 号 by what stands around it.
    """
    found = _find_written(text) or _find_weak(text)
    readings = found or [Address(start=len(text), end=len(text))]
    readings = [_with_area(one, text) for one in readings]
    kept = [one for one in readings if known and known(one.home)] or readings
    return [one for one in kept if replace(one, start=0, end=0) != Address()]


def _find_written(text: str) -> list[Address]:
    for found, readings in _candidates(text):
        if _is_refused(text, found.start()):
            continue
        ordered = sorted(readings, key=lambda one: bool(one.lane) != (len(one.lane or one.bldg or "") > 1))
        return [_with_floor(replace(one, start=found.start(), end=found.end()), text) for one in ordered]
    return []


def _with_floor(address: Address, text: str) -> Address:
    """The storey behind the number of a house: A 栋 8 楼. A room tells it already."""
    found = None if address.room else _FLOOR_NEXT.match(text, address.end)
    return replace(address, floor=_floor(found), end=found.end()) if found else address


def _floor(found: re.Match[str]) -> str | None:
    if found["ground"]:
        return "1"
    floor = _plain(found["floor"])
    return f"-{floor}" if floor and found.string[: found.start("floor")].endswith("地下") else floor


def _find_weak(text: str) -> list[Address]:
    """A place that is no home yet: 12 弄, 8 号门口, 5 楼."""
    for found in _WEAK.finditer(text):
        if _is_refused(text, found.start()) or (found["door"] and not _is_house(found, text)):
            continue
        bldg = _plain(found["door"])
        address = Address(
            lane=_plain(found["lane"]), bldg=bldg and bldg + (found["stem"] or ""),
            room=_plain(found["room"]), floor=_floor(found), start=found.start(), end=found.end(),
        )  # fmt: skip
        if replace(address, start=0, end=0) != Address():
            return [_with_floor(address, text) if address.bldg else address]
    return []


def _is_house(found: re.Match[str], text: str) -> bool:
    """Whether N 号 is a house and no day: 8 号门口, 我家 8 号, 电梯坏了 8 号; not 8 号中午, not 8 号 alone."""
    if _SINCE.search(text[: found.start()]):
        return False
    if _HOUSE_FOLLOWS.match(text, found.end()):
        return True
    if _DAY_FOLLOWS.match(text, found.end()) or _DAY_TALK.search(text):
        return bool(_HOUSE_BEFORE.search(text[: found.start()]))
    return text.strip(" ,。.!?") != found[0].strip() or int(_plain(found["door"]) or 0) > _LAST_DAY


def _with_area(address: Address, text: str) -> Address:
    """The address with the district, town, road and estate that stand in front of it, or anywhere by a sure name."""
    before = text[: address.start]
    district, town = _DISTRICT.search(before), None
    if district:
        before = before[: district.start()] + " " * len(district[0]) + before[district.end() :]
    town = _TOWN.search(before)
    if town:
        before = before[: town.start()] + " " * len(town[0]) + before[town.end() :]
    road = _ROAD.search(before) if address.start < len(text) else _ROAD_ALONE.search(before)
    road_name = road and _without_lead_ins(road["road"])
    if road and (road_name in _TABLE["not_roads"] or _NO_ROAD.search(road_name or "到")):
        road, road_name = None, None
    if road:
        before = before[: road.start()] + " " * len(road[0]) + before[road.end() :]
    estate = (
        address.estate or _estate_before(before)[0] or _estate_in(before) or _estate_in(text[address.end :])
    )
    return replace(
        address, district=district and district["district"], town=town and _without_lead_ins(town["town"]),
        road=road_name, estate=estate,
    )  # fmt: skip


def _estate_in(text: str) -> str | None:
    """An estate named without any number, by an ending that hardly anything else has: 爱博四村."""
    for found in _ESTATE_ALONE.finditer(text):
        name = _without_lead_ins(found[0])
        if len(name) > 2 and name not in _TABLE["not_estates"] and not _VAGUE_ESTATE.match(name):
            return name
    return None


def _without_lead_ins(name: str) -> str:
    while lead_in := _LEAD_IN.match(name):
        name = name[lead_in.end() :]
    return name


@lru_cache(ONE_TURN)
def _find(text: str) -> tuple[int, int, tuple[HomeRef, ...]] | None:
    """Where the home stands, from and to, and its readings. Many questions of one turn read the same sentence."""
    for found, readings in _candidates(text):
        if _is_refused(text, found.start()):
            continue
        estate, start = _estate_before(text[: found.start()])
        homes = tuple(replace(r, estate=r.estate or estate).home for r in readings)
        return start, found.end(), homes
    return None


def _is_refused(text: str, start: int) -> bool:
    """Whether what stands right before a place says that it is not the one: 不是 3 号楼."""
    return _REFUSED.search(text, max(0, start - _BEFORE_IT), start) is not None


def _candidates(text: str) -> Iterator[tuple[re.Match[str], list[Address]]]:
    spaced = _SPACED.fullmatch(text)
    if spaced:
        yield spaced, _dashed_readings(spaced)
    position = 0
    ahead: dict[re.Pattern[str], re.Match[str] | None] = {}
    while found := _next(text, position, ahead):
        readings = _dashed_readings(found) if found.re is _DASHED else _written_reading(found)
        if readings:
            yield found, readings
        position = found.end()


def _next(
    text: str, position: int, ahead: dict[re.Pattern[str], re.Match[str] | None]
) -> re.Match[str] | None:
    """The first of all forms. `ahead`: what was found of each, so that nothing is looked for twice."""
    for form in (_DASHED, *_WRITTEN):
        known = ahead.get(form)
        if form not in ahead or (known and known.start() < position):
            ahead[form] = form.search(text, position)
    return min((found for found in ahead.values() if found), key=lambda found: found.start(), default=None)


def _plain(written: str | None) -> str | None:
    """ASCII digits without leading zeros; letters in upper case; None if it is no number at all."""
    if not written:
        return None
    if written.isascii():
        return written.upper().lstrip("0") or None
    value = read_numeral(written)
    return str(value) if value else None


def _written_reading(found: re.Match[str]) -> list[Address]:
    parts = found.groupdict()
    number = _plain(parts.get("block") or parts.get("letter") or parts.get("door"))
    lane, unit, room = (_plain(parts.get(part)) for part in ("lane", "unit", "room"))
    bldg = number and number + (parts.get("stem") or "")
    if not (bldg or unit or room):
        return []
    return [Address(estate=parts.get("estate"), lane=lane if bldg else None, bldg=bldg, unit=unit, room=room)]


def _dashed_readings(found: re.Match[str]) -> list[Address]:
    first, second, third = found["first"].upper(), found["second"], found.groupdict().get("third")
    room = _plain(found["room"])
    if third:
        return [Address(lane=first, bldg=second, unit=third, room=room)]
    if not second:
        return [Address(bldg=first, room=room)]
    as_unit, as_lane = (
        Address(bldg=first, unit=second, room=room),
        Address(lane=first, bldg=second, room=room),
    )
    if not first.isdigit():
        return [as_unit]
    lanes, units = int(first) >= _LANES_FROM, int(second) <= _UNITS_TO
    return [as_unit] if units and not lanes else [as_lane] if lanes and not units else [as_unit, as_lane]


def _estate_before(before: str) -> tuple[str | None, int]:
    """The estate written right before a home, and where the home's words begin with it."""
    run = _HAN.search(before.rstrip())
    name = _without_lead_ins(run[0].removesuffix("的") if run else "")
    if len(name) < 3 or name in _TABLE["not_estates"] or not _ESTATE.fullmatch(name):
        return None, len(before)
    return name, before.rindex(name)
