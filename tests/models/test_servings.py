"""The report of the canteens: what was served to whom and who paid, and who may count it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import tables as t
from models import views
from models.actions.kitchen import MissMeals, ServeMeal
from models.store import Store
from models.views import servings as counted
from models.views.canteens import canteens_seen
from models.views.servings import Served, ServingsWanted
from models.views.users import under
from tests.meals import Canteens
from tests.models.dining import LUNCH_DAY, Dining
from tests.town import MONDAY_MORNING, TestTown

ADMIN = views.User("admin")
NOVEMBER = ServingsWanted(date(2026, 11, 1), date(2026, 11, 30))
ALWAYS = ServingsWanted(date(2026, 1, 1), date(2027, 12, 31))


@dataclass
class Report:
    """A town with canteens, and its report in a test's hands."""

    store: Store
    ids: Canteens

    def meal(self, day: str, **facts: Any) -> None:
        with self.store.work(MONDAY_MORNING) as work:
            self.ids.work = work
            self.ids.meal(date.fromisoformat(day), **facts)

    def see(self, view: Any, *args: Any) -> Any:
        with self.store.look(MONDAY_MORNING) as work:
            return view(work, *args)

    def total(self, asker: views.User = ADMIN, wanted: ServingsWanted = ALWAYS) -> Served:
        return sum((one.sums for one in self.see(counted.servings, asker, wanted)), Served())

    def by(self, name: str, wanted: ServingsWanted = ALWAYS) -> dict[str, int]:
        cells = self.see(counted.servings, ADMIN, wanted)
        return {
            str(key): sums.meals
            for key, sums in counted.add_up(cells, lambda one: getattr(one, name)).items()
        }

    def user(self, role: str, *, area: str = "", unit: str = "") -> views.User:
        areas, estates = self.see(under, self.ids.areas[area]) if area else (frozenset(), frozenset())
        return views.User(role, self.ids.units.get(unit), 1, areas, estates)


@pytest.fixture
def report(store: Store) -> Report:
    with store.work(MONDAY_MORNING) as work:
        return Report(store, Canteens(work).plant())


def test_what_was_served_is_counted_and_what_it_cost(report: Report) -> None:
    report.meal("2026-11-02", dishes=(("红烧肉", 2), ("豆腐", 1)), paid=(("区民政", 300), ("街道", 500)))
    report.meal("2026-11-03", paid=(("区民政", 300),))
    for state in ("no_show", "cancelled", "cancelled", "placed"):
        report.meal("2026-11-03", state=state, paid=(("区民政", 300),))
    assert report.total() == Served(
        meals=2, portions=4, price_cents=4250, subsidy_cents=1100, pay_cents=3150, missed=1, cancelled=2, waiting=1
    )  # fmt: skip


def test_it_is_told_apart_by_month_canteen_estate_and_age(report: Report) -> None:
    report.meal("2026-10-31", age_band="90+")
    report.meal("2026-11-01", age_band="60-69")
    report.meal("2026-11-30", canteen="幸福食堂", estate="西园", age_band="")
    report.meal("2026-12-01", canteen="幸福食堂", estate=None)
    assert report.by("month") == {"2026-10": 1, "2026-11": 2, "2026-12": 1}
    assert report.by("canteen") == {"和平食堂": 2, "幸福食堂": 2}
    assert report.by("estate") == {"东园": 2, "西园": 1, "": 1}
    assert report.by("age_band") == {"90+": 1, "60-69": 1, "": 1, "70-79": 1}
    assert report.by("month", NOVEMBER) == {"2026-11": 2}


def test_it_is_narrowed_to_a_canteen_and_an_area(report: Report) -> None:
    report.meal("2026-11-02")
    report.meal("2026-11-02", estate="西园")
    report.meal("2026-11-02", canteen="幸福食堂", estate="西园")
    ids = report.ids
    wanted = [
        {"canteen_id": ids.canteens["和平食堂"]},
        {"area_id": ids.areas["西社区"]},
        {"area_id": ids.areas["和平街道"]},
        {"canteen_id": ids.canteens["和平食堂"], "area_id": ids.areas["西社区"]},
    ]
    totals = [
        report.total(wanted=ServingsWanted(NOVEMBER.since, NOVEMBER.until, **one)).meals for one in wanted
    ]
    assert totals == [2, 2, 3, 1]


def test_the_days_are_told_one_by_one(report: Report) -> None:
    for day in ("2026-11-03", "2026-11-01", "2026-11-03", "2026-12-01"):
        report.meal(day)
    days = report.see(counted.servings_by_day, ADMIN, NOVEMBER)
    assert [(day, sums.meals) for day, sums in days.items()] == [
        (date(2026, 11, 1), 1),
        (date(2026, 11, 3), 2),
    ]


def test_a_firm_counts_what_its_canteens_cooked_and_an_area_what_its_people_ate(report: Report) -> None:
    report.meal("2026-11-02")
    report.meal("2026-11-02", estate="西园", paid=(("街道", 500),))
    report.meal("2026-11-02", canteen="幸福食堂", estate="西园", paid=(("街道", 500),))
    report.meal("2026-11-02", canteen="幸福食堂", estate=None)
    for user, meals, paid, canteens in (
        (ADMIN, 4, 1000, ["和平食堂", "幸福食堂"]),
        (report.user("street", area="和平街道"), 4, 1000, ["和平食堂", "幸福食堂"]),
        (report.user("community", area="西社区"), 3, 1000, ["和平食堂", "幸福食堂"]),
        (report.user("community", area="东社区"), 1, 0, ["和平食堂"]),
        (report.user("firm", unit="和平公司"), 2, 500, ["和平食堂"]),
        (report.user("firm"), 0, 0, []),
    ):
        assert report.total(user).meals == meals
        assert sum(one.cents for one in report.see(counted.subsidies_paid, user, ALWAYS)) == paid
        assert [one.name for one in report.see(canteens_seen, user)] == canteens
        assert sum(one.portions for one in report.see(counted.dishes_served, user, ALWAYS)) == meals
        assert sum(one.meals for one in report.see(counted.servings_by_day, user, ALWAYS).values()) == meals


def test_an_area_that_is_not_ones_own_shows_nothing_more(report: Report) -> None:
    report.meal("2026-11-02", estate="西园")
    east = report.user("community", area="东社区")
    wanted = ServingsWanted(NOVEMBER.since, NOVEMBER.until, area_id=report.ids.areas["西社区"])
    assert report.total(east, wanted).meals == 0


def test_every_payer_is_told_what_was_eaten_at_their_cost(report: Report) -> None:
    report.meal("2026-11-02", paid=(("区民政", 300), ("街道", 500)))
    report.meal("2026-11-03", paid=(("区民政", 300),))
    report.meal("2026-11-04", canteen="幸福食堂", paid=(("街道", 500),))
    for state in ("no_show", "cancelled", "placed"):
        report.meal("2026-11-05", state=state, paid=(("区民政", 300),))
    told = report.see(counted.subsidies_paid, ADMIN, NOVEMBER)
    assert [(one.payer, one.tier, one.canteen, one.meals, one.cents) for one in told] == [
        ("区民政", "区民政补贴", "和平食堂", 2, 600),
        ("街道", "街道补贴", "和平食堂", 1, 500),
        ("街道", "街道补贴", "幸福食堂", 1, 500),
    ]


def test_dishes_are_told_with_their_digits(report: Report) -> None:
    report.meal("2026-11-02", dishes=(("红烧肉", 3), ("豆腐", 1)), score=5)
    report.meal("2026-11-03", dishes=(("豆腐", 1),), score=2)
    report.meal("2026-11-03", dishes=(("豆腐", 1),))
    report.meal("2026-11-03", dishes=(("豆腐", 9),), state="no_show")
    dishes = report.see(counted.dishes_served, ADMIN, NOVEMBER)
    assert [(one.dish, one.portions, one.cents, one.scores, one.rated) for one in dishes] == [
        ("红烧肉", 3, 3600, 5, 1),
        ("豆腐", 3, 1950, 7, 2),
    ]


MEALS = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.sampled_from(("和平食堂", "幸福食堂")),
        st.sampled_from(("东园", "西园", None)),
        st.sampled_from(("placed", "cancelled", "served", "no_show")),
        st.sampled_from(counted.AGE_BANDS),
        st.integers(1, 4),
        st.integers(0, 650),
    ),
    max_size=25,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MEALS, st.integers(0, 400), st.integers(0, 60))
def test_nothing_is_lost_or_counted_twice(
    report: Report, meals: Sequence[Any], first: int, days: int
) -> None:
    start = date(2026, 1, 1)
    wanted = ServingsWanted(start + timedelta(first), start + timedelta(first + days))
    with report.store.work(MONDAY_MORNING) as work:
        for table in (t.meal_subsidy, t.meal_order_dish, t.meal_order):
            work.conn.execute(table.delete())
        ids = Canteens(work, canteens=report.ids.canteens, estates=report.ids.estates)
        ids.dishes, ids.tiers, ids._menus = report.ids.dishes, report.ids.tiers, report.ids._menus
        for day, canteen, estate, state, band, count, cents in meals:
            facts = {"canteen": canteen, "estate": estate, "state": state, "age_band": band}
            paid = (("街道", cents),) if cents else ()
            ids.meal(start + timedelta(day), dishes=(("豆腐", count),), paid=paid, **facts)
    within = [one for one in meals if first <= one[0] <= first + days]
    served = [one for one in within if one[3] == "served"]
    states = [one[3] for one in within]
    sums = report.total(wanted=wanted)
    assert (sums.meals, sums.portions) == (len(served), sum(one[5] for one in served))
    assert sums.price_cents == sum(one[5] * 650 for one in served) == sums.subsidy_cents + sums.pay_cents
    assert sums.subsidy_cents == sum(one[6] for one in served)
    assert [sums.missed, sums.cancelled, sums.waiting] == [
        states.count(one) for one in ("no_show", "cancelled", "placed")
    ]
    for name, place in (("canteen", 1), ("estate", 2), ("age_band", 4)):
        expected = {one[place] or "": 0 for one in within}
        for one in served:
            expected[one[place] or ""] += 1
        assert report.by(name, wanted) == expected
    assert sum(one.cents for one in report.see(counted.subsidies_paid, ADMIN, wanted)) == sums.subsidy_cents


def test_what_is_ordered_handed_out_and_cancelled_is_what_is_counted(town: TestTown) -> None:
    """From the residents' orders to the report, by the actions themselves."""
    dining = Dining(town)
    elder = dining.diner(0, born=date(1940, 1, 1))  # 86: the district pays 3 元
    late, young, away = (dining.diner(number) for number in (1, 2, 3))
    mine, not_fetched, brought = (
        dining.place(elder),
        dining.place(late),
        dining.place(young, how="delivery"),
    )
    dining.cancel(int(dining.place(away)["meal_order_id"]))
    dining.freeze()
    menu = town.rows(t.menu, id=dining.lunch)[0]
    dining.at(menu.starts_at)
    cook = town.planted.workers["马芳"]
    assert town.do(ServeMeal(str(mine["code"]), worker_id=cook))["ok"]
    wanted = ServingsWanted(LUNCH_DAY, LUNCH_DAY)
    before = town.see(counted.servings, ADMIN, wanted)
    assert sum((one.sums for one in before), Served()).waiting == 2
    dining.at(menu.ends_at + timedelta(hours=2))
    assert town.do(MissMeals(dining.lunch))["ok"]
    total = sum((one.sums for one in town.see(counted.servings, ADMIN, wanted)), Served())
    price = int(mine["price_cents"]) + int(brought["price_cents"])
    assert (total.meals, total.portions, total.missed, total.cancelled, total.waiting) == (2, 2, 1, 1, 0)
    assert (total.price_cents, total.subsidy_cents, total.pay_cents) == (price, 300, price - 300)
    assert not_fetched["ok"]
    bands = counted.add_up(town.see(counted.servings, ADMIN, wanted), lambda one: (one.age_band, one.estate))
    assert {key: sums.meals for key, sums in bands.items()} == {("80-89", "幸福小区"): 1, ("", "幸福小区"): 1}
    (paid,) = town.see(counted.subsidies_paid, ADMIN, wanted)
    assert (paid.month, paid.payer, paid.meals, paid.cents) == ("2026-03", "区民政", 1, 300)
