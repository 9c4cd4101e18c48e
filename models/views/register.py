"""The register: estates, buildings, homes, public parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, or_, select

from models import tables as t
from models.store import Work
from models.views.askers import User


@dataclass(frozen=True, slots=True)
class Estate:
    """A residential estate (小区) and the other names people call it by."""

    id: int
    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Building:
    """A building of an estate. `scene` is of the QR code at its door."""

    id: int
    key: str
    name: str
    scene: str | None
    estate_id: int
    estate: str

    @property
    def place(self) -> str:
        """Estate and building in words."""
        return f"{self.estate} {self.name}"


@dataclass(frozen=True, slots=True)
class Home:
    """One home. `door` is for the people who live there and for whoever must come."""

    id: int
    building_id: int
    unit: str
    room: str
    building: str
    estate_id: int
    estate: str

    @property
    def place(self) -> str:
        """Estate and building in words, without the door."""
        return f"{self.estate} {self.building}"

    @property
    def door(self) -> str:
        """The whole address in words."""
        unit = f"{self.unit} 单元 " if self.unit else ""
        return f"{self.estate} {self.building} {unit}{self.room} 室"


@dataclass(frozen=True, slots=True)
class Part:
    """A public part (公共部位), such as the lift."""

    key: str
    name: str


_ESTATES = select(t.estate.c.id, t.estate.c.name, t.estate.c.aliases).order_by(t.estate.c.id)


def estates(work: Work) -> tuple[Estate, ...]:
    """Every estate, by id."""
    rows = work.run(_ESTATES, {})
    return tuple(Estate(row.id, row.name, tuple(row.aliases)) for row in rows)


def own_estates(work: Work, asker: User) -> tuple[Estate, ...]:
    """The estates that the asker looks after, by id: all, those of the area; a firm looks after none."""
    found = estates(work)
    return found if asker.sees_all else tuple(one for one in found if one.id in asker.estates)


@cache
def _buildings() -> Select[Any]:
    b, e = t.building.c, t.estate.c
    return (
        select(b.id, b.key, b.name, b.scene, b.estate_id, e.name.label("estate"))
        .join_from(t.building, t.estate)
        .order_by(b.estate_id, b.id)
    )


def buildings(work: Work, estate_id: int | None = None) -> tuple[Building, ...]:
    """The buildings of one estate, or of all."""
    query = _buildings()
    if estate_id is not None:
        query = query.where(t.building.c.estate_id == estate_id)
    return tuple(Building(*row) for row in work.conn.execute(query))


def buildings_by_key(work: Work, key: str, estate_id: int | None = None) -> tuple[Building, ...]:
    """The buildings that people number so ("3"); several when no estate is given."""
    return tuple(one for one in buildings(work, estate_id) if one.key == key)


def building_by_id(work: Work, building_id: int) -> Building | None:
    """One building."""
    row = work.conn.execute(_buildings().where(t.building.c.id == building_id)).first()
    return Building(*row) if row else None


def own_building(work: Work, asker: User, building_id: int) -> Building | None:
    """A building of an estate that the asker looks after."""
    building = building_by_id(work, building_id)
    return building if building and (asker.sees_all or building.estate_id in asker.estates) else None


def building_by_scene(work: Work, scene: str) -> Building | None:
    """The building whose QR code was scanned."""
    row = work.conn.execute(_buildings().where(t.building.c.scene == scene)).first()
    return Building(*row) if row else None


@cache
def select_homes() -> Select[Any]:
    """Homes with their building's and estate's names, in the order of the fields of Home."""
    h, b, e = t.home.c, t.building.c, t.estate.c
    return (
        select(
            h.id, h.building_id, h.unit, h.room, b.name.label("building"), b.estate_id, e.name.label("estate")
        )
        .join_from(t.home, t.building)
        .join(t.estate)
        .order_by(h.id)
    )


def find_home(
    work: Work,
    *,
    building_key: str,
    room: str,
    unit: str | None = None,
    estate_id: int | None = None,
    most: int = 5,
) -> tuple[Home, ...]:
    """The homes that fit what somebody said; None for what they left out. None fits: an empty tuple."""
    said = {"key": building_key, "room": room, "estate": estate_id, "unit": unit, "most": most}
    known = frozenset(name for name, value in said.items() if value is not None)
    found = work.run(_homes_said(known), {name: said[name] for name in known})
    return tuple(Home(*row) for row in found)


def home_units(work: Work, building_ids: Iterable[int]) -> dict[int, set[str]]:
    """The units in which the register has homes, by building; a building without homes is not in it."""
    h = t.home.c
    query = select(h.building_id, h.unit).where(h.building_id.in_(list(building_ids))).distinct()
    units: dict[int, set[str]] = {}
    for row in work.conn.execute(query):
        units.setdefault(row.building_id, set()).add(row.unit)
    return units


@cache
def _homes_said(known: frozenset[str]) -> Select[Any]:
    """The homes that fit what is known of them."""
    b, h = t.building.c, t.home.c
    columns = {"key": b.key, "room": h.room, "estate": b.estate_id, "unit": h.unit}
    fits = [column == bindparam(name) for name, column in columns.items() if name in known]
    return select_homes().where(*fits).limit(bindparam("most", type_=Integer))


def public_parts(work: Work, estate_id: int | None = None) -> tuple[Part, ...]:
    """The public parts that every estate has, and those of this estate."""
    p = t.public_part.c
    query = select(p.key, p.name).where(or_(p.estate_id.is_(None), p.estate_id == estate_id)).order_by(p.id)
    return tuple(Part(*row) for row in work.conn.execute(query))
