"""A diner's months as the desk reads them."""

from __future__ import annotations

from datetime import timedelta

from models import tables as t
from models.actions.desk import SaveUser
from models.actions.kitchen import MissMeals
from models.actions.meal_money import SetPays
from models.actions.meals import PlaceMeal
from models.views.meal_desk import purse_of
from tests.models.dining import Dining
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
