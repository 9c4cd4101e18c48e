"""Standing orders: each day once, nothing born again, holidays left out, told once when it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from models import tables as t
from models import views
from models.actions.diets import SaveDiet
from models.actions.meals import CancelMeal
from models.actions.people import Unfollow
from models.actions.standing import (
    PauseStandingOrder,
    ResumeStandingOrder,
    SaveStandingOrder,
    SkipStandingDay,
)
from models.actions.standing_days import RunStandingDay, next_due
from models.rules.calendar import Calendar, OwnDay
from models.rules.standing import basket, days_named, stands_for
from tests.models.dining import DOORS, LUNCH_DAY, Dining
from tests.models.kitchen import kitchen
from tests.town import TestTown
from workers.standing import order_next

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


@pytest.fixture
def dining(town: TestTown) -> Iterator[Dining]:
    one = Dining(town, days=7)
    yield one
    assert one.faults() == []


@pytest.fixture
def who(dining: Dining) -> views.Resident:
    return dining.diner()


def save(dining: Dining, who: views.Resident, **more: Any) -> dict[str, Any]:
    facts = {"meal": "lunch", "days": EVERY_DAY, "how": "pickup", "account_id": who.account_id} | more
    return dining.town.do(SaveStandingOrder(who.person_id, dining.canteen, **facts))


def run(dining: Dining) -> None:
    """The duty, all its steps."""
    for _ in range(50):
        with dining.town.store.work(dining.town.clock.now()) as work:
            if not order_next(work):
                return
    raise AssertionError("the duty does not end")


def outcomes(dining: Dining) -> list[tuple[date, str]]:
    return [(row.day, row.outcome) for row in dining.town.rows(t.standing_day)]


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


def test_a_day_that_is_skipped_is_not_ordered(dining: Dining, who: views.Resident) -> None:
    save(dining, who, starts_on=LUNCH_DAY + timedelta(days=1))
    day = LUNCH_DAY + timedelta(days=1)
    assert dining.town.do(SkipStandingDay(who.person_id, "lunch", day)) == {"ok": True, "new": True}
    dining.town.clock.forward(days=1)
    run(dining)
    assert outcomes(dining) == [(day, "skipped")]
    assert dining.town.rows(t.meal_order) == []
    assert dining.town.do(SkipStandingDay(who.person_id, "dinner", day))["why"] == "unknown"


def test_a_day_that_is_ordered_is_not_skipped_and_a_skipped_one_again(
    dining: Dining, who: views.Resident
) -> None:
    save(dining, who)
    later = LUNCH_DAY + timedelta(days=5)
    assert dining.town.do(SkipStandingDay(who.person_id, "lunch", LUNCH_DAY))["why"] == "too_late"
    assert [dining.town.do(SkipStandingDay(who.person_id, "lunch", later))["new"] for _ in "12"] == [
        True,
        False,
    ]
    days = [LUNCH_DAY.isoformat(), later.isoformat()]
    waits = dining.town.see(views.standing_on, [who.person_id], days)
    assert waits == [{"person_id": who.person_id, "meal": "lunch", "day": days[1]}]


def test_a_pause_cancels_what_can_be_and_ends_by_itself(dining: Dining, who: views.Resident) -> None:
    save(dining, who)
    last = LUNCH_DAY + timedelta(days=1)
    paused = dining.town.do(PauseStandingOrder(who.person_id, LUNCH_DAY, last))
    assert (paused["standing"], paused["cancelled"], paused["kept"]) == (1, 1, 0)
    dining.town.clock.forward(days=1)
    run(dining)
    assert len(dining.town.rows(t.meal_order)) == 1
    dining.town.clock.forward(days=1)
    run(dining)
    assert outcomes(dining)[-1] == (last + timedelta(days=1), "ordered")


def test_taken_up_again_it_goes_on(dining: Dining, who: views.Resident) -> None:
    save(dining, who, starts_on=LUNCH_DAY + timedelta(days=1))
    dining.town.do(PauseStandingOrder(who.person_id, LUNCH_DAY))
    dining.town.clock.forward(days=1)
    run(dining)
    assert dining.town.rows(t.meal_order) == []
    assert dining.town.do(ResumeStandingOrder(who.person_id))["ordered"] == 1
    assert dining.town.do(ResumeStandingOrder(who.person_id))["why"] == "already"


def test_ended_it_is_over(dining: Dining, who: views.Resident) -> None:
    save(dining, who)
    ended = dining.town.do(PauseStandingOrder(who.person_id, LUNCH_DAY, ends=True))
    assert ended["cancelled"] == 1
    dining.town.clock.forward(days=1)
    run(dining)
    assert [one.state for one in dining.town.rows(t.meal_order)] == ["cancelled"]
    assert dining.town.see(views.standing_of, who.person_id) == []


def test_a_second_pause_and_saving_again_keep_the_first(dining: Dining, who: views.Resident) -> None:
    first = LUNCH_DAY + timedelta(days=2)
    save(dining, who, starts_on=LUNCH_DAY + timedelta(days=1))
    dining.town.do(PauseStandingOrder(who.person_id, first, first + timedelta(days=1)))
    dining.town.do(PauseStandingOrder(who.person_id, first + timedelta(days=3), first + timedelta(days=3)))
    save(dining, who, days=(1, 2, 3, 4, 5, 6, 7))
    pauses = [[0, 1], [3, 3]]
    told = [[(first + timedelta(days=n)).isoformat() for n in one] for one in pauses]
    assert dining.town.see(views.standing_of, who.person_id)[0]["pauses"] == told
    for _ in range(6):
        dining.town.clock.forward(days=1)
        run(dining)
    ordered = [day for day, outcome in outcomes(dining) if outcome == "ordered"]
    assert ordered == [LUNCH_DAY + timedelta(days=n) for n in (1, 4)]


def test_a_pause_without_an_end_is_not_shortened_by_another(dining: Dining, who: views.Resident) -> None:
    save(dining, who, starts_on=LUNCH_DAY + timedelta(days=1))
    for since in (LUNCH_DAY + timedelta(days=2), LUNCH_DAY + timedelta(days=4)):
        dining.town.do(PauseStandingOrder(who.person_id, since))
    save(dining, who)
    for _ in range(5):
        dining.town.clock.forward(days=1)
        run(dining)
    assert outcomes(dining) == [(LUNCH_DAY + timedelta(days=1), "ordered")]


def sold_out(dining: Dining, *dishes: int) -> None:
    """Nothing is left of these at tomorrow's lunch; of none that are named: of all."""
    d = t.menu_dish.c
    gone = update(t.menu_dish).where(d.menu_id == dining.lunch)
    gone = gone.where(d.dish_id.in_(dishes)) if dishes else gone
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(gone.values(portions=d.taken))


def test_what_is_sold_out_is_told_once_with_what_to_do(dining: Dining, who: views.Resident) -> None:
    dish = dining.on_lunch()[0]
    sold_out(dining)
    save(dining, who, dishes={str(dish): 1})
    run(dining)
    assert outcomes(dining) == [(LUNCH_DAY, "sold_out")]
    (told,) = dining.town.told("standing_missed")
    assert (told.account_id, told.facts["end"], told.facts["day"]) == (
        who.account_id,
        "sold_out",
        "3 月 3 日",
    )


def ordered_dishes(dining: Dining) -> list[tuple[int, int]]:
    return [(row.dish_id, row.count) for row in dining.town.rows(t.meal_order_dish)]


def test_the_dish_that_was_wished_for_is_ordered(dining: Dining, who: views.Resident) -> None:
    dish = dining.on_lunch()[1]
    save(dining, who, dishes={str(dish): 2})
    assert ordered_dishes(dining) == [(dish, 2)]
    assert dining.town.told() == []
    (known,) = dining.town.see(views.standing_of, who.person_id)
    assert known["dishes"] == f"{dining.town.rows(t.dish, id=dish)[0].name} 2 份"


@pytest.mark.parametrize("why", ["missing", "sold_out", "diet"])
def test_without_the_dish_it_is_the_usual_and_the_diner_is_told(
    dining: Dining, who: views.Resident, why: str
) -> None:
    usual, wish = dining.on_lunch()[-1], dining.on_lunch()[0]
    dining.place(who, {usual: 1})
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.meal_order).values(day=LUNCH_DAY - timedelta(days=9), state="served"))
        if why == "missing":
            work.conn.execute(delete(t.menu_dish).where(t.menu_dish.c.dish_id == wish))
        if why == "diet":
            work.conn.execute(update(t.dish).where(t.dish.c.id == wish).values(allergens=["peanut"]))
    if why == "sold_out":
        sold_out(dining, wish)
    if why == "diet":
        dining.town.do(SaveDiet(who.person_id, (), ("peanut",), account_id=who.account_id))
    save(dining, who, dishes={str(wish): 1})
    run(dining)
    assert outcomes(dining) == [(LUNCH_DAY, "ordered")]
    assert ordered_dishes(dining) == [(usual, 1), (usual, 1)]
    (told,) = dining.town.told()
    name = {row.id: row.name for row in dining.town.rows(t.dish)}
    assert (told.kind, told.account_id, told.facts["end"]) == ("standing_instead", who.account_id, why)
    assert (told.facts["wish"], told.facts["dishes"]) == (name[wish], f"{name[usual]} 1 份")
    assert told.facts["code"] == dining.town.rows(t.meal_order)[-1].code


def test_nobody_is_called_about_another_dish(dining: Dining, who: views.Resident) -> None:
    dining.town.do(Unfollow(who.account_id))
    wish = dining.on_lunch()[0]
    sold_out(dining, wish)
    save(dining, who, dishes={str(wish): 1})
    assert outcomes(dining) == [(LUNCH_DAY, "ordered")]
    assert (dining.town.told(), dining.town.rows(t.desk_item)) == ([], [])


def test_a_wish_is_for_dishes_of_that_canteen_and_no_more_than_one_may_have(
    dining: Dining, who: views.Resident
) -> None:
    dish, elsewhere = dining.on_lunch()[0], kitchen(dining.town).dishes["红烧肉"]
    assert save(dining, who, dishes={str(elsewhere): 1})["why"] == "unknown"
    assert save(dining, who, dishes={str(dish): 0})["why"] == "unknown"
    refused = save(dining, who, dishes={str(dish): 11})
    assert (refused["why"], refused["most"]) == ("cap", 10)
    assert dining.town.rows(t.standing_order) == []


def test_a_clash_with_the_diet_is_told(dining: Dining, who: views.Resident) -> None:
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.dish).values(allergens=["peanut"]))
    dining.town.do(SaveDiet(who.person_id, (), ("peanut",), account_id=who.account_id))
    save(dining, who)
    assert outcomes(dining) == [(LUNCH_DAY, "diet")]
    assert dining.town.rows(t.meal_order) == []


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


def test_a_pause_that_came_in_between_wins(dining: Dining, who: views.Resident) -> None:
    standing = save(dining, who, starts_on=LUNCH_DAY + timedelta(days=1))["standing_order_id"]
    dining.town.clock.forward(days=1)
    with dining.town.store.work(dining.town.clock.now()) as work:
        due = next_due(work)
    assert due is not None
    changes: list[dict[str, Any]] = [
        {"paused_from": due[1]},
        {"paused_from": due[1] - timedelta(days=1)},
        {"ends_on": due[1] - timedelta(days=1)},
        {"days": [due[1].isoweekday() % 7 + 1]},
        {"state": "ended"},
    ]
    before = {"paused_from": None, "ends_on": None, "days": list(EVERY_DAY)}
    for change in changes:
        with dining.town.store.work(dining.town.clock.now()) as work:
            row = {**before, "state": "active", **change}
            work.conn.execute(update(t.standing_order).where(t.standing_order.c.id == standing).values(row))
        assert dining.town.do(RunStandingDay(*due)) == {"ok": False, "why": "unknown"}
    assert outcomes(dining) == []
    assert dining.town.rows(t.meal_order) == []


DISHES = st.lists(
    st.builds(
        lambda left, clash: {"left": left, "clash": clash},
        st.none() | st.integers(0, 3),
        st.sampled_from(["", "含花生"]),
    ),
    max_size=5,
)
SOME = st.dictionaries(st.integers(0, 6), st.integers(1, 3), max_size=3)


@given(SOME, SOME, DISHES, st.integers(0, 4))
def test_a_basket_is_on_the_menu_left_and_harmless(
    wanted: dict[int, int], usual: dict[int, int], dishes: list[dict[str, Any]], room: int
) -> None:
    menu = [{"dish_id": number, **one} for number, one in enumerate(dishes)]
    found, why = basket(wanted, usual, menu, room)
    assert found or why in ("sold_out", "diet")
    assert why in ("", "sold_out", "diet", "missing")
    for dish, count in found.items():
        assert not menu[dish]["clash"]
        assert menu[dish]["left"] is None or menu[dish]["left"] >= count
    assert sum(found.values()) <= room
    assert not (found and found == wanted and why and wanted != usual)
    if wanted and found and not why:
        assert found == wanted


def test_days_are_named() -> None:
    assert days_named(EVERY_DAY) == "每天"
    assert days_named((6, 7)) == "周六、周日"
