"""Whatever is ordered, changed, cancelled and paid, in whatever order: the sums agree."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import insert, update

from bot.clock import FixedClock
from models import tables as t
from models import views
from models.actions.desk import SaveUser
from models.actions.meal_money import PayAtCounter, PayBill, PayOut, SetPays, TopUp
from models.actions.meals import CancelMeal, ChangeMeal, PlaceMeal
from tests.models.dining import Dining
from tests.planted import open_planted
from tests.town import KEYS, MONDAY_MORNING, TestTown

WHO = st.integers(0, 2)
MEAL = st.sampled_from(("lunch", "dinner"))
BASKET = st.dictionaries(st.integers(0, 2), st.integers(1, 2), min_size=1, max_size=3)
HOW = st.sampled_from(("pickup", "delivery"))
CENTS = st.integers(1, 5000)


class Sums(RuleBasedStateMachine):
    """Three diners, two small meals, all that can be done with them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        store, planted = open_planted(Path(self.folder.name) / "sums.db", KEYS, MONDAY_MORNING)
        self.town = TestTown(store, FixedClock(MONDAY_MORNING), planted)
        self.dining = Dining(self.town)
        born = (None, date(1940, 1, 1), date(1930, 1, 1))
        groups: tuple[tuple[str, ...], ...] = ((), ("low_income",), ())
        self.people = [self.dining.diner(one, born=born[one], groups=groups[one]) for one in range(3)]
        self.user = int(self.town.do(SaveUser("admin", "admin", "hash"))["user_id"])
        self.menus = {meal: self.dining.menu(meal) for meal in ("lunch", "dinner")}
        with store.work(MONDAY_MORNING) as work:
            work.conn.execute(update(t.menu).values(capacity=6))
            work.conn.execute(update(t.menu_dish).values(portions=2))
            work.conn.execute(update(t.subsidy_tier).values(weekly_most=1))

    def teardown(self) -> None:
        self.town.store.engine.dispose()
        self.folder.cleanup()

    def dishes(self, meal: str, basket: dict[int, int]) -> dict[int, int]:
        rows = self.town.rows(t.menu_dish, menu_id=self.menus[meal])
        return {rows[place].dish_id: count for place, count in basket.items()}

    def live(self, who: int, meal: str) -> int:
        rows = self.town.rows(t.meal_order, person_id=self.people[who].person_id, menu_id=self.menus[meal])
        return next((row.id for row in rows if row.state == "placed"), 0)

    @rule(who=WHO, meal=MEAL, basket=BASKET, how=HOW)
    def place(self, who: int, meal: str, basket: dict[int, int], how: str) -> None:
        person, menu = self.people[who].person_id, self.menus[meal]
        self.town.do(PlaceMeal(menu, person, self.dishes(meal, basket), how))

    @rule(who=WHO, meal=MEAL, basket=BASKET, how=HOW)
    def change(self, who: int, meal: str, basket: dict[int, int], how: str) -> None:
        self.town.do(ChangeMeal(self.live(who, meal), self.dishes(meal, basket), how))

    @rule(who=WHO, meal=MEAL)
    def cancel(self, who: int, meal: str) -> None:
        self.town.do(CancelMeal(self.live(who, meal)))

    @rule(who=WHO, cents=CENTS, kind=st.sampled_from((TopUp, PayOut, PayBill)))
    def money(self, who: int, cents: int, kind: Any) -> None:
        self.town.do(kind(self.people[who].person_id, cents, self.user))

    @rule(who=WHO, pays=st.sampled_from(("balance", "pickup", "bill")))
    def pays(self, who: int, pays: str) -> None:
        self.town.do(SetPays(self.people[who].person_id, pays, self.user))

    @rule(who=WHO, meal=MEAL)
    def counter(self, who: int, meal: str) -> None:
        self.town.do(PayAtCounter(self.live(who, meal), "console", self.user))

    @invariant()
    def all_adds_up(self) -> None:
        assert self.dining.faults() == []

    @invariant()
    def caps_hold(self) -> None:
        live = {row.id for row in self.town.rows(t.meal_order) if row.state != "cancelled"}
        had = [
            (row.person_id, row.subsidy_tier_id)
            for row in self.town.rows(t.meal_subsidy)
            if row.meal_order_id in live
        ]
        assert len(set(had)) == len(had), "each tier pays one meal of the week"


TestSums = Sums.TestCase
TestSums.settings = settings(max_examples=10, stateful_step_count=25, deadline=None)

CANTEENS, ESTATES = 42, 131


def test_forty_two_canteens_and_a_hundred_and_thirty_one_estates_have_the_right_default(
    town: TestTown,
) -> None:
    """Each estate is served by three canteens, one of which is its default; and one estate by none."""
    now, unit = town.clock.now(), town.planted.units["和平社区居委会"]
    with town.store.work(now) as work:
        names = [{"name": f"食堂 {number:02d}", "unit_id": unit} for number in range(CANTEENS)]
        canteens = (
            work.conn.execute(insert(t.canteen).values(names).returning(t.canteen.c.id)).scalars().all()
        )
        places = [{"name": f"小区 {number:03d}", "aliases": []} for number in range(ESTATES)]
        estates = work.conn.execute(insert(t.estate).values(places).returning(t.estate.c.id)).scalars().all()
        defaults = {estate: canteens[place * 5 % CANTEENS] for place, estate in enumerate(estates[:-1])}
        for place, (estate, default) in enumerate(defaults.items()):
            # The default is neither the first nor the one of the lowest id.
            serves = dict.fromkeys(
                (canteens[(place + 1) % CANTEENS], canteens[(place + 7) % CANTEENS], default)
            )
            rows = [{"estate_id": estate, "canteen_id": one, "is_default": one == default} for one in serves]
            work.conn.execute(insert(t.estate_canteen), rows)
        people = {estate: _lives_in(work, estate) for estate in estates}
    found = {estate: town.see(views.canteen_for, person) for estate, person in people.items()}
    assert {estate: one.id for estate, one in found.items() if one} == defaults
    assert found[estates[-1]] is None
    offered = town.see(views.canteens_of, estates[0])
    assert [one.is_default for one in offered] == [True, *[False] * (len(offered) - 1)]


def _lives_in(work: Any, estate_id: int) -> int:
    building = {"estate_id": estate_id, "key": "1", "name": "1 号楼"}
    building_id = work.conn.execute(
        insert(t.building).values(building).returning(t.building.c.id)
    ).scalar_one()
    home = insert(t.home).values(building_id=building_id, unit="", room="101").returning(t.home.c.id)
    person = insert(t.person).values(made_at=work.now).returning(t.person.c.id)
    person_id, home_id = work.conn.execute(person).scalar_one(), work.conn.execute(home).scalar_one()
    row = {"person_id": person_id, "home_id": home_id, "made_at": work.now}
    work.conn.execute(insert(t.binding).values(row))
    return int(person_id)
