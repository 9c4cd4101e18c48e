"""One search box: orders and people by number, phone, name or address, within what the asker may see.

Phones and names are found by their blind index, so a whole phone and a whole name are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from models import tables as t
from models.rules.lookup import name_key
from models.rules.phones import tail
from models.store import Work
from models.views.askers import User
from models.views.orders import Order, seen_by, select_orders, shown
from models.views.people import person_seen_by
from models.views.register import Home, estates, select_homes

MOST = 20


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as somebody wrote it; None for what they left out. `estate_ids`: empty when no estate was named."""

    building: str | None
    unit: str | None = None
    room: str | None = None
    estate_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A person in a list: name, the last four digits of the phone, doors."""

    id: int
    name: str
    tail: str
    doors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, at most MOST of each; `more`: there are more people."""

    orders: tuple[Order, ...] = ()
    people: tuple[Found, ...] = ()
    homes: tuple[Home, ...] = ()
    more: bool = False


def by_phone(work: Work, asker: User, digits: str) -> Hits:
    """The people with this whole number and what they reported."""
    return _hits(work, asker, _people(work, asker, t.person.c.phone_index == work.index(digits)))


def by_name(work: Work, asker: User, name: str) -> Hits:
    """The people of this whole name and what they reported."""
    key = name_key(name)
    return _hits(work, asker, _people(work, asker, t.person.c.name_index == work.index(key)) if key else ())


def by_place(work: Work, asker: User, spots: Iterable[Spot]) -> Hits:
    """The homes that fit, who lives there, and the orders about these homes; without a home, about the building."""
    spots = tuple(spots)
    homes = tuple({home.id: home for spot in spots for home in homes_at(work, asker, spot)}.values())[:MOST]
    lives = t.binding.c
    at_home = [home.id for home in homes]
    bound = select(lives.person_id).where(lives.home_id.in_(at_home), lives.ended_at.is_(None))
    people = _people(work, asker, t.person.c.id.in_(bound)) if homes else ()
    about = [*_about(homes), *(_building_of(asker, spot) for spot in spots if not homes or not spot.room)]
    orders = _orders(work, asker, or_(*about)) if about else ()
    return Hits(orders, people[:MOST], homes, len(people) > MOST)


def _about(homes: Sequence[Home]) -> Iterator[ColumnElement[bool]]:
    """Orders about the homes, or about public parts of their buildings."""
    o = t.work_order.c
    if homes:
        here = o.building_id.in_({home.building_id for home in homes})
        yield here & (o.home_id.in_([home.id for home in homes]) | o.home_id.is_(None))


def _building_of(asker: User, spot: Spot) -> ColumnElement[bool]:
    return t.work_order.c.building_id.in_(select(t.building.c.id).where(_building_fits(asker, spot)))


def homes_at(work: Work, asker: User, spot: Spot) -> tuple[Home, ...]:
    """The homes of the asker's estates that fit; none when no room was written."""
    if not spot.room or asker.is_firm:
        return ()
    query = select_homes().where(_building_fits(asker, spot), t.home.c.room == spot.room)
    if spot.unit is not None:
        query = query.where(t.home.c.unit == spot.unit)
    return tuple(Home(*row) for row in work.conn.execute(query.limit(MOST)))


def estates_named(work: Work, text: str) -> tuple[int, ...]:
    """The estates whose name or other name stands in the text, of whatever area: views of places do not widen it."""
    return tuple(
        one.id for one in estates(work) if any(name and name in text for name in (one.name, *one.aliases))
    )


def estates_called(work: Work, said: str) -> tuple[int, ...]:
    """The estates that somebody may mean who says so: of just that name or other name, else with a part of it."""
    names = {one.id: [name for name in (one.name, *one.aliases) if name] for one in estates(work)}
    exact = tuple(one for one, known in names.items() if said in known)
    return exact or tuple(
        one for one, known in names.items() if any(name in said or said in name for name in known)
    )


def _building_fits(asker: User, spot: Spot) -> ColumnElement[bool]:
    b = t.building.c
    fits = b.key == spot.building if spot.building is not None else b.id.is_not(None)
    if spot.estate_ids:
        fits &= b.estate_id.in_(spot.estate_ids)
    return fits if asker.sees_all or asker.is_firm else fits & b.estate_id.in_(asker.estates)


def _people(work: Work, asker: User, which: ColumnElement[bool]) -> tuple[Found, ...]:
    """One more than MOST when there are more."""
    p = t.person.c
    query = select(p.id, p.name_sealed, p.phone_sealed).where(which, person_seen_by(asker, p.id))
    rows = work.conn.execute(query.order_by(p.id).limit(MOST + 1)).all()
    doors = _doors(work, asker, [row.id for row in rows])
    return tuple(_found(work, row, doors.get(row.id, ())) for row in rows)


def _found(work: Work, row: Any, doors: Sequence[str]) -> Found:
    return Found(row.id, work.unseal(row.name_sealed), tail(work.unseal(row.phone_sealed)), tuple(doors))


def _doors(work: Work, asker: User, person_ids: Sequence[int]) -> dict[int, list[str]]:
    """Where each of these people lives now, as far as the asker's area goes."""
    b = t.binding.c
    query = select_homes().add_columns(b.person_id).join(t.binding, b.home_id == t.home.c.id)
    query = query.where(b.person_id.in_(person_ids), b.ended_at.is_(None))
    found: dict[int, list[str]] = {}
    for *home, person_id in work.conn.execute(query.order_by(None).order_by(b.made_at, b.id)):
        one = Home(*home)
        if asker.sees_all or one.estate_id in asker.estates:
            found.setdefault(person_id, []).append(one.door)
    return found


def _hits(work: Work, asker: User, people: tuple[Found, ...]) -> Hits:
    ids = [one.id for one in people[:MOST]]
    orders = _orders(work, asker, t.work_order.c.reporter_id.in_(ids)) if ids else ()
    return Hits(orders, people[:MOST], more=len(people) > MOST)


def _orders(work: Work, asker: User, which: ColumnElement[bool]) -> tuple[Order, ...]:
    query = select_orders().where(which, seen_by(asker)).order_by(t.work_order.c.id.desc()).limit(MOST)
    return tuple(shown(work, row, asker) for row in work.conn.execute(query))
