"""Who pays how much of whose meal: tiers as data, against age, groups and area of a diner, with their caps.

Of one payer's tiers the best that applies counts, payers add up, and nobody pays more than the dishes cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Tier:
    """One row of subsidy_tier. `cents` off one meal; caps in meals and cents; None: no such cap or condition."""

    id: int
    name: str
    payer: str
    cents: int
    canteen_id: int | None = None
    area_id: int | None = None
    lowest_age: int | None = None
    highest_age: int | None = None
    groups: frozenset[str] = frozenset()
    meals: frozenset[str] = frozenset()
    weekly_most: int | None = None
    monthly_most: int | None = None
    monthly_cents: int | None = None
    starts_on: date = date.min
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Diner:
    """What is proven of who eats: age on the meal's day, groups (low_income, …), areas of their verified homes."""

    age: int | None = None
    groups: frozenset[str] = frozenset()
    areas: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Meal:
    """The meal that is paid for."""

    name: str
    day: date
    canteen_id: int


@dataclass(frozen=True, slots=True)
class Used:
    """What a diner has had of one tier in the week and the month of the meal's day."""

    week_meals: int = 0
    month_meals: int = 0
    month_cents: int = 0


class Had(NamedTuple):
    """What a tier has paid on one day: of so many meals so many cents."""

    tier_id: int
    day: date
    meals: int
    cents: int


@dataclass(frozen=True, slots=True)
class Line:
    """What one tier pays of one meal."""

    tier_id: int
    name: str
    payer: str
    cents: int


NOTHING = Used()


@dataclass(slots=True)
class _Best:
    """The best of each payer so far, payers in the order of their first tier."""

    lines: dict[str, Line] = field(default_factory=dict)

    def hear(self, tier: Tier, cents: int) -> None:
        known = self.lines.get(tier.payer)
        if known is None or cents > known.cents:
            self.lines[tier.payer] = Line(tier.id, tier.name, tier.payer, cents)


def lines(
    tiers: Iterable[Tier], diner: Diner, used: Mapping[int, Used], meal: Meal, price_cents: int
) -> tuple[Line, ...]:
    """What is paid for the diner, payers in the order of their first tier that applies; `used` by tier id.

    A tier whose cap is reached does not apply; of a month's last cents what is left counts.
    """
    best = _Best()
    for tier in tiers:
        cents = min(tier.cents, _left(tier, used.get(tier.id, NOTHING)))
        if cents > 0 and _applies(tier, diner, meal):
            best.hear(tier, cents)
    return tuple(_within(best.lines.values(), price_cents))


def _within(found: Iterable[Line], price_cents: int) -> Iterator[Line]:
    for line in found:
        cents = min(line.cents, price_cents)
        if cents > 0:
            yield Line(line.tier_id, line.name, line.payer, cents)
        price_cents -= cents


def _applies(tier: Tier, diner: Diner, meal: Meal) -> bool:
    return (
        tier.starts_on <= meal.day
        and (tier.ends_on is None or meal.day <= tier.ends_on)
        and tier.canteen_id in (None, meal.canteen_id)
        and (tier.area_id is None or tier.area_id in diner.areas)
        and (not tier.meals or meal.name in tier.meals)
        and (not tier.groups or bool(tier.groups & diner.groups))
        and _of_age(tier, diner.age)
    )


def _of_age(tier: Tier, age: int | None) -> bool:
    if tier.lowest_age is None and tier.highest_age is None:
        return True
    if age is None:
        return False
    return (tier.lowest_age is None or tier.lowest_age <= age) and (
        tier.highest_age is None or age <= tier.highest_age
    )


def _left(tier: Tier, used: Used) -> int:
    """How many cents the caps leave for one more meal."""
    spent = (
        (tier.weekly_most is not None and used.week_meals >= tier.weekly_most)
        or (tier.monthly_most is not None and used.month_meals >= tier.monthly_most)
    )  # fmt: skip
    if spent:
        return 0
    return tier.cents if tier.monthly_cents is None else max(tier.monthly_cents - used.month_cents, 0)


def used_on(had: Iterable[Had], day: date) -> dict[int, Used]:
    """What of each tier has been used up, by tier id, in the week and the month of that day."""
    (monday, sunday), (first, last) = week_of(day), month_of(day)
    used: dict[int, Used] = {}
    for tier, on, meals, cents in had:
        was, week, month = used.get(tier, NOTHING), monday <= on <= sunday, first <= on <= last
        used[tier] = Used(
            was.week_meals + meals * week,
            was.month_meals + meals * month,
            was.month_cents + cents * month,
        )
    return used


def had_after(had: Iterable[Had], day: date, paid: Iterable[Line]) -> tuple[Had, ...]:
    """What a diner has had once these lines are paid of one more meal of that day."""
    return (*had, *(Had(line.tier_id, day, 1, line.cents) for line in paid))


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week that a cap counts."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the month that a cap counts."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
