"""A diner is erased: what is to come is cancelled and paid back, sums stay, nothing says whose they were."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from models import tables as t
from models import views
from models.actions.carers import AskCarer, DecideCarer
from models.actions.consent import WithdrawConsent
from models.actions.desk import SaveUser
from models.actions.diets import SaveDiet
from models.actions.erasure import ErasePerson
from models.actions.kitchen import Freeze
from models.actions.meal_money import PayOutLeft, TopUp
from models.actions.people import SetPhone, Unfollow
from tests.models.dining import LUNCH_DAY, Dining
from tests.models.test_erasure import everything
from workers.retention import RULES

PHONE = "13812345678"


@pytest.fixture
def who(dining: Dining) -> views.Resident:
    """A diner of whom everything is kept that can be, with a meal to come and money."""
    town = dining.town
    made = dining.diner(born=LUNCH_DAY.replace(year=1940), groups=("low_income",))
    town.do(SetPhone(made.person_id, PHONE))
    user = int(town.do(SaveUser("admin", "admin", "hash"))["user_id"])
    town.do(TopUp(made.person_id, 5000, user))
    town.do(SaveDiet(made.person_id, ("soft",), ("peanut",), "香菜", account_id=made.account_id))
    assert dining.place(made, how="delivery")["pays"] == "balance"
    carer = town.resident("o-daughter")
    town.do(AskCarer(carer.account_id, carer.person_id, "妈妈", PHONE, name="张丽"))
    town.do(DecideCarer(town.rows(t.carer)[0].id, True, account_id=made.account_id))
    order = town.rows(t.meal_order)[0]
    with town.store.work(town.clock.now()) as work:
        row = {"person_id": made.person_id, "account_id": carer.account_id, "by_person_id": carer.person_id}
        row |= {"canteen_id": dining.canteen, "meal": "lunch", "days": [1], "how": "delivery"}
        row |= {"home_id": order.home_id, "starts_on": LUNCH_DAY, "made_at": work.now}
        standing = work.conn.execute(insert(t.standing_order).values(row)).inserted_primary_key
        assert standing is not None
        day = {"standing_order_id": standing[0], "day": LUNCH_DAY, "outcome": "ordered", "at": work.now}
        work.conn.execute(insert(t.standing_day).values(day))
        asked = {"meal_order_id": order.id, "person_id": made.person_id, "asked_at": work.now}
        work.conn.execute(insert(t.meal_rating).values({**asked, "score": 5}))
    return made


def test_erasure_cancels_pays_back_and_parts(dining: Dining, who: views.Resident) -> None:
    town = dining.town
    left = town.see(views.meals_left, who.person_id)
    assert (left["meals"], left["standing"], left["cents"]) == (1, 1, 5000)
    taken = town.rows(t.menu, id=dining.lunch)[0].taken
    assert town.do(ErasePerson(who.person_id))["ok"]
    (order,) = town.rows(t.meal_order)
    assert (order.state, order.person_id, order.account_id, order.home_id) == ("cancelled", None, None, None)
    assert order.by_id is None
    assert town.rows(t.menu, id=dining.lunch)[0].taken == taken - 1
    account = next(one for one in town.rows(t.meal_account) if one.balance_cents)
    assert (account.person_id, account.balance_cents) == (None, 5000)
    entries = [one for one in town.rows(t.meal_entry) if one.meal_account_id == account.id]
    assert sum(one.cents for one in entries) == 5000
    assert not any(one.by == "resident" and one.by_id for one in entries)
    item = next(one for one in town.rows(t.desk_item) if one.kind == "pay_out")
    assert f"{account.id} 号" in item.words
    assert "50 元" in item.words
    for table in (t.dietary_restriction, t.entitlement, t.carer, t.standing_order, t.standing_day):
        assert town.rows(table) == [], table.name
    assert {one.person_id for one in town.rows(t.meal_subsidy)} <= {None}
    assert [(one.person_id, one.score) for one in town.rows(t.meal_rating)] == [(None, 5)]
    assert dining.faults() == []
    for words in (PHONE, "peanut", "香菜", "1940"):
        assert words not in everything(town, "dish"), words
    again = len(town.rows(t.desk_item))
    town.do(ErasePerson(who.person_id))
    assert len(town.rows(t.desk_item)) == again


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
@pytest.mark.parametrize("over", [False, True])
def test_what_is_not_cooked_is_paid_back_too(
    dining: Dining, who: views.Resident, state: str, over: bool
) -> None:
    dining.set(dining.lunch, state=state)
    if over:
        dining.at(dining.town.rows(t.menu, id=dining.lunch)[0].ends_at)
    assert dining.town.do(ErasePerson(who.person_id))["ok"]
    assert dining.town.rows(t.meal_order)[0].state == "cancelled"
    assert [one.balance_cents for one in dining.town.rows(t.meal_account) if one.balance_cents] == [5000]
    assert dining.faults() == []


def test_each_account_left_is_paid_out_by_an_item_of_its_own(dining: Dining) -> None:
    user = int(dining.town.do(SaveUser("admin", "admin", "hash"))["user_id"])
    for each, cents in ((dining.diner(), 1000), (dining.diner(), 2000)):
        assert dining.town.do(TopUp(each.person_id, cents, user))["ok"]
        assert dining.town.do(ErasePerson(each.person_id))["ok"]
    words = [item.words for item in dining.town.rows(t.desk_item) if item.kind == "pay_out"]
    assert len(words) == 2
    assert "10 元" in words[0]
    assert "20 元" in words[1]


def test_what_is_left_is_paid_out_once_by_those_who_look_after_the_canteen(
    dining: Dining, who: views.Resident
) -> None:
    town, user = dining.town, int(dining.town.do(SaveUser("admin", "admin", "hash"))["user_id"])
    assert town.do(ErasePerson(who.person_id))["ok"]
    item = next(one for one in town.rows(t.desk_item) if one.kind == "pay_out")
    assert item.canteen_id == dining.canteen
    area = views.User("community", estates=frozenset(town.planted.estates.values()))
    assert item.id in [one.id for one in town.see(views.desk_items, area)]
    assert town.do(PayOutLeft(item.id, user)) == {"ok": True, "cents": 5000}
    assert town.do(PayOutLeft(item.id, user))["why"] == "no_money"
    assert town.rows(t.meal_account, id=item.meal_account_id)[0].balance_cents == 0
    assert [one.cents for one in town.rows(t.meal_entry) if one.kind == "payout"] == [-5000]
    assert town.rows(t.desk_item, id=item.id)[0].state == "done"
    assert dining.faults() == []


def test_after_the_cut_off_the_kitchen_is_corrected(dining: Dining, who: views.Resident) -> None:
    town = dining.town
    menu = town.rows(t.menu, id=dining.lunch)[0]
    dining.at(menu.order_until + timedelta(minutes=1))
    town.do(Freeze(dining.lunch, menu.stage))
    town.do(ErasePerson(who.person_id))
    assert town.rows(t.meal_order)[0].state == "cancelled"
    assert [one.version for one in town.rows(t.kitchen_count)] == [1, 2]


def test_meals_do_not_wait_for_open_repairs(dining: Dining, who: views.Resident) -> None:
    town = dining.town
    town.order(who)
    assert town.do(WithdrawConsent(who.account_id))["open"] == 1
    assert town.rows(t.meal_order)[0].state == "cancelled"
    assert town.rows(t.dietary_restriction) == []


def test_unfollowing_ends_what_rested_on_its_consent_alone(dining: Dining, who: views.Resident) -> None:
    town = dining.town
    town.do(Unfollow(who.account_id))
    assert town.rows(t.dietary_restriction) == []
    assert town.rows(t.meal_order)[0].state == "placed"


@pytest.mark.parametrize(("state", "by"), [("active", "resident"), ("ended", "system")])
def test_the_carer_goes_and_the_elder_s_meals_stay(
    dining: Dining, who: views.Resident, state: str, by: str
) -> None:
    town = dining.town
    carer = town.rows(t.carer)[0]
    account = town.rows(t.meal_account, person_id=who.person_id)[0].id
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.standing_order).values(state=state))
        entry = {"meal_account_id": account, "at": work.now, "by": by, "by_id": carer.carer_id}
        work.conn.execute(insert(t.meal_entry).values(**entry, kind="meal", cents=0))
    town.do(ErasePerson(carer.carer_id))
    assert town.rows(t.meal_entry)[-1].by_id is None
    (standing,) = town.rows(t.standing_order)
    assert (standing.account_id, standing.by_person_id) == (who.account_id, None)
    assert town.rows(t.meal_order)[0].state == "placed"
    assert town.rows(t.carer) == []


def test_after_three_years_nobody_knows_who_ate(dining: Dining, who: views.Resident) -> None:
    town, rule = dining.town, RULES["meals"]
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.meal_order).values(state="served"))
        assert not rule.step(work)
    town.clock.forward(days=int(town.store.limits["meal_days"]) + 2)
    with town.store.work(town.clock.now()) as work:
        rule.step(work)
        assert not rule.step(work)
    (order,) = town.rows(t.meal_order)
    assert (order.person_id, order.account_id, order.home_id, order.state) == (None, None, None, "served")
    assert order.price_cents > 0
    assert {one.person_id for one in town.rows(t.meal_subsidy)} == {None}
    assert [(one.person_id, one.score) for one in town.rows(t.meal_rating)] == [(None, 5)]


def test_links_that_nobody_needs_go_and_agreed_ones_stay(dining: Dining, who: views.Resident) -> None:
    town = dining.town
    other = town.resident("o-other")
    town.do(AskCarer(other.account_id, other.person_id, "妈妈", "13900001111"))
    town.clock.forward(days=int(town.store.limits["carer_days"]) + 1)
    with town.store.work(town.clock.now()) as work:
        RULES["carers"].step(work)
    assert [one.state for one in town.rows(t.carer)] == ["agreed"]


def test_who_eats_is_not_forgotten_because_of_no_account(dining: Dining, who: views.Resident) -> None:
    town = dining.town
    town.do(Unfollow(who.account_id))
    town.clock.forward(days=int(town.store.limits["person_days"]) + 2)
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.binding).values(ended_at=t.binding.c.made_at))
        RULES["people"].step(work)
    assert town.rows(t.person, id=who.person_id)[0].phone_sealed
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.standing_order).values(state="ended"))
        RULES["people"].step(work)
    assert not town.rows(t.person, id=who.person_id)[0].phone_sealed


def test_everything_of_the_diner_is_shown_to_them(dining: Dining, who: views.Resident) -> None:
    data = dining.town.see(views.my_data, who.account_id)
    assert data["忌口"] == [{"忌口": "不能吃花生、香菜；要软食"}]
    (meal,) = data["订餐"]
    assert meal["哪一顿"] == "2026-03-03 午餐"
    assert meal["怎么取"] == "送到家"
    assert meal["送到"].endswith("室")
    assert "区民政" in meal["补贴"]
    assert data["餐费"][0]["多少"] != "50 元"
    assert data["餐费"][1]["什么"] == "充值"
    assert data["补贴资格"][0]["出生日期"] == "1940-03-03"
    assert data["代订"] == [{"代订": "张丽替您订饭"}]
    assert data["长期订餐"][0]["哪几天"] == "周一"
    assert data["餐后评价"][0]["几分"] == 5
    carer = dining.town.rows(t.carer)[0].carer_id
    account = next(one.id for one in dining.town.rows(t.account) if one.person_id == carer)
    assert dining.town.see(views.my_data, account)["代订"] == [{"代订": "您替妈妈订饭"}]


def test_no_name_door_or_diet_reaches_a_log(
    dining: Dining, who: views.Resident, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    town = dining.town
    refused = SaveDiet(who.person_id, ("no such mark",), ("peanut",), "香菜", account_id=who.account_id)
    town.do(refused)
    shown = f"{refused!r} {AskCarer(1, 2, '妈妈', PHONE, elder_name='王桂芳', name='张丽')!r} {caplog.text}"
    for words in (PHONE, "peanut", "香菜", "王桂芳", "张丽"):
        assert words not in shown, words
