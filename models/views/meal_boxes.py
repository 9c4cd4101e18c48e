"""What is packed for one meal, box by box: for whom, where to, what they may not eat. Personal: whoever shows it
writes an audit entry, and no group is told more than the building and the last four digits of the phone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.rules.diets import ALLERGENS, MARKS
from models.rules.masking import mask_name
from models.rules.phones import tail
from models.store import Work
from models.views.askers import Staff, User
from models.views.kitchen import LIVE, dishes_held, own_menu_row
from models.views.register import Home, select_homes

NO_NAME = "没有留姓名"


@dataclass(frozen=True, slots=True)
class Box:
    """One diner's meal. `held`: dishes, each with its portions; `tail`: of the phone.

    `diet`: marks, allergens and note in words.

    `place` is estate and building, `door` unit and room; both empty for somebody whose home is not known.
    `collect_cents`: still to be paid at the counter, or to whoever brings it. `why`: it could not be handed over.
    """

    order_id: int
    number: int
    meal: str
    code: str
    how: str
    state: str
    name: str
    tail: str
    held: tuple[tuple[str, int], ...]
    portions: int
    diet: str
    place: str
    door: str
    home_id: int | None
    building_id: int | None
    collect_cents: int
    ended_at: datetime | None
    why: str

    @property
    def masked(self) -> str:
        """The name by its first letter."""
        return self.name if self.name == NO_NAME else mask_name(self.name)

    @property
    def dishes(self) -> tuple[str, ...]:
        """What is in it, such as "红烧肉 ×2"."""
        return tuple(f"{dish} ×{count}" for dish, count in self.held)

    @property
    def packed(self) -> tuple[str, ...]:
        """The dish of each of its portions: that many things are packed, and each bears a label."""
        return tuple(dish for dish, count in self.held for _ in range(count))


@dataclass(frozen=True, slots=True)
class Stop:
    """A building on a round, and what is carried up there."""

    place: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class RouteSheet:
    """The round of one volunteer, in the order in which it is walked. Without a name: what is on nobody's round."""

    name: str
    volunteer: str
    stops: tuple[Stop, ...]

    @property
    def portions(self) -> int:
        """How much is carried."""
        return sum(box.portions for stop in self.stops for box in stop.boxes)


def boxes(work: Work, asker: Staff | User, menu_id: int) -> tuple[Box, ...]:
    """Every meal that is ordered and not cancelled: what is delivered by building and door, the rest by code.

    Nothing where the asker may not look into that kitchen.
    """
    if own_menu_row(work, asker, menu_id) is None:
        return ()
    o, p = t.meal_order.c, t.person.c
    query = select(t.meal_order, p.name_sealed, p.phone_sealed).outerjoin_from(
        t.meal_order, t.person, p.id == o.person_id
    )
    rows = work.conn.execute(query.where(o.menu_id == menu_id, LIVE)).all()
    held = dishes_held(work, [row.id for row in rows])
    homes = _homes(work, {row.id: row for row in rows})
    diets = _diets(work, {row.person_id for row in rows if row.person_id is not None})
    found = [_box(work, row, held[row.id], homes.get(row.id), diets) for row in rows]
    order = {box.order_id: _order(box, homes.get(box.order_id)) for box in found}
    return tuple(sorted(found, key=lambda box: order[box.order_id]))


def route_sheets(work: Work, asker: Staff | User, menu_id: int) -> tuple[RouteSheet, ...]:
    """What is delivered, by round and building; what lies on nobody's round comes last, without a name."""
    delivered = [box for box in boxes(work, asker, menu_id) if box.how == "delivery"]
    if not delivered:
        return ()
    by_building: dict[int | None, list[Box]] = {}
    for box in delivered:
        by_building.setdefault(box.building_id, []).append(box)
    sheets = []
    for route in _rounds(work, menu_id):
        mine = [by_building.pop(one) for one in route.buildings if one in by_building]
        if mine:
            sheets.append(RouteSheet(route.name, route.volunteer, _stops(mine)))
    left = list(by_building.values())
    return (*sheets, RouteSheet("", "", _stops(left))) if left else tuple(sheets)


def phone_of_box(work: Work, asker: Staff | User, menu_id: int, order_id: int) -> str:
    """The diner's phone, for whoever has to ask where they are; empty when it is not known."""
    if own_menu_row(work, asker, menu_id) is None:
        return ""
    o, p = t.meal_order.c, t.person.c
    query = select(p.phone_sealed).join_from(t.meal_order, t.person, p.id == o.person_id)
    return work.unseal(work.conn.execute(query.where(o.id == order_id, o.menu_id == menu_id)).scalar())


@dataclass(frozen=True, slots=True)
class _Round:
    name: str
    volunteer: str
    buildings: tuple[int, ...]


def _rounds(work: Work, menu_id: int) -> tuple[_Round, ...]:
    r, b, w, m = t.meal_route.c, t.meal_route_building.c, t.worker.c, t.menu.c
    query = (
        select(r.id, r.name, w.name.label("volunteer"), b.building_id)
        .join_from(t.meal_route, t.meal_route_building)
        .join(t.menu, m.canteen_id == r.canteen_id)
        .outerjoin(t.worker, w.id == r.worker_id)
        .where(m.id == menu_id, r.active)
    )
    found: dict[int, _Round] = {}
    for row in work.conn.execute(query.order_by(r.name, r.id, b.place, b.id)):
        known = found.get(row.id, _Round(row.name, row.volunteer or "", ()))
        found[row.id] = _Round(known.name, known.volunteer, (*known.buildings, row.building_id))
    return tuple(found.values())


def _stops(groups: Collection[Collection[Box]]) -> tuple[Stop, ...]:
    return tuple(Stop(next(iter(one)).place or "地址没有登记", tuple(one)) for one in groups)


def _homes(work: Work, rows: Mapping[int, Any]) -> dict[int, Home]:
    """The home of each order, by the order's id: where it is delivered to, else where the diner lives."""
    b = t.binding.c
    fetched = {row.person_id for row in rows.values() if row.home_id is None and row.person_id is not None}
    lives = select(b.person_id, b.home_id).where(b.person_id.in_(fetched), b.ended_at.is_(None))
    at = {row.person_id: row.home_id for row in work.conn.execute(lives.order_by(b.id.desc()))}
    of_order = {row.id: row.home_id or at.get(row.person_id) for row in rows.values()}
    wanted = {one for one in of_order.values() if one is not None}
    known = {row.id: Home(*row) for row in work.conn.execute(select_homes().where(t.home.c.id.in_(wanted)))}
    return {order_id: known[home_id] for order_id, home_id in of_order.items() if home_id is not None}


def _diets(work: Work, person_ids: Collection[int]) -> dict[int, str]:
    d = t.dietary_restriction.c
    kept = work.conn.execute(select(d.person_id, d.facts_sealed).where(d.person_id.in_(person_ids)))
    return {row.person_id: diet_marks(json.loads(work.unseal(row.facts_sealed))) for row in kept}


def diet_marks(facts: Mapping[str, Any]) -> str:
    """What somebody needs and may not eat, as short as it stands on the box.

    >>> diet_marks({"marks": ["soft", "low_salt"], "allergens": ["peanut"], "note": "香菜"})
    '软食 低盐 忌花生、香菜'
    """
    marks = [MARKS[one] for one in facts.get("marks", ()) if one in MARKS]
    cannot = [ALLERGENS[one] for one in facts.get("allergens", ()) if one in ALLERGENS]
    cannot += [facts["note"]] if facts.get("note") else []
    return " ".join([*marks, *([f"忌{'、'.join(cannot)}"] if cannot else [])])


def _box(
    work: Work,
    row: Any,
    held: tuple[tuple[str, int], ...],
    home: Home | None,
    diets: Mapping[int, str],
) -> Box:
    unit = f"{home.unit} 单元 " if home and home.unit else ""
    return Box(
        order_id=row.id,
        number=row.number,
        meal=row.meal,
        code=row.code,
        how=row.how,
        state=row.state,
        name=work.unseal(row.name_sealed) or NO_NAME,
        tail=tail(work.unseal(row.phone_sealed)),
        held=held,
        portions=row.portions,
        diet=diets.get(row.person_id, ""),
        place=home.place if home else "",
        door=f"{unit}{home.room} 室" if home else "",
        home_id=home.id if home else None,
        building_id=home.building_id if home else None,
        collect_cents=row.pay_cents if row.pays == "pickup" and row.paid_at is None else 0,
        ended_at=row.ended_at,
        why=work.unseal(row.missed_sealed),
    )


def _order(box: Box, home: Home | None) -> tuple[Any, ...]:
    if box.how == "pickup":
        return True, box.code
    where = (home.estate_id, home.building_id, home.unit, len(home.room), home.room) if home else ()
    return (False, home is None, *where)
