"""What others do to a meal is told to whoever eats it: a canteen in any case, carers and clerks by message alone."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from models import tables as t
from models import views
from models.actions.desk import SaveUser
from models.actions.meal_telling import tell_of_canteen
from models.actions.people import Unfollow
from models.actions.residents import set_name
from models.actions.standing import SaveStandingOrder
from tests.models.dining import Dining


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
    assert "餐费 12 元已经退回" in item.words
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
    assert "餐费 12 元已经退回" in lines[1]


def clerk(dining: Dining) -> int:
    return int(dining.town.do(SaveUser("clerk", "admin", "hash"))["user_id"])


@pytest.mark.parametrize("end", ["cancelled", "changed"])
def test_a_clerk_does_it_for_whoever_called_and_sends_a_message(dining: Dining, end: str) -> None:
    who = dining.diner()
    order = dining.place(who)
    tell(dining, order["meal_order_id"], clerk(dining), end)
    (told,) = dining.town.told()
    assert (told.kind, told.account_id) == ("meal_for_diner", who.account_id)
    assert (told.facts["end"], told.facts["who"]) == (end, "社区工作人员")


def test_nobody_is_called_for_what_a_clerk_does(dining: Dining) -> None:
    who = dining.diner()
    order = dining.place(who)
    dining.town.do(Unfollow(who.account_id))
    tell(dining, order["meal_order_id"], clerk(dining), "cancelled")
    assert (dining.town.told(), dining.town.rows(t.desk_item)) == ([], [])


@pytest.fixture
def cared(dining: Dining) -> tuple[views.Resident, views.Resident]:
    """A diner, and somebody who may order for them."""
    elder, daughter = dining.diner(0), dining.diner(1)
    with dining.town.store.work(dining.town.clock.now()) as work:
        link = {"elder_id": elder.person_id, "carer_id": daughter.person_id, "word": "妈妈"}
        work.conn.execute(insert(t.carer).values(**link, state="agreed", made_at=work.now))
        set_name(work, daughter.person_id, "张丽")
    return elder, daughter


def by(daughter: views.Resident) -> dict[str, int]:
    return {"account_id": daughter.account_id, "by_person_id": daughter.person_id}


def sent(dining: Dining) -> None:
    """Everything that waits has gone out."""
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.outbox).values(state="delivered"))


def test_what_a_carer_orders_changes_and_cancels_is_told(
    dining: Dining, cared: tuple[views.Resident, views.Resident]
) -> None:
    elder, daughter = cared
    order = dining.place(elder, **by(daughter))
    sent(dining)
    dish = dining.on_lunch()[-1]
    assert dining.change(order["meal_order_id"], {dish: 2}, by_person_id=daughter.person_id)["ok"]
    sent(dining)
    assert dining.cancel(order["meal_order_id"], by_person_id=daughter.person_id)["ok"]
    told = dining.town.told()
    assert {(one.kind, one.account_id) for one in told} == {("meal_for_diner", elder.account_id)}
    assert [one.facts["end"] for one in told] == ["placed", "changed", "cancelled"]
    assert all(one.facts["who"].startswith("张丽") for one in told)
    assert [one.facts["dishes"][-3:] for one in told] == ["1 份", "2 份", "2 份"]
    assert told[0].facts["back"] == "3 月 3 日 9:00"
    assert told[0].facts["code"] == order["code"]


@pytest.mark.parametrize(("last", "end"), [("change", "placed"), ("cancel", "cancelled")])
def test_one_order_is_one_message_until_it_is_sent(
    dining: Dining, cared: tuple[views.Resident, views.Resident], last: str, end: str
) -> None:
    elder, daughter = cared
    order = dining.place(elder, **by(daughter))["meal_order_id"]
    dish, me = dining.on_lunch()[-1], daughter.person_id
    done = (
        dining.change(order, {dish: 3}, by_person_id=me)
        if last == "change"
        else dining.cancel(order, by_person_id=me)
    )
    assert done["ok"]
    (told,) = dining.town.told()
    assert told.facts["end"] == end
    assert told.facts["dishes"].endswith("3 份" if last == "change" else "1 份")


def test_an_elder_without_an_account_and_who_orders_alone_hear_nothing(
    dining: Dining, cared: tuple[views.Resident, views.Resident]
) -> None:
    elder, daughter = cared
    dining.place(daughter, by_person_id=daughter.person_id)
    dining.town.do(Unfollow(elder.account_id))
    assert dining.place(elder, **by(daughter))["ok"]
    assert (dining.town.told(), dining.town.rows(t.desk_item)) == ([], [])


def test_a_carers_standing_order_is_told_once_and_not_each_day(
    dining: Dining, cared: tuple[views.Resident, views.Resident]
) -> None:
    elder, daughter = cared
    days = (1, 2, 3, 4, 5)
    save = SaveStandingOrder(elder.person_id, dining.canteen, "lunch", days, "pickup", **by(daughter))
    assert dining.town.do(save)["ordered"] == 1
    (told,) = dining.town.told()
    assert (told.account_id, told.facts["end"]) == (elder.account_id, "standing")
    assert (told.facts["day"], told.facts["meal"]) == ("周一到周五", "午餐")
