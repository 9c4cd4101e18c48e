"""What the canteens served and what it cost whom: by month, canteen, estate and age, by payer, by dish.

Few grouped statements over a range of days; everything else is added up from their rows. What was eaten counts:
prices, subsidies and what elders pay are those of meals that were served.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, extract, func, or_, select, true

from models import tables as t
from models.store import Work
from models.views.askers import User
from models.views.canteens import run_by
from models.views.users import under

K = TypeVar("K", bound=Hashable)

AGE_BANDS = ("<60", "60-69", "70-79", "80-89", "90+", "")  # "": nobody's age is known


@dataclass(frozen=True, slots=True)
class Served:
    """Sums over meals. `meals`: served ones; portions and cents are theirs. `waiting`: ordered, not yet served."""

    meals: int = 0
    portions: int = 0
    price_cents: int = 0
    subsidy_cents: int = 0
    pay_cents: int = 0
    missed: int = 0
    cancelled: int = 0
    waiting: int = 0

    def __add__(self, other: Served) -> Served:
        return Served(  # written out: a year of a district adds tens of thousands
            self.meals + other.meals,
            self.portions + other.portions,
            self.price_cents + other.price_cents,
            self.subsidy_cents + other.subsidy_cents,
            self.pay_cents + other.pay_cents,
            self.missed + other.missed,
            self.cancelled + other.cancelled,
            self.waiting + other.waiting,
        )


@dataclass(frozen=True, slots=True)
class Servings:
    """The meals of one month ("2026-11"), canteen, estate ("": none was known) and age band (see AGE_BANDS)."""

    month: str
    canteen: str
    estate: str
    age_band: str
    sums: Served


@dataclass(frozen=True, slots=True)
class SubsidyPaid:
    """What one payer's tier paid for the served meals of one month and canteen."""

    month: str
    payer: str
    tier: str
    canteen: str
    meals: int
    cents: int


@dataclass(frozen=True, slots=True)
class DishServed:
    """How often a dish was served, and the digits of the meals it was part of: their sum and how many."""

    canteen: str
    dish: str
    portions: int
    cents: int
    scores: int
    rated: int


@dataclass(frozen=True, slots=True)
class ServingsWanted:
    """Which meals count: those of the days from `since` to `until`, both included, of a canteen, of an area."""

    since: date
    until: date
    canteen_id: int | None = None
    area_id: int | None = None


def _is_seen(asker: User) -> ColumnElement[bool]:
    """A firm: the meals of its canteens. Others: those of their area's people; without an estate, its canteens'."""
    o = t.meal_order.c
    if asker.sees_all:
        return true()
    cooked = o.canteen_id.in_(select(t.canteen.c.id).where(run_by(asker)))
    if asker.is_firm:
        return cooked
    return or_(o.estate_id.in_(asker.estates), and_(o.estate_id.is_(None), cooked))


def _is_wanted(work: Work, asker: User, wanted: ServingsWanted) -> ColumnElement[bool]:
    o = t.meal_order.c
    conditions = [o.day.between(wanted.since, wanted.until), _is_seen(asker)]
    if wanted.canteen_id is not None:
        conditions.append(o.canteen_id == wanted.canteen_id)
    if wanted.area_id is not None:
        _, estates = under(work, wanted.area_id)
        conditions.append(o.estate_id.in_(estates))
    return and_(*conditions)


def _when(state: str, value: Any = 1) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((t.meal_order.c.state == state, value), else_=0)), 0)


def _sums() -> tuple[ColumnElement[int], ...]:
    """In the order of the fields of Served."""
    o = t.meal_order.c
    money = (o.portions, o.price_cents, o.subsidy_cents, o.pay_cents)
    served = (_when("served"), *(_when("served", column) for column in money))
    return (*served, _when("no_show"), _when("cancelled"), _when("placed"))


def _month_of(day: Any) -> tuple[ColumnElement[int], ColumnElement[int]]:
    return extract("year", day), extract("month", day)


def servings(work: Work, asker: User, wanted: ServingsWanted) -> tuple[Servings, ...]:
    """The meals that the asker may count, by month, canteen, estate and age band."""
    o = t.meal_order.c
    keys = (*_month_of(o.day), o.canteen_id, o.estate_id, o.age_band)
    query = select(*keys, *_sums()).where(_is_wanted(work, asker, wanted)).group_by(*keys)
    canteens, estates = _names(work, t.canteen), _names(work, t.estate)
    found = (
        Servings(
            _month(year, month), canteens[canteen], estates.get(estate, ""), band, Served(*map(int, sums))
        )
        for year, month, canteen, estate, band, *sums in work.conn.execute(query)
    )
    return tuple(
        sorted(found, key=lambda one: (one.month, one.canteen, one.estate, AGE_BANDS.index(one.age_band)))
    )


def servings_by_day(work: Work, asker: User, wanted: ServingsWanted) -> dict[date, Served]:
    """The same meals by day, the first one first; days without any are left out."""
    o = t.meal_order.c
    query = select(o.day, *_sums()).where(_is_wanted(work, asker, wanted)).group_by(o.day).order_by(o.day)
    return {day: Served(*map(int, sums)) for day, *sums in work.conn.execute(query)}


def subsidies_paid(work: Work, asker: User, wanted: ServingsWanted) -> tuple[SubsidyPaid, ...]:
    """Who paid how much for served meals: by month, payer, tier and canteen."""
    o, s, tier = t.meal_order.c, t.meal_subsidy.c, t.subsidy_tier.c
    keys = (*_month_of(o.day), s.subsidy_tier_id, o.canteen_id)
    query = (
        select(*keys, func.count(), func.sum(s.cents))
        .join_from(t.meal_subsidy, t.meal_order, o.id == s.meal_order_id)
        .where(_is_wanted(work, asker, wanted), o.state == "served")
        .group_by(*keys)
    )
    tiers = {
        row.id: (row.payer, row.name) for row in work.conn.execute(select(tier.id, tier.payer, tier.name))
    }
    canteens = _names(work, t.canteen)
    found = (
        SubsidyPaid(_month(year, month), *tiers[tier_id], canteens[canteen], int(meals), int(cents))
        for year, month, tier_id, canteen, meals, cents in work.conn.execute(query)
    )
    return tuple(sorted(found, key=lambda one: (one.month, one.payer, one.tier, one.canteen)))


def dishes_served(work: Work, asker: User, wanted: ServingsWanted) -> tuple[DishServed, ...]:
    """The dishes of served meals with the digits that people gave, what was eaten most first."""
    o, d, r = t.meal_order.c, t.meal_order_dish.c, t.meal_rating.c
    portions = func.sum(d.count)
    query = (
        select(d.dish_id, portions, func.sum(d.count * d.cents), func.sum(r.score), func.count(r.score))
        .join_from(t.meal_order_dish, t.meal_order, o.id == d.meal_order_id)
        .outerjoin(t.meal_rating, r.meal_order_id == o.id)
        .where(_is_wanted(work, asker, wanted), o.state == "served")
        .group_by(d.dish_id)
        .order_by(portions.desc(), d.dish_id)
    )
    named = select(t.dish.c.id, t.canteen.c.name, t.dish.c.name).join_from(t.dish, t.canteen)
    names = {dish_id: (canteen, name) for dish_id, canteen, name in work.conn.execute(named)}
    return tuple(
        DishServed(*names[dish_id], *(int(one or 0) for one in sums))
        for dish_id, *sums in work.conn.execute(query)
    )


def add_up(cells: Iterable[Servings], key: Callable[[Servings], K]) -> dict[K, Served]:
    """The sums of the cells by what `key` says of each, in the order in which they come first."""
    found: dict[K, Served] = {}
    for one in cells:
        found[key(one)] = found.get(key(one), Served()) + one.sums
    return found


def _names(work: Work, table: Any) -> dict[int | None, str]:
    return {row.id: row.name for row in work.conn.execute(select(table.c.id, table.c.name))}


def _month(year: int, month: int) -> str:
    return f"{int(year)}-{int(month):02d}"
