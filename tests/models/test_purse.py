"""What the desk adds up: a diner's months, a day's orders."""

from __future__ import annotations

from datetime import timedelta

from models import tables as t
from models.actions.desk import SaveUser
from models.actions.kitchen import MissMeals
from models.actions.meal_money import SetPays
from models.actions.meals import PlaceMeal
from models.views.askers import User
from models.views.meal_desk import meal_sums, purse_of
from tests.models.dining import LUNCH_DAY, Dining
from tests.town import LIMITS, TestTown


def test_a_bill_counts_no_meal_that_was_given_back(town: TestTown) -> None:
    dining = Dining(town)
    who, user = dining.diner(), int(town.do(SaveUser("admin", "admin", "hash"))["user_id"])
    town.store.limits = {**LIMITS, "no_show_refund": True}
    town.do(SetPays(who.person_id, "bill", user))
    dining.place(who, {dining.dish("清炒时蔬"): 1})
    town.do(PlaceMeal(dining.menu("dinner"), who.person_id, {dining.dish("鸡汤面"): 1}, "pickup"))
    assert [one.bill_cents for one in town.see(purse_of, who.person_id).months] == [2000]
    dining.freeze()
    dining.at(town.rows(t.menu, id=dining.lunch)[0].ends_at + timedelta(hours=1))
    assert town.do(MissMeals(dining.lunch))["missed"] == 1
    purse = town.see(purse_of, who.person_id)
    assert ([one.bill_cents for one in purse.months], purse.balance_cents) == ([1200], -1200)


def test_the_sums_of_a_day_leave_out_what_was_cancelled(town: TestTown) -> None:
    dining = Dining(town)
    greens, admin = dining.dish("清炒时蔬"), User("admin")
    assert set(town.see(meal_sums, admin, LUNCH_DAY).values()) == {0}
    dining.place(dining.diner(0), {greens: 2})
    dining.place(dining.diner(1), {greens: 1}, how="delivery")
    dining.cancel(dining.place(dining.diner(2), {greens: 3})["meal_order_id"])
    delivery = {"orders": 1, "portions": 1, "delivery": 1, "unpaid": 900}
    assert town.see(meal_sums, admin, LUNCH_DAY, how="delivery") == delivery
    assert town.see(meal_sums, admin, LUNCH_DAY) == {
        "orders": 2,
        "portions": 3,
        "delivery": 1,
        "unpaid": 2500,
    }
