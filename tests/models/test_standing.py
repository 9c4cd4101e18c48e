"""Standing orders: each day once, nothing born again, holidays left out; what no menu or canteen allows is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, update

from models import tables as t
from models import views
from models.actions.meals import CancelMeal
from models.actions.people import Unfollow
from models.actions.standing import PauseStandingOrder
from models.actions.standing_days import RunStandingDay, next_due
from models.rules.calendar import Calendar, OwnDay
from models.rules.standing import days_named, stands_for
from tests.models.dining import DOORS, LUNCH_DAY, Dining
from tests.models.kitchen import kitchen
from tests.models.standing import EVERY_DAY, dining, outcomes, run, save, who

__all__ = ["dining", "who"]


def test_what_is_due_is_ordered_at_once_and_each_day_once(dining: Dining, who: views.Resident) -> None:
    done = save(dining, who)
    assert (done["new"], done["ordered"]) == (True, 1)
    run(dining)
    run(dining)
    (order,) = dining.town.rows(t.meal_order)
    assert (order.day, order.via, order.person_id, order.account_id) == (
        LUNCH_DAY,
        "standing",
        who.person_id,
        who.account_id,
    )
    assert outcomes(dining) == [(LUNCH_DAY, "ordered")]
    dining.town.clock.forward(days=1)
    run(dining)
    assert [day for day, _ in outcomes(dining)] == [LUNCH_DAY, LUNCH_DAY + timedelta(days=1)]
    assert dining.town.told() == []


def test_saving_again_changes_it_and_orders_nothing_twice(dining: Dining, who: views.Resident) -> None:
    first = save(dining, who)
    again = save(dining, who, days=(1, 2))
    assert (again["new"], again["standing_order_id"]) == (False, first["standing_order_id"])
    assert len(dining.town.rows(t.meal_order)) == 1
    assert dining.town.see(views.standing_of, who.person_id)[0]["days"] == "周一、周二"


def test_a_cancelled_day_is_never_born_again(dining: Dining, who: views.Resident) -> None:
    save(dining, who)
    dining.town.do(CancelMeal(dining.town.rows(t.meal_order)[0].id))
    run(dining)
    assert [one.state for one in dining.town.rows(t.meal_order)] == ["cancelled"]


def test_what_was_cancelled_by_hand_before_stays_cancelled(dining: Dining, who: views.Resident) -> None:
    order = dining.place(who)
    dining.town.do(CancelMeal(order["meal_order_id"]))
    save(dining, who)
    assert outcomes(dining) == [(LUNCH_DAY, "had_one")]
    assert [one.state for one in dining.town.rows(t.meal_order)] == ["cancelled"]


def test_what_was_cancelled_at_another_canteen_stays_cancelled(dining: Dining, who: views.Resident) -> None:
    other = kitchen(dining.town)
    there = {other.dishes["红烧肉"]: 1}
    order = dining.place(who, there, menu_id=other.published("lunch", LUNCH_DAY))
    dining.town.do(CancelMeal(order["meal_order_id"]))
    save(dining, who)
    assert outcomes(dining) == [(LUNCH_DAY, "had_one")]
    assert [one.state for one in dining.town.rows(t.meal_order)] == ["cancelled"]


def test_a_menu_that_was_taken_back_is_told(dining: Dining, who: views.Resident) -> None:
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.menu).where(t.menu.c.id == dining.lunch).values(state="withdrawn"))
    save(dining, who)
    assert outcomes(dining) == [(LUNCH_DAY, "closed")]


def test_no_menu_in_time_is_told_and_a_closed_day_too(dining: Dining, who: views.Resident) -> None:
    until = dining.town.rows(t.menu, id=dining.lunch)[0].order_until
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.menu).values(state="draft"))
        day = {"canteen_id": dining.canteen, "day": LUNCH_DAY, "opens": False}
        work.conn.execute(insert(t.canteen_day).values(day))
    save(dining, who)
    assert outcomes(dining) == []
    dining.at(until - timedelta(hours=2))
    run(dining)
    assert outcomes(dining) == [(LUNCH_DAY, "closed")]


@pytest.mark.parametrize("before", [3, 6])
def test_orders_that_end_days_before_are_placed_in_time(
    dining: Dining, who: views.Resident, before: int
) -> None:
    on = LUNCH_DAY + timedelta(days=5)
    menu = dining.town.rows(t.menu, day=on, meal="lunch")[0]
    ends = menu.order_until - timedelta(days=before)
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.meal_slot).where(t.meal_slot.c.meal == "lunch").values(order_days=before))
    dining.set(menu.id, order_until=ends, cancel_until=ends)
    save(dining, who, starts_on=on)
    if ends > dining.town.clock.now() + timedelta(hours=2):
        dining.at(ends - timedelta(hours=2))
    run(dining)
    assert outcomes(dining) == [(on, "ordered")]


def test_an_outage_is_told_as_late(dining: Dining, who: views.Resident) -> None:
    save(dining, who, starts_on=LUNCH_DAY + timedelta(days=1))
    menu = dining.town.rows(t.menu, day=LUNCH_DAY + timedelta(days=1), meal="lunch")[0]
    dining.at(menu.order_until + timedelta(minutes=1))
    run(dining)
    assert outcomes(dining)[0] == (menu.day, "late")
    assert [one.facts["end"] for one in dining.town.told("standing_missed")] == ["late"]


def test_who_has_no_account_is_called(dining: Dining, who: views.Resident) -> None:
    dining.town.do(Unfollow(who.account_id))
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.menu).where(t.menu.c.id == dining.lunch).values(state="withdrawn"))
    save(dining, who)
    (item,) = dining.town.rows(t.desk_item)
    assert (item.kind, item.person_id) == ("call_diner", who.person_id)
    assert item.words == "长期订餐：3 月 3 日的午餐没有订上（食堂不供应）。请问本人要不要订别的。"


def test_a_stranger_saves_nothing(dining: Dining, who: views.Resident) -> None:
    other = dining.diner(1)
    assert save(dining, who, by_person_id=other.person_id)["why"] == "not_yours"
    assert save(dining, who, meal="tea")["why"] == "unknown"
    assert save(dining, who, days=())["why"] == "unknown"
    refused = dining.town.do(PauseStandingOrder(who.person_id, LUNCH_DAY, by_person_id=other.person_id))
    assert refused["why"] == "not_yours"


def test_a_canteen_that_does_not_serve_the_home_takes_no_standing_order(
    dining: Dining, who: views.Resident
) -> None:
    elsewhere = dining.town.resident("o-elsewhere", DOORS[0])
    with dining.town.store.work(dining.town.clock.now()) as work:
        theirs = t.binding.c.person_id == elsewhere.person_id
        work.conn.execute(update(t.binding).where(theirs).values(ended_at=work.now))
    assert save(dining, elsewhere)["why"] == "not_served"
    (home,) = dining.town.rows(t.binding, person_id=who.person_id)
    assert save(dining, who, how="delivery", home_id=home.home_id + 1)["why"] == "not_served"
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(delete(t.estate_canteen).where(t.estate_canteen.c.canteen_id == dining.canteen))
    assert save(dining, who)["why"] == "not_served"
    assert dining.town.rows(t.standing_order) == []


def test_holidays_are_left_out_and_make_up_days_are_not() -> None:
    national, saturday = date(2026, 10, 1), date(2026, 10, 10)
    days = Calendar({national: OwnDay(False, "国庆节"), saturday: OwnDay(True, "国庆节")})
    assert stands_for(national, days) == ((4,), True)
    assert stands_for(saturday, days) == ((6, 5), False)


@pytest.mark.parametrize("holidays", [True, False])
def test_a_holiday_is_ordered_only_where_it_is_wished(
    dining: Dining, who: views.Resident, holidays: bool
) -> None:
    with dining.town.store.work(dining.town.clock.now()) as work:
        row = {"day": LUNCH_DAY, "works": False, "name": "本地假日", "changed_at": work.now}
        work.conn.execute(insert(t.calendar_day).values(row))
    save(dining, who, holidays=holidays)
    run(dining)
    assert len(dining.town.rows(t.meal_order)) == int(holidays)


def test_a_day_twice_at_once_is_one(dining: Dining, who: views.Resident) -> None:
    standing = save(dining, who)["standing_order_id"]
    again = dining.town.do(RunStandingDay(standing, LUNCH_DAY, dining.lunch))
    assert again["why"] == "already"
    with dining.town.store.work(dining.town.clock.now()) as work:
        assert next_due(work) is None


def test_days_are_named() -> None:
    assert days_named(EVERY_DAY) == "每天"
    assert days_named((6, 7)) == "周六、周日"
