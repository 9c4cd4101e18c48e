"""What a canteen does to a meal is told; what a clerk does for a caller is not."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models import tables as t
from models.actions.desk import SaveUser
from models.actions.meal_telling import tell_of_canteen
from models.actions.people import Unfollow
from tests.models.dining import Dining
from tests.town import TestTown


@pytest.fixture
def dining(town: TestTown) -> Dining:
    return Dining(town)


def cook(dining: Dining) -> int:
    """A user of the canteen's unit."""
    with dining.town.store.look(dining.town.clock.now()) as work:
        unit = work.conn.execute(select(t.canteen.c.unit_id).limit(1)).scalar_one()
    return int(dining.town.do(SaveUser("cook", "firm", "hash", unit_id=unit))["user_id"])


def tell(dining: Dining, order_id: int, user_id: int, end: str, refund_cents: int = 0) -> None:
    with dining.town.store.work(dining.town.clock.now()) as work:
        tell_of_canteen(work, order_id, user_id, end, refund_cents)


@pytest.mark.parametrize("end", ["cancelled", "changed"])
def test_the_diner_is_told_what_the_canteen_did(dining: Dining, end: str) -> None:
    who = dining.diner()
    order = dining.place(who)
    tell(dining, order["meal_order_id"], cook(dining), end)
    (told,) = dining.town.told("meal_by_canteen")
    assert (told.account_id, told.facts["end"], told.facts["meal"]) == (who.account_id, end, "3 月 3 日午餐")
    assert dining.town.rows(t.desk_item) == []


def test_who_has_no_account_is_called(dining: Dining) -> None:
    who = dining.diner()
    order = dining.place(who)
    dining.town.do(Unfollow(who.account_id))
    tell(dining, order["meal_order_id"], cook(dining), "cancelled", 1200)
    (item,) = dining.town.rows(t.desk_item)
    assert (item.kind, item.person_id) == ("call_diner", who.person_id)
    assert "付过的 12 元退回了余额" in item.words
    assert dining.town.told("meal_by_canteen") == []


def test_who_is_called_hears_of_every_meal(dining: Dining) -> None:
    who = dining.diner()
    first = dining.place(who)["meal_order_id"]
    dining.town.do(Unfollow(who.account_id))
    for end, refund in (("changed", 0), ("cancelled", 1200), ("changed", 0)):
        tell(dining, first, cook(dining), end, refund)
    (item,) = dining.town.rows(t.desk_item)
    lines = item.words.split("\n")
    assert ["改" in one for one in lines] == [True, False]
    assert "付过的 12 元退回了余额" in lines[1]


def test_a_clerk_does_it_for_whoever_called(dining: Dining) -> None:
    who = dining.diner()
    order = dining.place(who)
    clerk = int(dining.town.do(SaveUser("clerk", "admin", "hash"))["user_id"])
    tell(dining, order["meal_order_id"], clerk, "cancelled")
    assert (dining.town.told(), dining.town.rows(t.desk_item)) == ([], [])
