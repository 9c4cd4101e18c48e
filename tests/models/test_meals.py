"""A meal is ordered, changed, cancelled; portions, subsidies and money always add up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from models import tables as t
from models import views
from models.actions.meal_money import PayAtCounter, PayBill, PayOut, SetPays, TopUp
from models.actions.meal_withdrawal import CancelWithdrawn
from models.actions.meals import PlaceMeal
from models.actions.menus import WITHDRAWN_TIMER, WithdrawMenu
from tests.models.dining import LUNCH_DAY, Dining
from tests.models.kitchen import kitchen
from workers.timers import OURS

ORDER_ENDS = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)  # 9:30 in Shanghai
CANCEL_ENDS = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
OLD = date(1940, 5, 1)


def test_an_order_has_a_number_a_code_and_lines(dining: Dining) -> None:
    who = dining.diner(born=OLD, groups=("low_income",))
    fish, greens = dining.dish("清蒸鲈鱼"), dining.dish("清炒时蔬")
    dishes = {greens: 2} if fish not in dining.on_lunch() else {fish: 1, greens: 1}
    done = dining.place(who, dishes, how="delivery")
    food = sum(
        one.cents * dishes[one.dish_id]
        for one in dining.town.rows(t.menu_dish, menu_id=dining.lunch)
        if one.dish_id in dishes
    )
    assert (done["ok"], done["number"], done["pays"]) == (True, 1, "pickup")
    assert len(done["code"]) == 4
    assert done["code"].isdigit()
    assert done["lines"] == [{"name": "区民政 80 岁以上", "cents": 300}, {"name": "街道 低保", "cents": 500}]
    assert (done["price_cents"], done["subsidy_cents"], done["pay_cents"]) == (food + 100, 800, food - 700)
    (order,) = dining.town.rows(t.meal_order)
    assert (order.state, order.how, order.portions, order.age_band) == ("placed", "delivery", 2, "80-89")
    assert order.home_id == dining.town.rows(t.binding)[0].home_id


def test_the_same_meal_again_says_which_order_there_is(dining: Dining) -> None:
    who = dining.diner()
    first = dining.place(who)
    assert dining.place(who) == {"ok": False, "why": "already", "meal_order_id": first["meal_order_id"]}
    dining.cancel(first["meal_order_id"])
    assert dining.place(who)["ok"], "what is cancelled may be ordered anew"


def test_the_same_meal_at_another_canteen_is_refused_and_subsidised_once(dining: Dining) -> None:
    who, other = dining.diner(born=OLD), kitchen(dining.town)
    first = dining.place(who)
    there = {"menu_id": other.published("lunch", LUNCH_DAY), "dishes": {other.dishes["红烧肉"]: 1}}
    assert dining.place(who, **there) == {
        "ok": False, "why": "already", "meal_order_id": first["meal_order_id"],
    }  # fmt: skip
    assert len(dining.town.rows(t.meal_subsidy)) == 1
    dining.cancel(first["meal_order_id"])
    assert dining.place(who, **there)["ok"]


@pytest.mark.parametrize("moment", [ORDER_ENDS, ORDER_ENDS + timedelta(minutes=1)])
def test_at_the_cut_off_ordering_ends(dining: Dining, moment: datetime) -> None:
    who, late = dining.diner(), dining.diner(1)
    dining.at(ORDER_ENDS - timedelta(seconds=1))
    assert dining.place(who)["ok"]
    dining.at(moment)
    assert dining.place(late) == {"ok": False, "why": "too_late"}


def test_cancelling_ends_before_ordering_and_so_does_taking_away(dining: Dining) -> None:
    who, dish = dining.diner(), dining.on_lunch()[-1]
    order = dining.place(who)["meal_order_id"]
    dining.at(CANCEL_ENDS)
    assert dining.change(order, {dish: 2})["ok"], "more may be added until orders end"
    assert dining.change(order, {dish: 1})["why"] == "too_late"
    assert dining.change(order, {dining.on_lunch()[-2]: 3})["why"] == "too_late"
    assert dining.cancel(order)["why"] == "too_late"
    assert dining.cancel(order, late=True, via="console")["ok"]


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_published_is_not_sold(dining: Dining, state: str) -> None:
    who, other = dining.diner(), dining.diner(1)
    order = dining.place(who)["meal_order_id"]
    dining.set(dining.lunch, state=state)
    assert dining.place(other)["why"] == "not_served"
    assert dining.cancel(order)["why"] == "not_served"


def test_orders_of_a_withdrawn_menu_are_given_back(dining: Dining) -> None:
    order = dining.place(dining.diner())["meal_order_id"]
    dining.set(dining.lunch, state="withdrawn")
    assert dining.cancel(order, late=True, via="standing")["ok"]


def test_a_withdrawal_that_was_interrupted_is_finished_by_timers(dining: Dining) -> None:
    town, dish = dining.town, dining.on_lunch()[-1]
    for number in range(2):
        assert dining.place(dining.diner(number), {dish: 1 + number})["ok"]
    dining.freeze()
    orders = town.do(WithdrawMenu(None, dining.lunch, orders=True))["orders"]
    told = [row.facts for row in town.rows(t.outbox, kind="kitchen_withdrawn")]
    assert {one["portions"] for one in told} == {3}
    set_ = [one for one in town.rows(t.timer) if one.kind == WITHDRAWN_TIMER]
    assert sorted(one.subject for one in set_) == orders
    assert town.do(CancelWithdrawn(orders[0], None))["ok"]
    dining.at(town.rows(t.menu, id=dining.lunch)[0].ends_at)  # the timers come late
    with town.store.work(town.clock.now()) as work:
        for one in set_:
            OURS[one.kind](work, one.subject, one.stamp)
    assert {row.state for row in town.rows(t.meal_order)} == {"cancelled"}
    assert len(town.rows(t.outbox, kind="meal_withdrawn")) == 2
    assert len(town.rows(t.outbox, kind="kitchen_withdrawn")) == len(told)
    assert not town.rows(t.outbox, kind="kitchen_correction")


def test_a_frozen_menu_is_closed_to_residents(dining: Dining) -> None:
    order = dining.place(dining.diner())["meal_order_id"]
    dining.set(dining.lunch, state="frozen")
    assert dining.place(dining.diner(1))["why"] == "too_late"
    assert dining.cancel(order)["why"] == "too_late"


def test_staff_change_a_frozen_menu_until_the_meal_is_over(dining: Dining) -> None:
    first, last = dining.on_lunch()[0], dining.on_lunch()[-1]
    order = dining.place(dining.diner())["meal_order_id"]
    dining.freeze()
    late = {"late": True, "via": "console"}
    assert dining.change(order, {first: 2}, **late)["ok"]
    other = dining.place(dining.diner(1), {last: 1}, **late)
    assert other["ok"]
    assert dining.cancel(order, **late)["ok"]
    counts = [(one.version, one.changes) for one in dining.town.rows(t.kitchen_count)]
    assert counts == [
        (1, {}),
        (2, {str(first): 2, str(last): -1}),
        (3, {str(last): 1}),
        (4, {str(first): -2}),
    ]
    dining.at(datetime(2026, 3, 3, 5, 0, tzinfo=UTC))
    assert dining.cancel(other["meal_order_id"], **late)["why"] == "too_late"


def test_a_late_change_of_the_way_alone_is_a_correction(dining: Dining) -> None:
    first = dining.on_lunch()[0]
    order = dining.place(dining.diner(), {first: 1})["meal_order_id"]
    dining.freeze()
    for how, version in (("pickup", 1), ("delivery", 2), ("delivery", 2)):
        assert dining.change(order, {first: 1}, how=how, late=True, via="console")["ok"]
        assert [one.version for one in dining.town.rows(t.kitchen_count)][-1] == version


def test_a_full_meal_and_a_dish_that_is_sold_out_say_what_is_left(dining: Dining) -> None:
    first, last = dining.on_lunch()[0], dining.on_lunch()[-1]
    dining.limit(last, 3)
    dining.place(dining.diner(), {last: 2})
    sold_out = dining.place(dining.diner(1), {first: 1, last: 2})
    assert sold_out == {"ok": False, "why": "sold_out", "dish_id": last, "left": 1}
    dining.set(dining.lunch, capacity=4)
    assert dining.place(dining.diner(1), {first: 3}) == {"ok": False, "why": "full", "left": 2}
    assert dining.place(dining.diner(1), {first: 1, last: 1})["ok"]
    assert dining.place(dining.diner(2)) == {"ok": False, "why": "full", "left": 0}


def test_changing_to_what_is_sold_out_leaves_the_order_as_it_was(dining: Dining) -> None:
    first, last = dining.on_lunch()[0], dining.on_lunch()[-1]
    dining.limit(last, 1)
    dining.place(dining.diner(), {last: 1})
    order = dining.place(dining.diner(1), {first: 2})["meal_order_id"]
    assert dining.change(order, {last: 1})["why"] == "sold_out"
    assert [one.dish_id for one in dining.town.rows(t.meal_order_dish, meal_order_id=order)] == [first]


@pytest.mark.parametrize(
    ("dishes", "why"), [({}, "unknown"), ({0: 1}, "unknown"), ("zero", "unknown"), ("many", "cap")]
)
def test_what_is_no_order_is_refused(dining: Dining, dishes: Any, why: str) -> None:
    dish = dining.on_lunch()[0]
    asked = {"zero": {dish: 0}, "many": {dish: 11}}.get(dishes, dishes) if isinstance(dishes, str) else dishes
    action = PlaceMeal(dining.lunch, dining.diner().person_id, asked, "pickup")
    assert dining.town.do(action)["why"] == why
    for menu, person in ((999, 1), (dining.lunch, 999)):
        assert dining.town.do(PlaceMeal(menu, person, {dish: 1}, "pickup"))["why"] == "unknown"


def test_a_canteen_serves_the_estates_that_it_serves(dining: Dining) -> None:
    who, nobody = dining.diner(), dining.town.resident("o-no-home")
    assert dining.place(nobody)["why"] == "not_served"
    assert dining.place(who, how="delivery", home_id=dining.town.home("阳光花园", "5", "1", "101"))[
        "why"
    ] == ("not_served")
    assert (
        dining.place(who, menu_id=dining.menu("breakfast"), how="delivery", dishes=None)["why"] == "unknown"
    )
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.menu).values(delivers=False))
    assert dining.place(who, how="delivery")["why"] == "not_served"
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(t.estate_canteen.delete())
    assert dining.place(who)["why"] == "not_served"


def test_subsidies_need_what_staff_have_checked_and_a_verified_home(dining: Dining) -> None:
    checked, unchecked = dining.diner(born=OLD), dining.diner(1, born=OLD, verified=False)
    homeless = dining.diner(2, born=OLD)
    with dining.town.store.work(dining.town.clock.now()) as work:
        b = t.binding.c
        work.conn.execute(update(t.binding).where(b.person_id == homeless.person_id).values(state="claimed"))
    assert [dining.place(who)["subsidy_cents"] for who in (checked, unchecked, homeless)] == [300, 0, 0]


def test_an_area_counts_with_all_that_lies_in_it(dining: Dining) -> None:
    areas = {row.name: row.id for row in dining.town.rows(t.area)}
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.subsidy_tier).values(area_id=areas["幸福街道"]))
        elsewhere = insert(t.area).values(level="street", name="别处").returning(t.area.c.id)
        other = work.conn.execute(elsewhere).scalar_one()
    assert dining.place(dining.diner(born=OLD))["subsidy_cents"] == 300
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.subsidy_tier).values(area_id=other))
    assert dining.place(dining.diner(1, born=OLD))["subsidy_cents"] == 0


def test_the_last_subsidised_meal_of_a_week_is_one(dining: Dining) -> None:
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.subsidy_tier).values(weekly_most=1))
    who, dinner = dining.diner(born=OLD), dining.menu("dinner")
    soup = dining.town.rows(t.menu_dish, menu_id=dinner)[0].dish_id
    lunch = dining.place(who)
    assert lunch["subsidy_cents"] == 300
    second = dining.place(who, {soup: 1}, menu_id=dinner)
    assert second["subsidy_cents"] == 0
    assert dining.change(lunch["meal_order_id"], {dining.on_lunch()[-1]: 2})["subsidy_cents"] == 300, (
        "an order does not use up its own subsidy"
    )
    dining.cancel(lunch["meal_order_id"])
    assert dining.change(second["meal_order_id"], {soup: 2})["subsidy_cents"] == 300, (
        "a cancelled one is free again"
    )


def test_a_balance_pays_and_gets_back(dining: Dining, user: int) -> None:
    who, town = dining.diner(), dining.town
    greens = dining.dish("清炒时蔬")
    assert town.do(TopUp(who.person_id, 2000, user)) == {"ok": True, "balance_cents": 2000}
    order = dining.place(who, {greens: 1})
    assert (order["pays"], dining.balance(who)) == ("balance", 1200)
    assert dining.change(order["meal_order_id"], {greens: 2})["pays"] == "balance"
    assert dining.balance(who) == 400
    assert dining.change(order["meal_order_id"], {greens: 3})["pays"] == "pickup", (
        "what is too dear is paid there"
    )
    assert dining.balance(who) == 2000
    assert dining.change(order["meal_order_id"], {greens: 1})["pays"] == "balance"
    assert dining.cancel(order["meal_order_id"]) == {
        "ok": True, "meal_order_id": order["meal_order_id"], "refund_cents": 800
    }  # fmt: skip
    assert dining.balance(who) == 2000
    assert dining.cancel(order["meal_order_id"])["why"] == "already"
    kinds = [one.kind for one in town.rows(t.meal_entry)]
    assert kinds == ["top_up", "meal", "change", "change", "change", "refund"]


def test_a_bill_may_go_below_zero_and_is_paid_before_it_ends(dining: Dining, user: int) -> None:
    who, town = dining.diner(), dining.town
    assert town.do(SetPays(who.person_id, "bill", user))["ok"]
    assert dining.place(who, {dining.dish("清炒时蔬"): 1})["pays"] == "bill"
    assert dining.balance(who) == -800
    assert town.do(SetPays(who.person_id, "pickup", user)) == {"ok": False, "why": "no_money", "owes": 800}
    assert town.do(PayBill(who.person_id, 800, user))["balance_cents"] == 0
    assert town.do(SetPays(who.person_id, "pickup", user))["ok"]


def test_who_paid_at_the_counter_gets_it_back_into_the_balance(dining: Dining, user: int) -> None:
    who, town = dining.diner(), dining.town
    greens = dining.dish("清炒时蔬")
    order = dining.place(who, {greens: 2})["meal_order_id"]
    assert town.do(PayAtCounter(order, "console", user)) == {"ok": True, "paid_cents": 1600}
    assert town.do(PayAtCounter(order, "console", user))["why"] == "already"
    assert dining.balance(who) == 0
    assert dining.change(order, {greens: 1})["pays"] == "balance"
    assert dining.balance(who) == 800
    assert dining.cancel(order)["refund_cents"] == 800
    assert town.do(PayOut(who.person_id, 2000, user))["left"] == 1600
    assert town.do(PayOut(who.person_id, 1600, user)) == {"ok": True, "balance_cents": 0}


def test_a_paid_bill_pays_the_change_after_it_has_ended(dining: Dining, user: int) -> None:
    who, town = dining.diner(), dining.town
    greens = dining.dish("清炒时蔬")
    assert town.do(SetPays(who.person_id, "bill", user))["ok"]
    order = dining.place(who, {greens: 1})["meal_order_id"]
    assert town.do(PayBill(who.person_id, 800, user))["ok"]
    assert town.do(SetPays(who.person_id, "pickup", user))["ok"]
    told = town.see(views.price, dining.lunch, who.person_id, {greens: 1}, "pickup", but=order)
    assert (told["pays"], told["balance_cents"]) == ("balance", 800)
    assert dining.change(order, {greens: 1})["pays"] == "balance"
    assert dining.balance(who) == 0, "paid once"


def test_a_slot_changed_later_changes_no_menu_that_is_published(dining: Dining) -> None:
    who, greens = dining.diner(), dining.dish("清炒时蔬")
    order = dining.place(who, {greens: 2}, how="delivery")
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.meal_slot).values(delivers=False, delivery_cents=900))
    done = dining.change(order["meal_order_id"], {greens: 1})
    assert (done["ok"], order["price_cents"] - done["price_cents"]) == (True, 800)
    told = dining.town.see(views.price, dining.lunch, who.person_id, {greens: 1}, "delivery")
    assert told["price_cents"] == done["price_cents"]


def test_a_meal_is_reduced_also_where_the_canteen_serves_no_more(dining: Dining) -> None:
    who, greens = dining.diner(), dining.dish("清炒时蔬")
    order = dining.place(who, {greens: 2}, how="delivery")["meal_order_id"]
    before = dining.town.rows(t.meal_order, id=order)[0]
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(delete(t.estate_canteen))
    assert dining.change(order, {greens: 1})["ok"]
    now = dining.town.rows(t.meal_order, id=order)[0]
    assert (now.how, now.home_id, now.building_id, now.portions) == (
        "delivery",
        before.home_id,
        before.building_id,
        1,
    )
    assert dining.change(order, {greens: 1}, how="pickup")["why"] == "not_served"


def test_money_is_taken_once(dining: Dining, user: int) -> None:
    who, town = dining.diner(), dining.town
    assert town.do(TopUp(who.person_id, 500, user))["ok"]
    assert town.do(TopUp(who.person_id, 500, user))["why"] == "already"
    town.clock.forward(minutes=3)
    assert town.do(TopUp(who.person_id, 500, user))["balance_cents"] == 1000
    for wrong in (0, -500):
        assert town.do(TopUp(who.person_id, wrong, user))["why"] == "unknown"
        assert town.do(PayOut(who.person_id, wrong, user))["why"] == "unknown"
    assert town.do(TopUp(who.person_id, 1_000_001, user))["why"] == "cap"
    assert town.do(TopUp(999, 500, user))["why"] == "unknown"


def test_only_an_agreed_carer_orders_for_somebody_else(dining: Dining) -> None:
    elder, daughter = dining.diner(), dining.diner(1)
    row = {"elder_id": elder.person_id, "carer_id": daughter.person_id, "word": "我妈"}
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(insert(t.carer).values(**row, made_at=work.now))
    by = {"by_person_id": daughter.person_id}
    assert dining.place(elder, **by)["why"] == "not_yours"
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.carer).values(state="agreed"))
    order = dining.place(elder, **by)["meal_order_id"]
    assert dining.town.rows(t.meal_order)[0].by_person_id == daughter.person_id
    stranger = dining.diner(2)
    assert dining.cancel(order, by_person_id=stranger.person_id)["why"] == "not_yours"
    assert dining.town.see(views.served_people, daughter.person_id) == [
        {"person_id": elder.person_id, "word": "我妈"}
    ]
    number = dining.town.rows(t.meal_order)[0].number
    assert dining.town.see(views.meal_of, daughter, number)["dishes"]
    assert dining.town.see(views.meal_of, stranger, number) is None
    assert dining.cancel(order, **by)["ok"]


def test_codes_differ_within_a_meal(dining: Dining) -> None:
    codes = [dining.place(dining.diner(number))["code"] for number in range(40)]
    assert len(set(codes)) == 40
