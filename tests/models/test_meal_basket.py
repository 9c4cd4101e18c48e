"""Several meals of one basket: what is shown before the yes is what is charged, whatever the caps and the balance."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from models import tables as t
from models import views
from models.actions.meals import PlaceMeal
from models.rules.subsidies import Diner, Had, Meal, Tier, had_after, lines, month_of, used_on, week_of
from models.store import Work
from tests.models.dining import Dining
from tests.town import TestTown

CAP = st.none() | st.integers(0, 3)
CENTS = st.none() | st.integers(0, 1500)
OLD = date(1940, 1, 1)


@pytest.fixture
def dining(town: TestTown) -> Dining:
    """Meals of today and the six days after it, which are of two weeks."""
    return Dining(town, days=8)


class Over(Exception):
    """An example is over, and nothing of it stays."""


def wanted(dining: Dining) -> list[tuple[int, dict[int, int], str]]:
    """One portion of the first dish of every meal that can be ordered."""
    menus = sorted(dining.town.rows(t.menu), key=lambda one: one.starts_at)
    first = {row.menu_id: row.dish_id for row in dining.town.rows(t.menu_dish)}
    later = [one for one in menus if one.state == "published" and one.order_until > dining.town.clock.now()]
    return [(one.id, {first[one.id]: 1}, "pickup") for one in later]


def charged(work: Work, who: views.Resident, basket: list[tuple[int, dict[int, int], str]]) -> list[Any]:
    """What each meal costs and whence it is paid, once they are ordered one after the other."""
    done = [PlaceMeal(menu, who.person_id, dishes, how).run(work) for menu, dishes, how in basket]
    assert all(one["ok"] for one in done)
    return [(one["pay_cents"], one["lines"], one["pays"]) for one in done]


def test_the_sum_shown_is_the_sum_charged(dining: Dining) -> None:
    who, meals = dining.diner(born=OLD, groups=("low_income",)), wanted(dining)
    town = dining.town
    assert len(meals) > 15

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(st.sampled_from(meals), min_size=2, max_size=8, unique_by=lambda one: one[0]),
        st.tuples(CAP, CAP, CENTS),
        st.sampled_from(("pickup", "balance", "bill")),
        st.integers(0, 5000),
    )
    def holds(basket: Any, caps: Any, pays: str, balance: int) -> None:
        with contextlib.suppress(Over), town.store.work(town.clock.now()) as work:
            weekly, monthly, cents = caps
            most = {"weekly_most": weekly, "monthly_most": monthly, "monthly_cents": cents}
            work.conn.execute(update(t.subsidy_tier).values(most))
            purse = {
                "person_id": who.person_id,
                "pays": pays,
                "balance_cents": balance,
                "changed_at": work.now,
            }
            work.conn.execute(insert(t.meal_account).values(**purse))
            told = views.prices(work, who.person_id, basket)
            assert [(one["pay_cents"], one["lines"], one["pays"]) for one in told] == charged(
                work, who, basket
            )
            raise Over

    holds()


def test_a_basket_that_cannot_be_priced_has_no_prices(dining: Dining) -> None:
    who, (first, *_) = dining.diner(), wanted(dining)
    assert dining.town.see(views.prices, who.person_id, [first, (999, {1: 1}, "pickup")]) == []
    assert dining.town.see(views.prices, 999, [first]) == []


@given(st.lists(st.integers(0, 60), max_size=20), st.integers(0, 4), st.integers(0, 9), st.integers(0, 3000))
def test_a_basket_never_passes_a_cap(days: list[int], weekly: int, monthly: int, cents: int) -> None:
    caps = {"weekly_most": weekly, "monthly_most": monthly, "monthly_cents": cents}
    tier, had = Tier(1, "助餐", "街道", 400, **caps), tuple[Had, ...]()
    for after in days:
        day = date(2026, 3, 2) + timedelta(days=after)
        paid = lines([tier], Diner(), used_on(had, day), Meal("lunch", day, 1), 1000)
        had = had_after(had, day, paid)
    for of, most in ((week_of, weekly), (month_of, monthly)):
        spans = [of(one.day) for one in had]
        assert all(spans.count(one) <= most for one in spans)
    months = {month_of(one.day): 0 for one in had}
    for one in had:
        months[month_of(one.day)] += one.cents
    assert all(spent <= cents for spent in months.values())
