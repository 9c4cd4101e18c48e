"""The rules of meals without a database: clocks, days, ages, money, subsidies, diets."""

from __future__ import annotations

import doctest
from datetime import UTC, date, datetime, timedelta
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules import diets, meals, money
from models.rules.calendar import PLAIN
from models.rules.diets import Diet, DishFacts, clash
from models.rules.meals import MEALS, Slot, Times, age_band, age_on, serves, times
from models.rules.money import read_cents, yuan
from models.rules.subsidies import Diner, Meal, Tier, Used, lines, month_of, week_of

WEEKDAYS = (1, 2, 3, 4, 5)
LUNCH = Slot("lunch", WEEKDAYS, "11:00", "13:00", order_until="09:30", cancel_until="09:00")
MONDAY = date(2026, 3, 2)
A_MEAL = Meal("lunch", MONDAY, 1)


@pytest.mark.parametrize("module", [money, meals, diets], ids=lambda module: module.__name__)
def test_examples(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def _at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    """A moment of March 2026 by the clocks in Shanghai."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def test_times_are_moments_made_from_the_clocks_here() -> None:
    assert times(LUNCH, MONDAY) == Times(_at(11), _at(13), _at(9, 30), _at(9))
    assert times(LUNCH, MONDAY).freezes_at == _at(9, 30)


def test_noon_midnight_and_the_days_end_differ() -> None:
    def until(text: str) -> datetime:
        slot = Slot("lunch", WEEKDAYS, "11:00", "13:00", order_until=text, cancel_until="09:00")
        return times(slot, MONDAY).order_until

    assert [until(text) for text in ("00:00", "12:00", "24:00")] == [_at(0), _at(12), _at(0, day=3)]


def test_a_cut_off_may_be_on_the_day_before_and_cancelling_end_apart() -> None:
    slot = Slot("breakfast", WEEKDAYS, "06:30", "08:30", "20:00", "22:00", order_days=1, cancel_days=1)
    found = times(slot, date(2026, 3, 3))
    assert (found.order_until, found.cancel_until, found.freezes_at) == (_at(20), _at(22), _at(22))


@pytest.mark.parametrize("text", ["25:00", "24:01", "9:30", "12:60", "12.00", "下午一点", ""])
def test_what_is_no_time_of_24_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="24 hours"):
        meals.minutes(text)


def test_days_holidays_make_up_days_and_own_days() -> None:
    new_year, make_up = date(2026, 1, 1), date(2026, 1, 4)  # a Thursday off, a Sunday of work
    always = Slot("lunch", WEEKDAYS, "11:00", "13:00", "09:30", "09:00", holidays=True)
    assert serves(LUNCH, MONDAY, PLAIN, {})
    assert not serves(LUNCH, date(2026, 3, 7), PLAIN, {}), "a Saturday"
    assert not serves(LUNCH, new_year, PLAIN, {})
    assert serves(always, new_year, PLAIN, {})
    assert serves(LUNCH, make_up, PLAIN, {})
    assert serves(LUNCH, new_year, PLAIN, {new_year: True}), "the canteen's own days count first"
    assert not serves(LUNCH, make_up, PLAIN, {make_up: False})


def test_a_slot_of_wednesdays_does_not_serve_on_make_up_days() -> None:
    wednesdays = Slot("lunch", (3,), "11:00", "13:00", "09:30", "09:00")
    assert not serves(wednesdays, date(2026, 1, 4), PLAIN, {})


def test_ages_and_bands() -> None:
    assert age_on(date(1946, 3, 2), MONDAY) == 80
    assert age_on(date(1946, 3, 3), MONDAY) == 79
    assert [age_on(date(1944, 2, 29), date(2026, *on)) for on in ((2, 28), (3, 1))] == [81, 82]
    bands = [age_band(age) for age in (None, 59, 60, 79, 80, 89, 90, 104)]
    assert bands == ["", "<60", "60-69", "70-79", "80-89", "80-89", "90+", "90+"]


@given(st.integers(0, 999_999_999))
def test_what_is_said_of_a_sum_is_read_as_the_same(cents: int) -> None:
    assert read_cents(yuan(cents)) == cents


@pytest.mark.parametrize(
    "text", ["", "元", "-1", "1.005", "1e3", "NaN", "1,200", "99999999", "十二", ".5", "1."]
)
def test_what_is_no_sum_is_not_read(text: str) -> None:
    assert read_cents(text) is None


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_weeks_and_months_hold_their_day(day: date) -> None:
    monday, sunday = week_of(day)
    first, last = month_of(day)
    assert monday <= day <= sunday
    assert (monday.isoweekday(), sunday.isoweekday()) == (1, 7)
    assert first <= day <= last
    assert (first.day, (last + timedelta(days=1)).day) == (1, 1)
    assert first.month == last.month


def _caps(most: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, most)


TIERS = st.lists(
    st.builds(
        Tier,
        id=st.integers(1, 50),
        name=st.just("x"),
        payer=st.sampled_from(("区民政", "街道", "慈善会")),
        cents=st.integers(1, 2000),
        lowest_age=_caps(100),
        highest_age=_caps(100),
        groups=st.frozensets(st.sampled_from(("low_income", "alone"))),
        meals=st.frozensets(st.sampled_from(MEALS)),
        weekly_most=_caps(7),
        monthly_most=_caps(31),
        monthly_cents=_caps(20_000),
    ),
    max_size=6,
    unique_by=lambda tier: tier.id,
)
DINERS = st.builds(Diner, age=_caps(110), groups=st.frozensets(st.sampled_from(("low_income", "alone"))))
USES = st.builds(Used, st.integers(0, 8), st.integers(0, 40), st.integers(0, 25_000))


@given(TIERS, DINERS, st.dictionaries(st.integers(1, 50), USES), st.integers(0, 5000))
def test_subsidies_never_pass_the_price_or_a_cap(
    tiers: list[Tier], diner: Diner, used: dict[int, Used], price: int
) -> None:
    found = lines(tiers, diner, used, A_MEAL, price)
    known = {tier.id: tier for tier in tiers}
    assert sum(line.cents for line in found) <= price
    assert len({line.payer for line in found}) == len(found)
    for line in found:
        tier, had = known[line.tier_id], used.get(line.tier_id, Used())
        assert 0 < line.cents <= tier.cents
        assert tier.weekly_most is None or had.week_meals < tier.weekly_most
        assert tier.monthly_most is None or had.month_meals < tier.monthly_most
        assert tier.monthly_cents is None or had.month_cents + line.cents <= tier.monthly_cents


@given(TIERS, st.lists(st.integers(0, 3000), max_size=40))
def test_a_months_meals_keep_to_the_caps(tiers: list[Tier], prices: list[int]) -> None:
    had: dict[int, list[int]] = {tier.id: [] for tier in tiers}
    for price in prices:
        used = {one: Used(len(cents), len(cents), sum(cents)) for one, cents in had.items()}
        for line in lines(tiers, Diner(85, frozenset({"low_income"})), used, A_MEAL, price):
            had[line.tier_id].append(line.cents)
    for tier in tiers:
        for most in (tier.weekly_most, tier.monthly_most):
            assert most is None or len(had[tier.id]) <= most
        assert tier.monthly_cents is None or sum(had[tier.id]) <= tier.monthly_cents


OLD = Tier(1, "80 岁以上", "区民政", 300, lowest_age=80)
OLDEST = Tier(2, "90 岁以上", "区民政", 500, lowest_age=90)
POOR = Tier(3, "低保", "街道", 500, groups=frozenset({"low_income"}))


def _paid(diner: Diner, price: int = 2000, *tiers: Tier, meal: Meal = A_MEAL) -> list[tuple[int, int]]:
    return [(one.tier_id, one.cents) for one in lines(tiers or (OLD, OLDEST, POOR), diner, {}, meal, price)]


def test_the_best_of_a_payer_counts_and_payers_add_up() -> None:
    poor = frozenset({"low_income"})
    assert _paid(Diner(79)) == []
    assert _paid(Diner(None)) == [], "no age is known"
    assert _paid(Diner(80)) == [(1, 300)]
    assert _paid(Diner(92, poor)) == [(2, 500), (3, 500)]
    assert _paid(Diner(92, poor), 700) == [(2, 500), (3, 200)]
    assert _paid(Diner(92, poor), 0) == []


def test_a_tier_whose_cap_is_reached_gives_way_to_the_next_of_its_payer() -> None:
    capped = Tier(2, "90 岁以上", "区民政", 500, lowest_age=90, weekly_most=3, monthly_cents=1200)
    for used, paid in ((Used(3), (1, 300)), (Used(2, 2, 800), (2, 400)), (Used(2, 2, 1000), (1, 300))):
        (line,) = lines((OLD, capped), Diner(92), {2: used}, A_MEAL, 2000)
        assert (line.tier_id, line.cents) == paid


def test_a_tier_is_of_its_canteen_area_meals_and_time() -> None:
    here = Diner(80, areas=frozenset({4}))
    for tier, fits in (
        (Tier(1, "x", "y", 300, canteen_id=1), True),
        (Tier(1, "x", "y", 300, canteen_id=2), False),
        (Tier(1, "x", "y", 300, area_id=4), True),
        (Tier(1, "x", "y", 300, area_id=5), False),
        (Tier(1, "x", "y", 300, meals=frozenset({"dinner"})), False),
        (Tier(1, "x", "y", 300, starts_on=MONDAY, ends_on=MONDAY), True),
        (Tier(1, "x", "y", 300, starts_on=MONDAY + timedelta(days=1)), False),
        (Tier(1, "x", "y", 300, ends_on=MONDAY - timedelta(days=1)), False),
        (Tier(1, "x", "y", 300, highest_age=79), False),
        (Tier(1, "x", "y", 300, highest_age=0), False),
    ):
        assert bool(_paid(here, 2000, tier)) is fits, tier


def test_allergens_are_found_in_marks_names_and_ingredients() -> None:
    peanut = Diet(allergens=("peanut",))
    assert clash(DishFacts("凉菜", allergens=("peanut",)), peanut) == "含花生，您对花生过敏"
    assert clash(DishFacts("醋泡花生"), peanut, "您母亲") == "含花生，您母亲对花生过敏"
    assert clash(DishFacts("凉菜", ingredients="黄瓜、花生碎"), peanut)
    assert not clash(DishFacts("鱼香肉丝"), Diet(allergens=("fish",)))
    assert clash(DishFacts("鱼香鱼片"), Diet(allergens=("fish",)))


def test_marks_must_be_borne() -> None:
    halal = Diet(marks=("halal",))
    assert clash(DishFacts("红烧肉"), halal) == "不是清真，您需要清真"
    assert not clash(DishFacts("红烧牛肉", marks=("halal", "soft")), halal)
    assert not clash(DishFacts("红烧肉"), diets.NO_DIET)
