"""Meals at the door: not delivered with a reason, so that somebody phones; delivered after all; counted once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.language.staff_deliveries import read_about_delivery
from handlers import staff_deliveries, staff_words
from models import tables as t
from models import views
from models.actions.deliveries import Delivered, NotDelivered
from models.actions.desk import SaveUser
from models.actions.kitchen import Freeze, MissMeals, ServeMeal
from models.actions.meal_in_hand import Account, By
from models.views.my_meals import my_meals
from tests.kitchen.scene import NAME, PHONE, Lunch
from tests.kitchen.test_kitchen_pages import HASH, SignIn, audited, paper, read, sign_in
from tests.kitchen.test_staff_meals import Room, room
from tests.town import LIMITS

__all__ = ["room", "sign_in"]

WHY = "家里没人"


@pytest.fixture
def noon(lunch: Lunch) -> Lunch:
    """Two meals go to one home, one to another, one is fetched; it is noon."""
    home = lunch.town.home
    ours = home("幸福小区", "3", "2", "602")
    for name in ("李阿婆", "王大爷"):
        lunch.order(1, how="delivery", home=ours, name=name)
    lunch.order(0, 2, how="delivery", home=home("幸福小区", "1", "1", "101"))
    lunch.order(1)
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        serves = {"estate_id": lunch.town.planted.estates["幸福小区"], "canteen_id": lunch.canteen}
        work.conn.execute(insert(t.estate_canteen).values(serves))
    lunch.at(9, 30)
    lunch.town.do(Freeze(lunch.menu, 0))
    lunch.at(12)
    return lunch


def worker(lunch: Lunch, name: str = "李华") -> int:
    return lunch.town.planted.workers[name]


def missed(lunch: Lunch, order: int = 1, why: str = WHY, name: str = "李华") -> dict[str, Any]:
    return dict(lunch.town.do(NotDelivered(order, why, worker_id=worker(lunch, name))))


def arrived(lunch: Lunch, order: int = 1) -> dict[str, Any]:
    return dict(lunch.town.do(Delivered(order, worker_id=worker(lunch))))


def states(lunch: Lunch) -> list[str]:
    return [row.state for row in lunch.town.rows(t.meal_order)]


def calls(lunch: Lunch) -> list[tuple[str, str, str]]:
    return [(row.kind, row.state, row.words) for row in lunch.town.rows(t.desk_item)]


def test_what_was_not_delivered_counts_once_and_somebody_phones(noon: Lunch) -> None:
    outcomes = [missed(noon) for _ in range(5)]
    assert [one["ok"] for one in outcomes] == [True, False, False, False, False]
    assert {one["why"] for one in outcomes[1:]} == {"already"}
    assert states(noon) == ["no_show", "placed", "placed", "placed"]
    (item,) = noon.town.rows(t.desk_item)
    assert item.person_id == noon.town.rows(t.meal_order)[0].person_id
    words = f"3 月 2 日 的午餐（订餐 5001）没有送到：{WHY}"
    assert calls(noon) == [("meal_not_delivered", "open", words)]
    assert audited(noon) == [("meal_not_delivered", "5001")]


def test_delivered_after_all_undoes_it(noon: Lunch) -> None:
    missed(noon)
    missed(noon, 2)
    outcomes = [arrived(noon) for _ in range(5)]
    assert [one["ok"] for one in outcomes] == [True, False, False, False, False]
    assert states(noon)[:2] == ["served", "no_show"]
    assert [state for _, state, _ in calls(noon)] == ["done", "open"]
    assert noon.town.rows(t.meal_order)[0].missed_sealed == ""
    assert missed(noon)["why"] == "already"  # it was paid at the door, so it was handed over


def test_one_call_about_two_meals_loses_one_line(noon: Lunch) -> None:
    person = noon.town.rows(t.meal_order)[0].person_id
    with noon.town.store.work(noon.town.clock.now()) as work:
        other = update(t.meal_order).where(t.meal_order.c.id == 2)
        work.conn.execute(other.values(person_id=person, meal="dinner"))
    missed(noon)
    missed(noon, 2)
    arrived(noon)
    (call,) = calls(noon)
    assert call[1:] == ("open", f"3 月 2 日 的晚餐（订餐 5002）没有送到：{WHY}")


def test_the_code_of_a_meal_undoes_it_too(noon: Lunch) -> None:
    missed(noon)
    assert noon.town.do(ServeMeal(noon.codes[0], worker_id=worker(noon)))["ok"]
    assert (states(noon)[0], calls(noon)[0][1]) == ("served", "done")


def test_what_nobody_said_anything_about_counts_as_delivered_and_the_rest_does_not(noon: Lunch) -> None:
    missed(noon)
    noon.at(14)
    done = noon.town.do(MissMeals(noon.menu))
    assert (done["served"], done["delivered"], done["missed"], done["not_delivered"]) == (2, 2, 1, 1)
    assert states(noon) == ["no_show", "served", "served", "no_show"]
    (told,) = noon.town.told("meal_over")
    assert told.facts["not_delivered"] == 1
    assert missed(noon, 2)["ok"]  # the volunteer says so an hour later
    assert missed(noon, 4)["why"] == "unknown"  # is fetched


@pytest.mark.parametrize(
    ("hour", "order", "why", "refused"),
    [
        (12, 1, "  ", "needs_words"),
        (12, 99, WHY, "unknown"),
        (0, 1, WHY, "too_soon"),
        (24, 1, WHY, "too_late"),
    ],
)
def test_what_cannot_be_noted(lunch: Lunch, hour: int, order: int, why: str, refused: str) -> None:
    lunch.order(1, how="delivery")
    lunch.at(9, 30)
    lunch.town.do(Freeze(lunch.menu, 0))
    if hour:
        lunch.at(hour)
    assert missed(lunch, order, why)["why"] == refused
    assert states(lunch) == ["placed"]


def test_another_unit_and_a_cancelled_meal_are_refused(noon: Lunch) -> None:
    assert missed(noon, name="赵敏")["why"] == "unknown"
    assert noon.town.do(Delivered(1, worker_id=worker(noon, "赵敏")))["why"] == "unknown"
    noon.cancel(1)
    assert (missed(noon)["why"], arrived(noon)["why"]) == ("closed", "closed")
    assert calls(noon) == []


def test_the_reason_is_sealed_and_without_phone_and_door(noon: Lunch) -> None:
    missed(noon, why=f"打 {PHONE} 没人接，2单元602室 敲门没人")
    sealed = noon.town.rows(t.meal_order)[0].missed_sealed
    assert "没人" not in sealed
    assert not any(secret in calls(noon)[0][2] for secret in (PHONE, "602"))
    person = noon.town.rows(t.meal_order)[0].person_id
    assert noon.town.see(my_meals, person)["订餐"][0]["怎么样了"].startswith("没有送到：打 ")


def test_money_that_went_back_is_taken_again(noon: Lunch) -> None:
    """Where the town gives it back for what nobody took; what has been spent meanwhile cannot be taken."""
    noon.town.store.limits = {**LIMITS, "no_show_refund": True}
    person, account_id = noon.town.rows(t.meal_order)[0].person_id, noon.town.resident().account_id
    with noon.town.store.work(noon.town.clock.now()) as work:
        paid = update(t.meal_order).where(t.meal_order.c.id == 1)
        work.conn.execute(paid.values(pays="balance", paid_at=work.now, account_id=account_id))
    for _ in range(2):
        missed(noon)
        assert [row.balance_cents for row in noon.town.rows(t.meal_account, person_id=person)] == [1200]
        assert arrived(noon)["ok"]
        assert arrived(noon)["why"] == "already"
        assert [row.balance_cents for row in noon.town.rows(t.meal_account, person_id=person)] == [0]
    missed(noon)
    with noon.town.store.work(noon.town.clock.now()) as work:
        account = Account.lock(work, person)
        assert account is not None
        account.enter("meal", -500, By("console", 1))
    assert arrived(noon) == {"ok": False, "why": "no_money", "left": 700}
    told = [one.facts["end"] for one in noon.town.told("meal_refunded")]
    assert told == ["delivery", "taken", "delivery", "taken", "delivery"]
    assert (states(noon)[0], calls(noon)[-1][1]) == ("no_show", "open")


def test_what_was_paid_at_the_door_is_written_down_also_late(noon: Lunch) -> None:
    """An hour after the meal it counts as delivered by itself; whoever brought it says so later, with the money."""
    noon.at(14)
    noon.town.do(MissMeals(noon.menu))
    assert (states(noon)[0], noon.town.rows(t.meal_entry)) == ("served", [])
    assert arrived(noon)["collect_cents"] == 1200
    assert arrived(noon)["why"] == "already"
    assert [(row.kind, row.cents) for row in noon.town.rows(t.meal_entry)] == [
        ("counter", 1200),
        ("meal", -1200),
    ]
    assert noon.town.rows(t.meal_order)[0].paid_at == noon.town.clock.now()


def test_a_volunteer_says_it_in_the_group(noon: Lunch, room: Room) -> None:
    said = room.says("@小邻 没送到 3-2-602 家里没人")
    place = "幸福小区 3 号楼（尾号 5678）"
    assert said == f"记下了：{place}的午餐没有送到，已请社区打电话问。后来送到了请发：送到 尾号 5678"
    assert states(noon) == ["no_show", "no_show", "placed", "placed"]  # who lives together
    assert room.says("没送到 3-2-602 家里没人") == "这一户的午餐已经记过了，不用再发。"
    assert "5678，1 份，没送到" in room.says("未取 午餐")
    assert room.says("送到了 3-2-602 午餐") == f"记下了：{place}的午餐送到了。请收 24 元，已记为收到。"
    assert states(noon) == ["served", "served", "placed", "placed"]
    assert {state for _, state, _ in calls(noon)} == {"done"}
    assert room.says("1-1-101 没送到，敲门没人应").startswith("记下了：幸福小区 1 号楼（尾号 5678）的午餐")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("没送到", staff_deliveries.NEEDS_DOOR),
        ("没送到 家里没人", staff_deliveries.NEEDS_DOOR),
        ("没送到 3-2-602", staff_deliveries.NEEDS_WHY),
        ("没送到 9-9-909 家里没人", staff_deliveries.NOT_FOUND),
        ("没送到 晚餐 3-2-602 家里没人", staff_deliveries.NOT_FOUND),
        ("没送到 阳光花园 3-2-602 家里没人", staff_deliveries.NOT_FOUND),
        ("没送到 尾号 5678 家里没人", staff_deliveries.SEVERAL.format(count=2)),
    ],
)
def test_what_is_missing_is_said(noon: Lunch, room: Room, words: str, answer: str) -> None:
    assert room.says(words) == answer
    assert set(states(noon)) == {"placed"}


def test_another_unit_is_told_so_and_a_code_names_one_meal(noon: Lunch, room: Room) -> None:
    assert room.says("没送到 3-2-602 家里没人", "ZhaoMin") == staff_deliveries.NO_KITCHEN
    assert room.says("没送到 3-2-602 家里没人", "LiHua", "wrLinliYangguang") == staff_words.OTHER_GROUP
    room.says(f"没送到 {noon.codes[1]} 家里没人")
    assert states(noon) == ["placed", "no_show", "placed", "placed"]


def test_nothing_in_the_group_tells_who_eats_and_behind_which_door(noon: Lunch, room: Room) -> None:
    for words in ("没送到 3-2-602 李阿婆住院了", "没送到 3-2-602 李阿婆住院了", "送到 3-2-602", "未取"):
        said = room.says(words)
        assert not any(secret in said for secret in (NAME, "李阿婆", "602", PHONE, "住院")), said


@pytest.mark.parametrize(
    "text",
    ["进度 1024 材料没送到 3-302", "送到", "送到医院了", "完成 1024 已送到", "材料送到 3-302 了", "收到"],
)
def test_what_is_no_delivery(text: str) -> None:
    about = read_about_delivery(text)
    assert about is None


def test_the_page_of_the_rounds(noon: Lunch, sign_in: SignIn) -> None:
    cook = sign_in("cook")
    page = f"/console/meals/routes/{noon.menu}"
    assert "午餐，4 份 看午餐送到哪了" in cook.open("/console/meals/routes").text
    shown = cook.open(page)
    assert "未分配：4 份" in shown.text
    assert not any(secret in shown.text for secret in (NAME, "李阿婆", PHONE, "602"))
    assert audited(noon)[-1] == ("meal_rounds", str(noon.menu))
    for _ in range(5):
        said = cook.send(f"{page}/1", do="missed", words=WHY)
    assert f"没送到：{WHY}" in said.text
    assert "这一单已经记过了" in said.text
    assert "请写为什么没送到" in cook.send(f"{page}/2", do="missed").text
    assert "1 单没送到" in cook.open("/console/meals/routes").text
    assert "没送到 1 单" in cook.open("/console/meals/kitchen").text
    assert f"没送到：{WHY}" in cook.open(f"/console/meals/kitchen/{noon.menu}/left").text
    assert "没送到" in read(paper(cook, noon, "routes"))
    cook.open(page)
    assert "订餐 5001 送到了。请收 12 元，已记为收到。" in cook.send(f"{page}/1", do="arrived").text
    assert calls(noon)[0][1] == "done"
    noon.at(24)
    cook = sign_in("cook")
    assert "只能看，不能再改" in cook.open(page).text
    assert "不能再改" in cook.send(f"{page}/2", do="missed", words=WHY).text


def test_the_page_is_the_canteens_alone(noon: Lunch, sign_in: SignIn) -> None:
    other = sign_in("other")
    page = f"/console/meals/routes/{noon.menu}"
    assert other.open(page).status == 404
    other.open("/console/meals/routes")
    assert other.post(f"{page}/1", do="missed", words=WHY).status == 404
    assert set(states(noon)) == {"placed"}


def test_the_desk_of_the_community_has_the_call(noon: Lunch) -> None:
    missed(noon)
    noon.town.do(SaveUser("admin", "admin", HASH))
    (item,) = noon.town.see(views.desk_items, views.User("admin"))
    assert (item.kind, item.person_id) == ("meal_not_delivered", noon.town.rows(t.meal_order)[0].person_id)
