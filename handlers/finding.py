"""What a question finds in the register for the words of an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.language.addresses import HomeRef, read_home
from bot.language.intents import report_content
from bot.language.text import clean
from models import views
from models.store import Work

Place = dict[str, Any]
AT_ONE_LOOK = 5  # options
_DOOR = re.compile(r"(?:(?P<unit>\d{1,2})\s*(?:单元|-|—|–|\s)\s*)?(?P<room>\d{2,4}[A-Za-z]?)(?:室|号)?$")


def find(work: Work, person_id: int, what: str, text: str) -> Any:
    """What `what` means in `text`: "content" words; else places in the register, none when nothing fits.

    "place": a building, a home or an estate; "home": homes only; "door:<building id>": homes of that building;
    "scene": the building whose QR code was scanned; "near": what may be chosen from, the buildings of their estate
    or the estates; "near:<estate id>": the buildings of that estate; no list that is longer than one look.
    """
    kind, _, subject = what.partition(":")
    return FINDERS[kind](work, person_id, text, subject)


def _content(work: Work, person_id: int, text: str, subject: str) -> str | None:
    return report_content(text)


def _scene(work: Work, person_id: int, text: str, subject: str) -> list[Place]:
    building = views.building_by_scene(work, text)
    return [_at_building(building)] if building else []


def _door(work: Work, person_id: int, text: str, subject: str) -> list[Place]:
    building = next(one for one in views.buildings(work) if one.id == int(subject))
    refs = [ref for ref in read_home(text) if ref.room and ref.building in (None, building.key)]
    if not refs and (short := _DOOR.search(clean(text))):
        refs = [HomeRef(unit=short["unit"], room=short["room"])]
    return [
        _at_home(home)
        for ref in refs
        for home in views.find_home(
            work, building_key=building.key, estate_id=building.estate_id, unit=ref.unit, room=ref.room or ""
        )
    ]


def _home(work: Work, person_id: int, text: str, subject: str) -> list[Place]:
    return [place for place in _place(work, person_id, text, subject) if place["home_id"]]


def _place(work: Work, person_id: int, text: str, subject: str) -> list[Place]:
    """The homes that fit; where the register lacks the door, the buildings; without a number, the estate."""
    said = clean(text)
    named = [one.id for one in views.estates(work) if any(n in said for n in (one.name, *one.aliases))]
    estates = named or _estates_of(work, person_id) or [None]
    refs = [ref for ref in read_home(text) if ref.building]
    for among in (estates, [None]) if not named else (estates,):
        found = _existing(
            work, [(ref, p) for ref in refs for estate in among for p in _fitting(work, ref, estate)]
        )
        if found:
            return found
    return [_at_estate(one) for one in views.estates(work) if one.id in named] if not refs else []


def _near(work: Work, person_id: int, text: str, subject: str) -> list[Place]:
    estates = views.estates(work)
    homes = [int(subject)] if subject else _estates_of(work, person_id)
    known = homes[0] if homes else estates[0].id if len(estates) == 1 else None
    if known is None:
        return [_at_estate(one) for one in estates] if len(estates) <= AT_ONE_LOOK else []
    buildings = [_at_building(one) for one in views.buildings(work, known)]
    if len(buildings) < AT_ONE_LOOK:
        return buildings
    return [] if subject else [_at_estate(one) for one in estates if one.id == known]


def _fitting(work: Work, ref: HomeRef, estate_id: int | None) -> list[Place]:
    key = ref.building or ""
    if ref.room:
        homes = views.find_home(work, building_key=key, room=ref.room, unit=ref.unit, estate_id=estate_id)
        if homes:
            return [_at_home(home) for home in homes]
    return [_at_building(one) for one in views.buildings_by_key(work, key, estate_id)]


def _estates_of(work: Work, person_id: int) -> list[int | None]:
    return list(dict.fromkeys(one.home.estate_id for one in views.homes_of(work, person_id)))


def _existing(work: Work, read: Sequence[tuple[HomeRef, Place]]) -> list[Place]:
    """Each place once; whole doors before mere buildings, and of these, where any is left, none without the unit that
    was said."""
    known = {(one["building_id"], one["home_id"]): (ref, one) for ref, one in read}
    doors = [one for _, one in known.values() if one["home_id"]]
    if doors or len(known) < 2 or not any(ref.unit for ref, _ in known.values()):
        return doors or [one for _, one in known.values()]
    units = views.home_units(work, (one["building_id"] for _, one in known.values()))
    there = [one for ref, one in known.values() if _has_unit(units.get(one["building_id"]), ref)]
    return there or [one for _, one in known.values()]


def _has_unit(units: set[str] | None, ref: HomeRef) -> bool:
    """Whether there may be such a unit: a building of which the register has no home may have any."""
    return not ref.unit or units is None or ref.unit in units


def _at_home(home: views.Home) -> Place:
    row = asdict(home)
    ids = {"estate_id": row["estate_id"], "building_id": row["building_id"], "home_id": row["id"]}
    return {**ids, "label": home.door, "building": f"{row['estate']} {row['building']}"}


def _at_building(building: views.Building) -> Place:
    ids = {"estate_id": building.estate_id, "building_id": building.id, "home_id": None}
    return {**ids, "label": building.place}


def _at_estate(estate: views.Estate) -> Place:
    return {"estate_id": estate.id, "building_id": None, "home_id": None, "label": estate.name}


FINDERS: Mapping[str, Callable[[Work, int, str, str], Any]] = {
    "content": _content,
    "scene": _scene,
    "door": _door,
    "home": _home,
    "place": _place,
    "near": _near,
}
