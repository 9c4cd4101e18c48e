"""What a meal costs whom: what is on the menu, what is proven of the diner, and what the tiers pay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, null, select

from models import tables as t
from models.columns import Moment
from models.rules.diets import DishFacts
from models.rules.entitlements import groups_on
from models.rules.meals import age_on
from models.rules.subsidies import (
    Diner,
    Had,
    Line,
    Meal,
    Tier,
    had_after,
    lines,
    month_of,
    used_on,
    week_of,
)
from models.store import Work


@dataclass(frozen=True, slots=True)
class OnMenu:
    """A dish of one menu at the price of that day. `portions`: how many there are; None: as the meal holds."""

    dish_id: int
    cents: int
    portions: int | None
    taken: int
    facts: DishFacts

    def left(self, room: int) -> int | None:
        """How many there still are, where the dish has a limit of its own; never more than the meal has room."""
        return None if self.portions is None else max(min(self.portions - self.taken, room), 0)


@dataclass(frozen=True, slots=True)
class Offer:
    """A menu as it can be ordered from. `room`: portions that the meal still holds."""

    menu_id: int
    canteen_id: int
    canteen: str
    day: date
    meal: str
    state: str
    starts_at: datetime
    ends_at: datetime
    order_until: datetime
    cancel_until: datetime
    room: int
    delivers: bool
    delivery_cents: int
    dishes: Mapping[int, OnMenu]

    def food_cents(self, dishes: Mapping[int, int]) -> int:
        """What so many of each dish cost together."""
        return sum(self.dishes[one].cents * count for one, count in dishes.items())


@dataclass(frozen=True, slots=True)
class Place:
    """A home that a diner is bound to. `served`: the canteen that was asked about serves its estate."""

    home_id: int
    building_id: int
    estate_id: int
    area_id: int | None
    verified: bool
    served: bool


@dataclass(frozen=True, slots=True)
class DinerFacts:
    """What is known of who eats. `papers`: their groups, as models/rules/entitlements.py reads them; `entitled`:
    staff have checked them, and a home is verified."""

    person_id: int
    places: tuple[Place, ...]
    born: date | None
    papers: Mapping[str, Any]
    entitled: bool

    def place(self, home_id: int | None) -> Place | None:
        """That home, or the first one that is served; None where the canteen does not serve them there."""
        mine = (one for one in self.places if one.served and home_id in (None, one.home_id))
        return next(mine, None)

    def age(self, day: date) -> int | None:
        """Full years on that day, as far as it is known."""
        return None if self.born is None else age_on(self.born, day)


@dataclass(frozen=True, slots=True)
class Support:
    """The tiers in force and what a diner has had of them."""

    tiers: tuple[Tier, ...]
    had: tuple[Had, ...]
    who: DinerFacts
    areas: frozenset[int] = field(default_factory=frozenset)

    def lines(self, offer: Offer, food_cents: int) -> tuple[Line, ...]:
        """What is paid of dishes of that price, payer by payer. Delivery is nobody's but the diner's."""
        if not self.tiers:
            return ()
        diner = Diner(self.who.age(offer.day), groups_on(self.who.papers, offer.day), self.areas)
        meal = Meal(offer.meal, offer.day, offer.canteen_id)
        return lines(self.tiers, diner, used_on(self.had, offer.day), meal, food_cents)

    def after(self, day: date, paid: Iterable[Line]) -> Support:
        """What is left for the next meal, once these lines are paid of one of that day."""
        return replace(self, had=had_after(self.had, day, paid))


@dataclass(frozen=True, slots=True)
class Price:
    """What a meal costs, in cents: dishes and delivery, what payers pay line by line, what is left to pay."""

    price_cents: int
    lines: tuple[Line, ...]

    @property
    def subsidy_cents(self) -> int:
        """What the payers pay together."""
        return sum(line.cents for line in self.lines)

    @property
    def pay_cents(self) -> int:
        """What the diner pays."""
        return self.price_cents - self.subsidy_cents

    def shown(self) -> dict[str, Any]:
        """As dialogs and results of actions carry it."""
        return {
            "price_cents": self.price_cents,
            "subsidy_cents": self.subsidy_cents,
            "pay_cents": self.pay_cents,
            "lines": [{"name": f"{one.payer} {one.name}", "cents": one.cents} for one in self.lines],
        }


def price_of(offer: Offer, support: Support, dishes: Mapping[int, int], how: str) -> Price:
    """What these dishes of the offer cost; every dish must be on the menu."""
    food = offer.food_cents(dishes)
    delivery = offer.delivery_cents if how == "delivery" else 0
    return Price(food + delivery, support.lines(offer, food))


@dataclass(frozen=True, slots=True)
class Basket:
    """Dishes of one menu, and how they come: pickup or delivery."""

    offer: Offer
    dishes: Mapping[int, int]
    how: str


def prices_in_turn(baskets: Iterable[Basket], support: Support) -> list[Price]:
    """What meals cost that are ordered one after the other: each leaves less of the caps to those behind it."""
    found = []
    for one in baskets:
        price = price_of(one.offer, support, one.dishes, one.how)
        support = support.after(one.offer.day, price.lines)
        found.append(price)
    return found


def select_offers(dishes: bool = True) -> Select[Any]:
    """A row for each dish of each menu; without `dishes` one for each menu."""
    m, on, d = t.menu.c, t.menu_dish.c, t.dish.c
    heads = (
        select(m.id, m.canteen_id, t.canteen.c.name.label("canteen"), m.day, m.meal, m.state, m.starts_at)
        .add_columns(m.ends_at, m.order_until, m.cancel_until, (m.capacity - m.taken).label("room"))
        .add_columns(m.delivers, m.delivery_cents)
        .join_from(t.menu, t.canteen)
    )
    if not dishes:
        return heads.add_columns(null().label("dish_id"))
    return (
        heads.add_columns(on.dish_id, on.cents, on.portions, on.taken, d.name)
        .add_columns(d.marks, d.allergens, d.ingredients)
        .outerjoin(t.menu_dish, on.menu_id == m.id)
        .outerjoin(t.dish, d.id == on.dish_id)
    )


def read_offers(rows: Iterable[Any]) -> tuple[Offer, ...]:
    """The menus of rows of select_offers(), in their order."""
    heads: dict[int, Any] = {}
    dishes: dict[int, dict[int, OnMenu]] = {}
    for row in rows:
        heads.setdefault(row.id, row)
        if row.dish_id is not None:
            facts = DishFacts(row.name, tuple(row.marks), tuple(row.allergens), row.ingredients)
            one = OnMenu(row.dish_id, row.cents, row.portions, row.taken, facts)
            dishes.setdefault(row.id, {})[row.dish_id] = one
    return tuple(_offer(row, dishes.get(menu_id, {})) for menu_id, row in heads.items())


def _offer(row: Any, dishes: Mapping[int, OnMenu]) -> Offer:
    times = (row.starts_at, row.ends_at, row.order_until, row.cancel_until)
    head = (row.id, row.canteen_id, row.canteen, row.day, row.meal, row.state)
    return Offer(*head, *times, max(row.room, 0), row.delivers, row.delivery_cents, dishes)


def _diner() -> Select[Any]:
    p, e, b, h = t.person.c, t.entitlement.c, t.binding.c, t.home.c
    ec = t.estate_canteen.c
    serves = and_(ec.estate_id == t.building.c.estate_id, ec.canteen_id == bindparam("canteen", type_=t.Id))
    lives = and_(b.person_id == p.id, b.ended_at.is_(None), b.state != "refused")
    return (
        select(e.facts_sealed, e.verified_at, b.home_id, h.building_id, t.building.c.estate_id)
        .add_columns(t.estate.c.area_id, b.state, ec.id.label("serves"))
        .outerjoin_from(t.person, t.entitlement)
        .outerjoin(t.binding, lives)
        .outerjoin(t.home, h.id == b.home_id)
        .outerjoin(t.building, t.building.c.id == h.building_id)
        .outerjoin(t.estate, t.estate.c.id == t.building.c.estate_id)
        .outerjoin(t.estate_canteen, serves)
        .where(p.id == bindparam("person"))
        .order_by(b.made_at, b.id)
    )


def _had() -> Select[Any]:
    s, o = t.meal_subsidy.c, t.meal_order.c
    return (
        select(s.subsidy_tier_id, s.day, func.count(), func.sum(s.cents))
        .join_from(t.meal_subsidy, t.meal_order)
        .where(s.person_id == bindparam("person"), s.day.between(bindparam("first"), bindparam("last")))
        .where(o.state != "cancelled", o.id != bindparam("but", type_=t.Id))
        .group_by(s.subsidy_tier_id, s.day)
    )


# Asked with every order, so built once.
_OFFER = select_offers().where(t.menu.c.id == bindparam("menu")).order_by(t.menu_dish.c.place)
_DINER, _HAD = _diner(), _had()
_TIERS = select(t.subsidy_tier).where(t.subsidy_tier.c.active).order_by(t.subsidy_tier.c.id)
_AREAS = select(t.area.c.id, t.area.c.parent_id)
_BALANCE = select(t.meal_account.c.pays, t.meal_account.c.balance_cents).where(
    t.meal_account.c.person_id == bindparam("person")
)
NOW = bindparam("now", type_=Moment)
"""The time, in statements that are built once."""


def offer_of(work: Work, menu_id: int) -> Offer | None:
    """The menu, in whatever state; None where there is none of that id."""
    return next(iter(read_offers(work.run(_OFFER, {"menu": menu_id}))), None)


def diner_of(work: Work, person_id: int, canteen_id: int | None = None) -> DinerFacts | None:
    """What is known of a diner, homes in the order in which they were bound; None for nobody."""
    rows = work.run(_DINER, {"person": person_id, "canteen": canteen_id}).all()
    if not rows:
        return None
    facts: Mapping[str, Any] = json.loads(work.unseal(rows[0].facts_sealed) or "{}")
    places = tuple(
        Place(
            row.home_id,
            row.building_id,
            row.estate_id,
            row.area_id,
            row.state == "verified",
            bool(row.serves),
        )
        for row in rows
        if row.home_id is not None
    )
    born = date.fromisoformat(facts["born"]) if facts.get("born") else None
    checked = rows[0].verified_at is not None and any(place.verified for place in places)
    return DinerFacts(person_id, places, born, facts, checked)


def support_of(work: Work, who: DinerFacts, days: Iterable[date], but: int = 0) -> Support:
    """What is paid for a diner on these days. `but`: an order that is about to be changed does not count."""
    known = sorted(days)
    tiers = tuple(_tier(row) for row in work.run(_TIERS, {})) if who.entitled and known else ()
    if not tiers:
        return Support((), (), who)
    first = min(week_of(known[0])[0], month_of(known[0])[0])
    last = max(week_of(known[-1])[1], month_of(known[-1])[1])
    said = {"person": who.person_id, "first": first, "last": last, "but": but}
    had = tuple(Had(row[0], row[1], row[2], int(row[3])) for row in work.run(_HAD, said))
    return Support(tiers, had, who, _areas(work, who, tiers))


def _tier(row: Any) -> Tier:
    own: dict[str, Any] = {name: value for name, value in row._mapping.items() if name != "active"}
    return Tier(**(own | {"groups": frozenset(row.groups), "meals": frozenset(row.meals)}))


def _areas(work: Work, who: DinerFacts, tiers: Iterable[Tier]) -> frozenset[int]:
    """The areas of the verified homes and all above them, where a tier asks for an area."""
    if all(tier.area_id is None for tier in tiers):
        return frozenset()
    above: dict[int, int | None] = {row.id: row.parent_id for row in work.run(_AREAS, {})}
    found: set[int] = set()
    for place in who.places:
        area = place.area_id if place.verified else None
        while area is not None and area not in found:
            found.add(area)
            area = above.get(area)
    return frozenset(found)


def balance_of(work: Work, person_id: int) -> tuple[str, int]:
    """How a diner pays, and what is in their account, in cents."""
    row = work.run(_BALANCE, {"person": person_id}).first()
    return (row.pays, row.balance_cents) if row else ("pickup", 0)


def given_back(order: Any) -> int:
    """What an order has cost its diner's account up to now, in cents: it goes back before anything else is paid."""
    return int(order.pay_cents) if order.paid_at or order.pays == "bill" else 0


def paid_from(pays: str, balance_cents: int, pay_cents: int) -> str:
    """Whence a meal of that price is paid: bill, balance, or at the counter where the balance does not suffice.

    Also who pays at the counter may have a balance: what was given back of a meal.
    """
    if pays == "bill" or not pay_cents:
        return pays
    return "balance" if balance_cents >= pay_cents else "pickup"
