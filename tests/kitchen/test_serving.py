"""A meal is handed out once, by its code; who has not come by an hour after the end has not come."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from handlers.staff_meals import served
from models import tables as t
from models.actions.kitchen import Freeze, MissMeals, ServeMeal
from models.rules.kitchen import code_text, read_code
from models.views.meal_boxes import boxes
from tests.kitchen.scene import Lunch
from tests.town import LIMITS

HANDS = 20


def at_noon(lunch: Lunch) -> Lunch:
    """The count is frozen, the counter is open."""
    lunch.at(9, 30)
    lunch.town.do(Freeze(lunch.menu, 0))
    lunch.at(12)
    return lunch


def serve(lunch: Lunch, code: str, who: str = "李华", **more: Any) -> dict[str, Any]:
    return lunch.town.do(ServeMeal(code, worker_id=lunch.town.planted.workers[who], **more))


def test_a_code_is_taken_once_under_twenty_hands(crowded: Lunch) -> None:
    lunch, town = crowded, crowded.town
    lunch.order(1)
    at_noon(lunch)
    with ThreadPoolExecutor(HANDS) as pool:
        done = list(pool.map(lambda _: serve(lunch, lunch.codes[0]), range(HANDS)))
    assert sum(one["ok"] for one in done) == 1
    assert {one["why"] for one in done if not one["ok"]} == {"already"}
    (row,) = town.rows(t.meal_order)
    assert (row.state, row.ended_at) == ("served", town.clock.now())


def test_what_is_handed_out_and_what_is_still_to_be_paid(lunch: Lunch) -> None:
    order = lunch.order(2, 1)
    done = serve(at_noon(lunch), lunch.codes[0])
    assert done == {
        "ok": True,
        "meal_order_id": order,
        "number": 5001,
        "meal": "lunch",
        "dishes": "红烧肉 ×2、白菜豆腐 ×1",
        "portions": 3,
        "how": "pickup",
        "collect_cents": 3600,
    }
    again = serve(lunch, lunch.codes[0])
    assert (again["why"], again["at"]) == ("already", lunch.town.clock.now().isoformat())


@pytest.mark.parametrize("who", ["赵敏", "孙丽"])
def test_another_units_people_find_no_code(lunch: Lunch, who: str) -> None:
    lunch.order(1)
    assert serve(at_noon(lunch), lunch.codes[0], who)["why"] == "unknown"
    assert lunch.town.rows(t.meal_order)[0].state == "placed"


def test_a_wrong_code_a_cancelled_one_and_a_wrong_menu(lunch: Lunch) -> None:
    lunch.cancel(lunch.order(1))
    lunch.order(1)
    at_noon(lunch)
    assert serve(lunch, "999999")["why"] == "unknown"
    assert serve(lunch, lunch.codes[0])["why"] == "closed"
    assert serve(lunch, lunch.codes[1], menu_id=lunch.menu + 1)["why"] == "unknown"
    assert serve(lunch, lunch.codes[1], menu_id=lunch.menu)["ok"]


def test_of_two_meals_with_one_code_the_one_that_is_served_now(lunch: Lunch) -> None:
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        dinner = lunch.menu_at(work, "dinner", 16, 18)
    lunch.order(1, code="424242", menu=dinner)
    lunch.order(0, 1, code="424242")
    at_noon(lunch)
    assert serve(lunch, "424242")["dishes"] == "白菜豆腐 ×1"
    assert serve(lunch, "424242")["why"] == "already"  # the other one is for the evening
    lunch.at(16)
    assert serve(lunch, "424242")["dishes"] == "红烧肉 ×1"


def test_of_two_canteens_with_one_code_none_is_guessed(lunch: Lunch) -> None:
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        work.conn.execute(update(t.canteen).values(name="幸福食堂"))
    other = Lunch(lunch.town, made=10)
    lunch.order(1, code="424242")
    other.order(0, 1, code="424242")
    at_noon(lunch)
    lunch.town.do(Freeze(other.menu, 0))
    refused = serve(lunch, "424242")
    assert refused["why"] == "not_same"
    assert "扫居民手机上的二维码" in served(refused, "424242")
    assert {row.state for row in lunch.town.rows(t.meal_order)} == {"placed"}
    assert serve(lunch, "424242", canteen_id=other.canteen)["dishes"] == "白菜豆腐 ×1"
    assert serve(lunch, "424242")["why"] == "not_same"  # whoever comes twice gets nobody else's
    assert serve(lunch, "424242", canteen_id=lunch.canteen)["dishes"] == "红烧肉 ×1"


def test_tomorrows_and_yesterdays_codes_say_so(lunch: Lunch) -> None:
    day = lunch.town.rows(t.menu)[0].day
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        menus = [lunch.menu_at(work, "lunch", 11, 13, day + timedelta(days=days)) for days in (1, -1)]
    for menu in menus:
        lunch.order(1, menu=menu, day=lunch.town.rows(t.menu, id=menu)[0].day)
    at_noon(lunch)
    early, late = (serve(lunch, code) for code in lunch.codes)
    assert (early["why"], early["day"], early["meal"]) == ("too_soon", "3 月 3 日（周二）", "lunch")
    assert (late["why"], late["day"]) == ("too_late", "3 月 1 日（周日）")


def test_who_has_not_come_and_what_was_delivered(lunch: Lunch) -> None:
    lunch.order(1)
    lunch.order(1)
    lunch.order(1, how="delivery")
    lunch.cancel(lunch.order(1))
    at_noon(lunch)
    serve(lunch, lunch.codes[0])
    lunch.at(13, 59)
    assert lunch.town.do(MissMeals(lunch.menu))["why"] == "too_soon"
    lunch.at(14)
    assert lunch.town.do(MissMeals(lunch.menu)) == {
        "ok": True,
        "missed": 1,
        "delivered": 1,
        "served": 2,
        "not_delivered": 0,
    }
    assert [row.state for row in lunch.town.rows(t.meal_order)] == [
        "served",
        "no_show",
        "served",
        "cancelled",
    ]
    assert lunch.town.do(MissMeals(lunch.menu))["why"] == "already"
    (told,) = lunch.town.told("meal_over")
    assert (told.facts["missed"], told.facts["served"]) == (1, 2)
    over = [row for row in lunch.town.rows(t.timer) if row.kind == "meal_over"]
    assert [row.due_at for row in over] == [lunch.town.clock.now()]


def test_the_money_of_who_did_not_come_goes_back_where_the_town_says_so(lunch: Lunch) -> None:
    lunch.town.store.limits = {**LIMITS, "no_show_refund": True}
    paid = {"pays": "balance", "paid_at": lunch.town.clock.now()}
    account = {"account_id": lunch.town.resident().account_id}
    for more in ({**paid, **account}, account, {**paid, "how": "delivery"}, {"pays": "bill"}):
        lunch.order(1, **more)
    at_noon(lunch)
    lunch.at(14)
    lunch.town.do(MissMeals(lunch.menu))
    lunch.town.do(MissMeals(lunch.menu))
    entries = [(row.kind, row.cents, row.meal_order_id) for row in lunch.town.rows(t.meal_entry)]
    assert entries == [("refund", 1200, 1), ("refund", 1200, 4)]
    assert [row.balance_cents for row in lunch.town.rows(t.meal_account)] == [1200, 0, 1200]
    (told,) = lunch.town.told("meal_refunded")  # who has no account is not called for it
    assert told.facts == {"end": "pickup", "number": 5001, "meal": "3 月 2 日午餐", "refund": "12 元"}


def test_what_is_paid_at_the_counter_is_written_down(lunch: Lunch) -> None:
    lunch.order(1)
    at_noon(lunch)
    serve(lunch, lunch.codes[0])
    serve(lunch, lunch.codes[0])
    assert [(row.kind, row.cents, row.by) for row in lunch.town.rows(t.meal_entry)] == [
        ("counter", 1200, "worker"),
        ("meal", -1200, "worker"),
    ]
    assert lunch.town.rows(t.meal_order)[0].paid_at == lunch.town.clock.now()


def test_a_code_that_was_used_is_not_taken_for_tomorrows(lunch: Lunch) -> None:
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        tomorrow = lunch.menu_at(work, "lunch", 11, 13, lunch.town.rows(t.menu)[0].day + timedelta(days=1))
    lunch.order(1, code="4242")
    lunch.order(1, code="4242", menu=tomorrow)
    at_noon(lunch)
    assert serve(lunch, "4242")["ok"]
    assert serve(lunch, "4242")["why"] == "already"


def test_who_comes_late_still_gets_it_unless_the_money_went_back(lunch: Lunch) -> None:
    for _ in range(2):
        lunch.order(1)
    at_noon(lunch)
    lunch.at(14)
    lunch.town.do(MissMeals(lunch.menu))
    assert serve(lunch, lunch.codes[0])["ok"]
    lunch.town.store.limits = {**LIMITS, "no_show_refund": True}
    assert serve(lunch, lunch.codes[1])["why"] == "too_late"


def test_the_list_of_who_has_not_come_is_for_the_canteen_alone(lunch: Lunch) -> None:
    lunch.order(1, how="delivery", home=lunch.town.home("幸福小区", "3", "2", "602"))
    (box,) = lunch.town.see(boxes, lunch.town.staff("李华"), lunch.menu)
    assert (box.place, box.door, box.tail) == ("幸福小区 3 号楼", "2 单元 602 室", "5678")
    assert lunch.town.see(boxes, lunch.town.staff("赵敏"), lunch.menu) == ()


def test_the_qr_code_of_a_meal_is_read_again() -> None:
    assert read_code(code_text(12, "012345")) == (12, "012345")
    assert read_code("0123") == (None, "0123")
    for wrong in ("", "123", "1234567", "a12345", "１２３４５６７", "-123456", "12-", "核销"):
        assert read_code(wrong) is None, wrong
