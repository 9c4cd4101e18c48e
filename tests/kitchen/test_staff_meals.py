"""What people of a canteen say in their group about its meals."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert

from bot.clock import real_seconds
from bot.language.staff_meals import read_about_meals
from bot.message import Heard
from handlers import staff_meals, staff_words
from handlers.staff import Staffroom
from models import tables as t
from models.actions.kitchen import Correct, Freeze
from tests.kitchen.scene import NAME, PHONE, Lunch
from tests.words import faults

CHATS = {"LiHua": "wrLinliAnju", "WangWei": "wrLinliAnju", "ZhaoMin": "wrLinliYangguang"}
BOTS = {"LiHua": "anju", "WangWei": "anju", "ZhaoMin": "yangguang"}


class Room:
    """The groups of 安居物业, which runs the canteen, and of 阳光物业, which has none."""

    def __init__(self, lunch: Lunch) -> None:
        self.town = lunch.town
        self.room = Staffroom(self.town.store, self.town.clock)
        self.keys: Iterator[int] = count()

    def says(self, text: str, who: str = "LiHua", chat: str | None = None, **more: Any) -> str:
        now, key = self.town.clock.now(), f"k{next(self.keys)}"
        channel, where = f"wecom_aibot:{BOTS[who]}", CHATS[who] if chat is None else chat
        heard = Heard(channel, key, who, "text", now, chat=where, text=text, **more)
        row = {"key": key, "channel": channel, "sender": who, "payload": heard.to_json()}
        with self.town.store.work(now) as work:
            work.conn.execute(insert(t.inbox).values(**row, received_at=now, next_at=now))
        said = self.room.answer(heard, real_seconds()).words
        assert text == "帮助" or faults(said) == []
        return said


@pytest.fixture
def room(lunch: Lunch) -> Room:
    return Room(lunch)


def freeze(lunch: Lunch) -> None:
    lunch.at(9, 30)
    lunch.town.do(Freeze(lunch.menu, 0))


def corrected(lunch: Lunch) -> None:
    lunch.order(1)
    lunch.town.do(Correct(lunch.menu))


def test_the_count_before_and_after_the_cut_off(lunch: Lunch, room: Room) -> None:
    head = "【备餐】和平长者食堂 3 月 2 日（周一）午餐\n"
    assert room.says("备餐") == f"{head}还没截止（3 月 2 日 09:30 截止），没有人订。"
    lunch.order(2, 1)
    lunch.order(1, how="delivery")
    body = "一共 4 份，2 单：\n红烧肉 3 份\n白菜豆腐 1 份\n自取 3 份，送餐 1 份。"
    assert room.says("@小邻 今天备餐") == f"{head}还没截止（3 月 2 日 09:30 截止），{body}"
    freeze(lunch)
    assert room.says("备餐 午餐") == f"{head}已截止，{body}"
    assert "没有菜单" in room.says("备餐 晚餐")
    assert "没有菜单" in room.says("明天备餐")


def test_a_correction_is_acknowledged_by_number_meal_or_quote(lunch: Lunch, room: Room) -> None:
    lunch.order(1)
    freeze(lunch)
    for _ in range(3):
        corrected(lunch)
    assert "还没确认第 1 次更正：红烧肉 +1" in room.says("备餐")
    asked = room.says("收到")
    assert asked.startswith("有 3 次更正还没确认：\n午餐第 1 次更正：红烧肉 +1\n")
    assert asked.endswith("比如：收到 午餐 1")
    assert room.says("收到 午餐 2") == "记下了，午餐第 2 次更正已有人看到。"
    assert room.says("收到备餐 2") == "第 2 次更正已经有人确认过了。"
    quoted = "【备餐】和平长者食堂 3 月 2 日（周一）午餐\n第 3 次更正：红烧肉 +1"
    assert "第 3 次更正已有人看到" in room.says("收到", quote=quoted)
    assert "第 1 次更正已有人看到" in room.says("收到")
    assert room.says("收到") == "没有等着确认的更正。"
    assert "没有这一次更正" in room.says("收到 9")
    (worker,) = {row.acknowledged_by for row in lunch.town.rows(t.kitchen_count) if row.version > 1}
    assert worker == lunch.town.planted.workers["李华"]


def test_a_meal_is_handed_out_once(lunch: Lunch, room: Room) -> None:
    lunch.order(2, 1)
    freeze(lunch)
    code = lunch.codes[0]
    assert room.says(f"核销 {code}") == "这个码是 3 月 2 日（周一）午餐的，现在还不能领。"
    lunch.at(12)
    assert room.says("核销") == "请写上取餐码，4 到 6 位数字，比如：核销 1234"
    assert room.says("核销 123") == "请写上取餐码，4 到 6 位数字，比如：核销 1234"
    assert "没有这个取餐码" in room.says("核销 999999")
    done = "可以发了：红烧肉 ×2、白菜豆腐 ×1（3 份，午餐）。请收 36 元，已记为收到。"
    assert room.says(f"{code} 核销", "WangWei") == done
    lunch.at(12, 10)
    assert room.says(f"核销 {lunch.menu}-{code}") == "这个码在 12:00 已经领过了，不要再发。"


def test_a_cancelled_meal_and_one_that_was_paid(lunch: Lunch, room: Room) -> None:
    lunch.cancel(lunch.order(1))
    lunch.order(1, pays="balance")
    freeze(lunch)
    lunch.at(12)
    assert room.says(f"核销 {lunch.codes[0]}") == "这一单已经取消了，不要发。"
    assert room.says(f"核销 {lunch.codes[1]}") == "可以发了：红烧肉 ×1（1 份，午餐）。"


def test_another_unit_is_refused(lunch: Lunch, room: Room) -> None:
    lunch.order(1)
    freeze(lunch)
    corrected(lunch)
    lunch.at(12)
    for words in (f"核销 {lunch.codes[0]}", "备餐", "未取"):
        assert room.says(words, "ZhaoMin") == staff_meals.NO_KITCHEN
        assert room.says(words, "LiHua", CHATS["ZhaoMin"]) == staff_words.OTHER_GROUP
    assert room.says("收到 1", "ZhaoMin") == staff_words.NOT_UNDERSTOOD
    assert {row.state for row in lunch.town.rows(t.meal_order)} == {"placed"}
    assert lunch.town.rows(t.kitchen_count)[1].acknowledged_at is None


def test_the_group_reads_who_has_not_come_without_names(lunch: Lunch, room: Room) -> None:
    home = lunch.town.home("幸福小区", "3", "2", "602")
    lunch.order(1, home=home)
    lunch.order(2, how="delivery", home=home)
    freeze(lunch)
    lunch.at(12)
    said = room.says("未取 午餐")
    assert said == (
        "午餐还有 2 单没有领：\n幸福小区 3 号楼，尾号 5678，2 份，送餐\n幸福小区 3 号楼，尾号 5678，1 份，自取\n"
        "姓名和电话请到工作台“备餐”看。"
    )
    for code in lunch.codes:
        room.says(f"核销 {code}")
    assert room.says("没来领") == "午餐都领走、送到了。"


def test_no_answer_in_a_group_says_who_eats(lunch: Lunch, room: Room) -> None:
    lunch.order(1, home=lunch.town.home("幸福小区", "3", "2", "602"))
    freeze(lunch)
    corrected(lunch)
    lunch.at(12)
    for words in ("备餐", "未取", "收到", f"核销 {lunch.codes[0]}"):
        said = room.says(words)
        assert not any(secret in said for secret in (NAME, PHONE, "602", lunch.codes[1])), words


def test_only_people_of_a_canteen_read_of_its_words(lunch: Lunch, room: Room) -> None:
    assert "核销 1234" in room.says("帮助")
    assert "核销" not in room.says("帮助", "ZhaoMin")


@pytest.mark.parametrize(
    "words",
    ["收到，马上去修", "收到 1024", "知道了师傅", "完成 1024 已送到", "接 1024", "备餐间漏水", "没领到钥匙"],
)
def test_other_words_are_no_meals(words: str) -> None:
    assert read_about_meals(words) is None
