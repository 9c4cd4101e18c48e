"""Meals as staff at the console see them: the orders of a day, one order, a diner's table, money and papers.

Diets and entitlements are for whoever looks after the person, never for a firm. Whoever shows any of it writes an
audit entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from models import tables as t
from models.rules.diets import clash
from models.rules.entitlements import worded
from models.store import Work
from models.views.askers import User
from models.views.calendar import today
from models.views.canteens import run_by
from models.views.diets import diet_of
from models.views.meal_price import balance_of, diner_of, offer_of
from models.views.people import person_kept_by
from models.views.register import Home, select_homes

MOST = 500  # orders of a day that are listed
DEBTORS = 50  # people who owe that are listed
ENTRIES = 50
MONTHS = 6
AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DeskMeal:
    """One order. `place`: estate and building; `dishes`: in words; `counts`: by dish id."""

    id: int
    number: int
    menu_id: int
    menu_state: str
    canteen_id: int
    canteen: str
    day: date
    meal: str
    person_id: int | None
    name: str = field(repr=False)
    place: str
    home_id: int | None
    state: str
    how: str
    portions: int
    price_cents: int
    subsidy_cents: int
    pay_cents: int
    pays: str
    paid_at: datetime | None
    code: str
    via: str
    made_at: datetime
    order_until: datetime
    cancel_until: datetime
    ends_at: datetime
    counts: Mapping[int, int] = field(default_factory=dict)
    dishes: str = ""


def _seen_by(asker: User) -> ColumnElement[bool]:
    """Orders of canteens that the asker runs; outside a firm also those of people of the asker's area."""
    o = t.meal_order.c
    mine = o.canteen_id.in_(select(t.canteen.c.id).where(run_by(asker)))
    return mine if asker.is_firm else or_(mine, o.estate_id.in_(asker.estates))


def _meals(asker: User) -> Select[Any]:
    o, m, e, b = t.meal_order.c, t.menu.c, t.estate.c, t.building.c
    columns = (
        o.id, o.number, o.menu_id, m.state.label("menu_state"), o.canteen_id, t.canteen.c.name.label("canteen"),
        o.day, o.meal, o.person_id, t.person.c.name_sealed, e.name.label("estate"), b.name.label("building"),
        o.home_id,
        o.state, o.how, o.portions, o.price_cents, o.subsidy_cents, o.pay_cents, o.pays, o.paid_at, o.code, o.via,
        o.made_at, m.order_until, m.cancel_until, m.ends_at,
    )  # fmt: skip
    query = select(*columns).join_from(t.meal_order, t.menu, m.id == o.menu_id)
    query = query.join(t.canteen, t.canteen.c.id == o.canteen_id).outerjoin(
        t.person, t.person.c.id == o.person_id
    )
    query = query.outerjoin(t.estate, e.id == o.estate_id).outerjoin(t.building, b.id == o.building_id)
    return query.where(_seen_by(asker)).order_by(m.starts_at, o.canteen_id, e.name, b.key, o.number)


def meals_listed(work: Work, asker: User, day: date, **only: Any) -> tuple[DeskMeal, ...]:
    """The first MOST orders of a day, by meal, canteen and building; `only`: columns of meal_order and what they must
    be."""
    query = _of_day(asker, day, only)
    return _with_dishes(work, work.conn.execute(query.limit(MOST)).all())


def meal_sums(work: Work, asker: User, day: date, **only: Any) -> dict[str, int]:
    """Of all orders of meals_listed(), also those that are not listed, but not of cancelled ones: orders, portions,
    orders that are delivered, and what is still to be paid at the counter, in cents."""
    one = _of_day(asker, day, only).order_by(None).subquery().c
    unpaid = case((and_(one.pays == "pickup", one.paid_at.is_(None)), one.pay_cents), else_=0)
    sums = {
        "orders": func.count(),
        "portions": func.sum(one.portions),
        "delivery": func.sum(case((one.how == "delivery", 1), else_=0)),
        "unpaid": func.sum(unpaid),
    }
    query = select(*(value.label(name) for name, value in sums.items())).where(one.state != "cancelled")
    return {name: int(value or 0) for name, value in work.conn.execute(query).mappings().one().items()}


def _of_day(asker: User, day: date, only: Mapping[str, Any]) -> Select[Any]:
    o = t.meal_order.c
    return _meals(asker).where(o.day == day, *(o[name] == value for name, value in only.items() if value))


def desk_meal(work: Work, asker: User, number: int) -> DeskMeal | None:
    """The order of that number, if the asker may see it."""
    rows = work.conn.execute(_meals(asker).where(t.meal_order.c.number == number)).all()
    return next(iter(_with_dishes(work, rows)), None)


def meals_of_diner(work: Work, asker: User, person_id: int) -> tuple[DeskMeal, ...]:
    """A person's orders of today and later, also cancelled ones."""
    o = t.meal_order.c
    query = _meals(asker).where(o.person_id == person_id, o.day >= today(work))
    return _with_dishes(work, work.conn.execute(query.limit(MOST)).all())


def _with_dishes(work: Work, rows: Iterable[Any]) -> tuple[DeskMeal, ...]:
    orders = list(rows)
    od, d = t.meal_order_dish.c, t.dish.c
    on = select(od.meal_order_id, od.dish_id, d.name, od.count.label("portions")).join_from(
        t.meal_order_dish, t.dish
    )
    theirs: dict[int, list[Any]] = {}
    for row in work.conn.execute(on.where(od.meal_order_id.in_([one.id for one in orders])).order_by(od.id)):
        theirs.setdefault(row.meal_order_id, []).append(row)
    return tuple(_meal(work, one, theirs.get(one.id, [])) for one in orders)


def _meal(work: Work, row: Any, dishes: list[Any]) -> DeskMeal:
    values = dict(row._mapping)
    sealed, estate, building = (values.pop(name) for name in ("name_sealed", "estate", "building"))
    return DeskMeal(
        **values,
        name=work.unseal(sealed),
        place=" ".join(filter(None, (estate, building))),
        counts={one.dish_id: one.portions for one in dishes},
        dishes="、".join(f"{one.name} {one.portions} 份" for one in dishes),
    )


def door_of_meal(work: Work, one: DeskMeal) -> Home | None:
    """Where a meal is brought to."""
    row = work.conn.execute(select_homes().where(t.home.c.id == one.home_id)).first()
    return Home(*row) if row else None


def subsidies_of(work: Work, order_id: int) -> list[tuple[str, int]]:
    """Who paid how much of an order."""
    s, tier = t.meal_subsidy.c, t.subsidy_tier.c
    paid = select(tier.payer, tier.name, s.cents).join_from(t.meal_subsidy, t.subsidy_tier)
    rows = work.conn.execute(paid.where(s.meal_order_id == order_id).order_by(s.id))
    return [(f"{row.payer} {row.name}", row.cents) for row in rows]


@dataclass(frozen=True, slots=True)
class TableMenu:
    """A menu from which staff may order for somebody. `late`: only staff may still, the kitchen has its count."""

    id: int
    canteen: str
    day: date
    meal: str
    order_until: datetime
    ends_at: datetime
    late: bool


def menus_for(work: Work, person_id: int) -> tuple[TableMenu, ...]:
    """The menus of the coming days at canteens that serve a home of the person, until a meal is over."""
    m, e, b = t.menu.c, t.estate_canteen.c, t.binding.c
    lives = (
        select(e.canteen_id)
        .join_from(t.binding, t.home)
        .join(t.building)
        .join(t.estate_canteen, e.estate_id == t.building.c.estate_id)
        .where(b.person_id == person_id, b.ended_at.is_(None), b.state != "refused")
    )
    columns = (m.id, t.canteen.c.name, m.day, m.meal, m.order_until, m.ends_at, m.state)
    query = select(*columns).join_from(t.menu, t.canteen).where(m.canteen_id.in_(lives), t.canteen.c.active)
    first = today(work)
    query = query.where(m.day.between(first, first + AHEAD), m.ends_at > work.now)
    rows = work.conn.execute(query.where(m.state.in_(("published", "frozen"))).order_by(m.starts_at, m.id))
    return tuple(
        TableMenu(*row[:-1], late=row.state == "frozen" or row.order_until <= work.now) for row in rows
    )


@dataclass(frozen=True, slots=True)
class TableDish:
    """A dish for one diner. `left`: None as many as there are; `clash`: why it is not for them, in words."""

    id: int
    name: str
    cents: int
    left: int | None
    clash: str


@dataclass(frozen=True, slots=True)
class Table:
    """A menu as one person may order from it: `homes` to which it can be brought, none where it is not."""

    dishes: tuple[TableDish, ...]
    homes: tuple[Home, ...]
    delivery_cents: int


def table_for(work: Work, menu_id: int, person_id: int) -> Table | None:
    """What there is for a person, with what they may not eat; None for a menu or person that there is not."""
    offer = offer_of(work, menu_id)
    diner = diner_of(work, person_id, offer.canteen_id) if offer else None
    if offer is None or diner is None:
        return None
    diet = diet_of(work, person_id)
    dishes = (
        TableDish(
            one.dish_id, one.facts.name, one.cents, one.left(offer.room), clash(one.facts, diet, "本人")
        )
        for one in offer.dishes.values()
    )
    ids = [place.home_id for place in diner.places if place.served] if offer.delivers else []
    homes = (Home(*row) for row in work.conn.execute(select_homes().where(t.home.c.id.in_(ids))))
    return Table(tuple(dishes), tuple(homes), offer.delivery_cents)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a diner's ledger; `number`: of the order it is about."""

    at: datetime
    kind: str
    cents: int
    number: int | None
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class Month:
    """What a diner had in one month, in cents."""

    first: date
    meals: int
    price_cents: int
    subsidy_cents: int
    pay_cents: int
    bill_cents: int


@dataclass(frozen=True, slots=True)
class Purse:
    """A diner's money: how they pay, the balance (below zero: owed), the newest entries, the newest months."""

    pays: str
    balance_cents: int
    entries: tuple[Entry, ...]
    months: tuple[Month, ...]


def purse_of(work: Work, person_id: int) -> Purse:
    """What staff who look after the person may know."""
    e, a, o = t.meal_entry.c, t.meal_account.c, t.meal_order.c
    columns = (e.at, e.kind, e.cents, o.number, e.note, e.by)
    query = select(*columns).join_from(t.meal_entry, t.meal_account).outerjoin(t.meal_order)
    newest = query.where(a.person_id == person_id).order_by(e.id.desc()).limit(ENTRIES)
    entries = tuple(Entry(*row) for row in work.conn.execute(newest))
    pays, balance = balance_of(work, person_id)
    return Purse(pays, balance, entries, _months(work, person_id))


def _months(work: Work, person_id: int) -> tuple[Month, ...]:
    o = t.meal_order.c
    since = (today(work).replace(day=1) - timedelta(days=31 * (MONTHS - 1))).replace(day=1)
    columns = (o.day, o.price_cents, o.subsidy_cents, o.pay_cents, o.pays, _charged())
    mine = (o.person_id == person_id, o.state != "cancelled", o.day >= since)
    months: dict[date, list[Any]] = {}
    for row in work.conn.execute(select(*columns).where(*mine).order_by(o.day.desc())):
        months.setdefault(row.day.replace(day=1), []).append(row)
    return tuple(_month(first, rows) for first, rows in months.items())


def _month(first: date, rows: list[Any]) -> Month:
    price, subsidy, pay = (
        sum(getattr(row, name) for row in rows) for name in ("price_cents", "subsidy_cents", "pay_cents")
    )
    bill = sum(row.charged or 0 for row in rows if row.pays == "bill")
    return Month(first, len(rows), price, subsidy, pay, bill)


def _charged() -> Any:
    """What an order has taken from its account as the ledger says it: nothing where it was given back."""
    e = t.meal_entry.c
    entries = select(-func.sum(e.cents)).where(e.meal_order_id == t.meal_order.c.id, e.kind != "counter")
    return entries.scalar_subquery().label("charged")


@dataclass(frozen=True, slots=True)
class Debtor:
    """Somebody who owes for meals."""

    person_id: int
    name: str = field(repr=False)
    owes_cents: int


def debtors(work: Work, asker: User) -> tuple[Debtor, ...]:
    """Whose record the asker keeps and who owes for meals, the most first."""
    a, p = t.meal_account.c, t.person.c
    query = select(p.id, p.name_sealed, a.balance_cents).join_from(t.meal_account, t.person)
    rows = work.conn.execute(
        query.where(a.balance_cents < 0, person_kept_by(asker, p.id)).order_by(a.balance_cents).limit(DEBTORS)
    )
    return tuple(Debtor(row.id, work.unseal(row.name_sealed), -row.balance_cents) for row in rows)


@dataclass(frozen=True, slots=True)
class Papers:
    """What staff have checked of somebody. `worded`: the groups in words, with their time; `periods`: the first and
    last day of those that have one; `verified_by`: a login."""

    born: date | None = field(repr=False, default=None)
    groups: tuple[str, ...] = field(repr=False, default=())
    worded: tuple[str, ...] = field(repr=False, default=())
    periods: Mapping[str, tuple[str | None, str | None]] = field(repr=False, default_factory=dict)
    verified_at: datetime | None = None
    verified_by: str = ""


def papers_of(work: Work, person_id: int) -> Papers:
    """What the subsidies of a person go by."""
    e, u = t.entitlement.c, t.console_user.c
    query = select(e.facts_sealed, e.verified_at, u.login).outerjoin_from(
        t.entitlement, t.console_user, u.id == e.verified_by
    )
    row = work.conn.execute(query.where(e.person_id == person_id)).first()
    if row is None:
        return Papers()
    facts = json.loads(work.unseal(row.facts_sealed))
    born = date.fromisoformat(facts["born"]) if facts.get("born") else None
    groups = tuple(facts.get("groups", ()))
    periods = {one: tuple(period) for one, period in facts.get("periods", {}).items()}
    return Papers(born, groups, worded(facts), periods, row.verified_at, row.login or "")


def without_diet(table: Table) -> Table:
    """The same table without a word on what its diner may not eat."""
    return replace(table, dishes=tuple(replace(one, clash="") for one in table.dishes))
