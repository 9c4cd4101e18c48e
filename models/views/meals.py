"""Meals as residents see them: canteens, menus that can be ordered from, prices, orders to come, the usual."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, false, func, or_, select, true

from models import tables as t
from models.rules.diets import Diet, clash
from models.store import Work
from models.views.askers import Asker, Resident, User
from models.views.calendar import today
from models.views.meal_price import (
    NOW,
    Basket,
    Offer,
    Support,
    balance_of,
    diner_of,
    given_back,
    offer_of,
    paid_from,
    price_of,
    prices_in_turn,
    read_offers,
    select_offers,
    support_of,
)

MOST_MENUS = 30
AHEAD = timedelta(days=14)
USUAL = 5  # of so many newest meals the one that was ordered most often
_TOLD = (
    "number", "menu_id", "canteen_id", "canteen", "address", "meal", "person_id", "state", "how", "home_id",
    "portions", "price_cents", "subsidy_cents", "pay_cents", "pays", "code",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Canteen:
    """A canteen that serves an estate."""

    id: int
    name: str
    address: str
    phone: str
    is_default: bool


def _canteens() -> Select[Any]:
    c, e = t.canteen.c, t.estate_canteen.c
    return (
        select(c.id, c.name, c.address, c.phone, e.is_default)
        .join_from(t.estate_canteen, t.canteen)
        .where(c.active)
        .order_by(e.is_default.desc(), c.id)
    )


def canteens_of(work: Work, estate_id: int) -> list[Canteen]:
    """The canteens from which an estate's people may order, the default first."""
    query = _canteens().where(t.estate_canteen.c.estate_id == estate_id)
    return [Canteen(*row) for row in work.conn.execute(query)]


def canteen_for(work: Work, person_id: int) -> Canteen | None:
    """The canteen of a person's home: the default of the first home's estate that any canteen serves."""
    row = work.run(_CANTEEN_FOR, {"person": person_id}).first()
    return Canteen(*row) if row else None


def lives_there() -> Select[Any]:
    """The estates of a person's homes, with when they were bound."""
    b, h = t.binding.c, t.home.c
    return (
        select(t.building.c.estate_id, func.min(b.id).label("bound"))
        .join_from(t.binding, t.home, h.id == b.home_id)
        .join(t.building, t.building.c.id == h.building_id)
        .where(b.person_id == bindparam("person"), b.ended_at.is_(None), b.state != "refused")
        .group_by(t.building.c.estate_id)
    )


def _canteen_for() -> Select[Any]:
    lives = lives_there().subquery()
    theirs = _canteens().join(lives, lives.c.estate_id == t.estate_canteen.c.estate_id)
    first = (lives.c.bound, t.estate_canteen.c.is_default.desc(), t.canteen.c.id)
    return theirs.order_by(None).order_by(*first).limit(1)


def open_menu_ids() -> Select[Any]:
    """The ids of the menus from which a person can order now, of one day or meal where it is given."""
    m, e = t.menu.c, t.estate_canteen.c
    lives = lives_there().subquery()
    serving = select(e.canteen_id).join_from(t.estate_canteen, lives, lives.c.estate_id == e.estate_id)
    until = bindparam("until", type_=m.day.type)
    meal = bindparam("meal", type_=m.meal.type)
    return (
        select(m.id)
        .where(m.day.between(bindparam("since", type_=m.day.type), until), or_(meal == "", m.meal == meal))
        .where(m.state == "published", m.order_until > NOW, m.canteen_id.in_(serving))
        .order_by(m.day, m.starts_at, m.id)
        .limit(MOST_MENUS)
    )


def _open_menus(dishes: bool) -> Select[Any]:
    m = t.menu.c
    wanted = (m.id.in_(open_menu_ids()), t.canteen.c.active)
    offers = select_offers(dishes).where(*wanted).order_by(m.day, m.starts_at, m.id)
    return offers.order_by(t.menu_dish.c.place) if dishes else offers


_CANTEEN_FOR = _canteen_for()
_OPEN = {dishes: _open_menus(dishes) for dishes in (True, False)}
_PAID = select(t.meal_order.c.pays, t.meal_order.c.pay_cents, t.meal_order.c.paid_at).where(
    t.meal_order.c.id == bindparam("order")
)
_DIET = select(t.dietary_restriction.c.facts_sealed).where(
    t.dietary_restriction.c.person_id == bindparam("person")
)


def menus_open(
    work: Work, person_id: int, *, day: date | None = None, meal: str | None = None, dishes: bool = True
) -> list[dict[str, Any]]:
    """What a person can still order, earliest first and of one meal the default canteen's first.

    `left` of a menu: portions of all dishes together; of a dish: None where it has no limit of its own. `pay_cents`
    of a dish is what is left to pay of one portion after subsidies; `clash` says why it is not for them. `dishes`
    False: without what is on the menus, which costs two statements instead of seven.
    """
    default = canteen_for(work, person_id)
    offers = _offers(work, person_id, day, meal, dishes) if default else ()
    if default is None or not offers:
        return []
    ordered = sorted(
        offers, key=lambda one: (one.day, one.starts_at, one.canteen_id != default.id, one.canteen_id)
    )
    heads = [_head(one) | {"is_default": one.canteen_id == default.id} for one in ordered]
    if not dishes:
        return heads
    known = _for(work, person_id, offers)
    return [head | {"dishes": _dishes_for(one, *known)} for head, one in zip(heads, ordered, strict=True)]


def menu_card(work: Work, person_id: int, menu_id: int) -> dict[str, Any] | None:
    """One menu of menus_open() with its dishes; None once it cannot be ordered from, or not by this person."""
    offer = offer_of(work, menu_id)
    if offer is None or offer.state != "published" or offer.order_until <= work.now:
        return None
    diner = diner_of(work, person_id, offer.canteen_id)
    if diner is None or diner.place(None) is None:
        return None
    default = canteen_for(work, person_id)
    is_default = default is not None and default.id == offer.canteen_id
    support = support_of(work, diner, (offer.day,))
    dishes = _dishes_for(offer, support, _diet(work, person_id))
    return _head(offer) | {"is_default": is_default, "dishes": dishes}


def _offers(
    work: Work, person_id: int, day: date | None, meal: str | None, dishes: bool
) -> tuple[Offer, ...]:
    since = day or today(work)
    said = {
        "person": person_id,
        "since": since,
        "until": day or since + AHEAD,
        "meal": meal or "",
        "now": work.now,
    }
    return read_offers(work.conn.execute(_OPEN[dishes], said))


def _for(work: Work, person_id: int, offers: Iterable[Offer]) -> tuple[Support, Diet]:
    diner = diner_of(work, person_id)
    assert diner is not None
    return support_of(work, diner, {one.day for one in offers}), _diet(work, person_id)


def _diet(work: Work, person_id: int) -> Diet:
    facts = json.loads(work.unseal(work.run(_DIET, {"person": person_id}).scalar()) or "{}")
    return Diet(tuple(facts.get("marks", ())), tuple(facts.get("allergens", ())), facts.get("note", ""))


def _dishes_for(offer: Offer, support: Support, diet: Diet) -> list[dict[str, Any]]:
    return [
        {
            "dish_id": one.dish_id,
            "name": one.facts.name,
            "cents": one.cents,
            "pay_cents": price_of(offer, support, {one.dish_id: 1}, "pickup").pay_cents,
            "left": one.left(offer.room),
            "marks": list(one.facts.marks),
            "clash": clash(one.facts, diet),
        }
        for one in offer.dishes.values()
    ]


def _head(offer: Offer) -> dict[str, Any]:
    return {
        "menu_id": offer.menu_id,
        "canteen": offer.canteen,
        "canteen_id": offer.canteen_id,
        "day": offer.day.isoformat(),
        "meal": offer.meal,
        "starts_at": offer.starts_at.isoformat(),
        "ends_at": offer.ends_at.isoformat(),
        "order_until": offer.order_until.isoformat(),
        "cancel_until": offer.cancel_until.isoformat(),
        "delivers": offer.delivers,
        "delivery_cents": offer.delivery_cents,
        "left": offer.room,
    }


Wanted = tuple[int, Mapping[Any, int], str]
"""A menu, how many of which of its dishes, how they come."""


def price(
    work: Work, menu_id: int, person_id: int, dishes: Mapping[Any, int], how: str, *, but: int = 0
) -> dict[str, Any] | None:
    """What these dishes would cost the person now, line by line; `pays`: whence it would be paid.

    `but`: the order that would be changed; what it has cost counts as given back. None for a menu, dish or person
    that there is not.
    """
    return next(iter(prices(work, person_id, [(menu_id, dishes, how)], but=but)), None)


def prices(work: Work, person_id: int, wanted: Sequence[Wanted], *, but: int = 0) -> list[dict[str, Any]]:
    """price() of each of several meals that would be ordered in this order: what one uses up of a cap or of the
    balance the next has not. Empty where one of the menus, the dishes or the person is not there."""
    diner = diner_of(work, person_id)
    baskets = [basket for one in wanted if (basket := _basket(work, *one))]
    if diner is None or len(baskets) < len(wanted):
        return []
    support = support_of(work, diner, {one.offer.day for one in baskets}, but)
    pays, balance = balance_of(work, person_id)
    balance += _back(work, but)
    told = []
    for found in prices_in_turn(baskets, support):
        whence = paid_from(pays, balance, found.pay_cents)
        told.append(found.shown() | {"pays": whence, "balance_cents": balance})
        balance -= found.pay_cents if whence != "pickup" else 0
    return told


def _basket(work: Work, menu_id: int, dishes: Mapping[Any, int], how: str) -> Basket | None:
    offer, counts = offer_of(work, menu_id), {int(one): count for one, count in dishes.items()}
    return Basket(offer, counts, how) if offer and counts.keys() <= offer.dishes.keys() else None


def _back(work: Work, order_id: int) -> int:
    found = work.run(_PAID, {"order": order_id}).first() if order_id else None
    return given_back(found) if found else 0


def select_meals() -> Select[Any]:
    """Orders with their canteen and until when they can be cancelled."""
    o = t.meal_order.c
    return (
        select(o.id, o.number, o.menu_id, o.canteen_id, t.canteen.c.name.label("canteen"), o.day, o.meal)
        .add_columns(o.person_id, o.state, o.how, o.home_id, o.portions, o.price_cents, o.subsidy_cents)
        .add_columns(o.pay_cents, o.pays, o.paid_at, o.code, t.menu.c.order_until, t.menu.c.cancel_until)
        .add_columns(t.menu.c.starts_at, t.menu.c.ends_at, t.canteen.c.address)
        .join_from(t.meal_order, t.menu, t.menu.c.id == o.menu_id)
        .join(t.canteen, t.canteen.c.id == o.canteen_id)
    )


_TO_COME = (
    select_meals()
    .where(
        t.meal_order.c.person_id == bindparam("person"),
        t.meal_order.c.state == "placed",
        t.meal_order.c.day >= bindparam("since"),
    )
    .order_by(t.meal_order.c.day, t.menu.c.starts_at, t.meal_order.c.id)
)


def _dishes() -> Select[Any]:
    od, d = t.meal_order_dish.c, t.dish.c
    return (
        select(od.meal_order_id, od.dish_id, d.name, od.count.label("portions"))
        .join_from(t.meal_order_dish, t.dish)
        .where(od.meal_order_id.in_(bindparam("orders", expanding=True)))
        .order_by(od.meal_order_id, od.id)
    )


_DISHES = _dishes()


def meals_of(work: Work, person_id: int, since_day: date) -> list[dict[str, Any]]:
    """A person's orders to come, earliest first. `code` is for whoever fetches it."""
    return _with_dishes(work, work.run(_TO_COME, {"person": person_id, "since": since_day}).all())


def meal_of(work: Work, asker: Asker, number: int) -> dict[str, Any] | None:
    """The order of that number, in whatever state, for the diner, their carers and those who look after it."""
    query = select_meals().where(t.meal_order.c.number == number, _meal_seen_by(asker))
    return next(iter(_with_dishes(work, work.conn.execute(query).all())), None)


def _meal_seen_by(asker: Asker) -> ColumnElement[bool]:
    o = t.meal_order.c
    if isinstance(asker, Resident):
        c = t.carer.c
        cares = exists().where(c.elder_id == o.person_id, c.carer_id == asker.person_id, c.state == "agreed")
        return or_(o.person_id == asker.person_id, cares)
    if isinstance(asker, User) and asker.sees_all:
        return true()
    own = false() if asker.unit_id is None else t.canteen.c.unit_id == asker.unit_id
    return or_(own, o.estate_id.in_(asker.estates)) if isinstance(asker, User) and not asker.is_firm else own


def _with_dishes(work: Work, rows: Iterable[Any]) -> list[dict[str, Any]]:
    orders = list(rows)
    if not orders:
        return []
    dishes: dict[int, list[Any]] = {}
    for row in work.conn.execute(_DISHES, {"orders": [order.id for order in orders]}):
        dishes.setdefault(row.meal_order_id, []).append(row)
    return [_meal(row, dishes.get(row.id, [])) for row in orders]


def _meal(row: Any, dishes: list[Any]) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in _TOLD}
    return told | {
        "meal_order_id": row.id,
        "day": row.day.isoformat(),
        "paid": row.paid_at is not None,
        "order_until": row.order_until.isoformat(),
        "cancel_until": row.cancel_until.isoformat(),
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "dishes": "、".join(f"{one.name} {one.portions} 份" for one in dishes),
        "counts": {str(one.dish_id): one.portions for one in dishes},
    }


def _usual() -> Select[Any]:
    o = t.meal_order.c
    mine = (o.person_id == bindparam("person"), o.meal == bindparam("meal"), o.state != "cancelled")
    return select(o.id, o.how, o.home_id, o.canteen_id).where(*mine).order_by(o.day.desc()).limit(USUAL)


_USUAL = _usual()


def usual_of(work: Work, person_id: int, meal: str) -> dict[str, Any] | None:
    """What a person usually has for a meal, of the newest orders; None for somebody who never had it.

    `dish_ids` is the same by id, ids as text since it may be kept as JSON.
    """
    rows = work.run(_USUAL, {"person": person_id, "meal": meal}).all()
    if not rows:
        return None
    baskets: dict[int, list[Any]] = {row.id: [] for row in rows}
    for one in work.conn.execute(_DISHES, {"orders": list(baskets)}):
        baskets[one.meal_order_id].append(one)
    keys = {
        order: tuple(sorted((one.dish_id, one.portions) for one in had)) for order, had in baskets.items()
    }
    # Of those that were ordered equally often the newest: Counter keeps the order in which it met them.
    usual = Counter(keys.values()).most_common(1)[0][0]
    newest = next(row for row in rows if keys[row.id] == usual)
    names = {one.name: one.portions for one in baskets[newest.id]}
    told = {"how": newest.how, "home_id": newest.home_id, "canteen_id": newest.canteen_id}
    return told | {"dishes": names, "dish_ids": {str(dish): count for dish, count in usual}}
