"""Things and how many of each, a day, a temperature: read, edited, volunteered; and how a talk goes with them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.frames import pack, unpack
from bot.talk import (
    Confirm,
    Day,
    Do,
    Items,
    Look,
    Number,
    Question,
    Said,
    Say,
    Script,
    Several,
    Temperature,
    Took,
    World,
    Wrong,
    dialog,
)
from tests.engine.stage import Chat

THINGS = {"fish": "红烧鱼", "tofu": "炖豆腐", "rice": "米饭"}
ITEMS = Items("items", "要什么？", things=THINGS, most=9)
DAY = Day(
    "day",
    "哪天？",
    today="2030-05-06",
    first="2030-05-06",
    last="2030-05-12",
    offered=("2030-05-07", "2030-05-08"),
)
HEAT = Temperature("heat", "多少度？")


def found(what: str, text: Any) -> None:
    """A register in which nothing is found."""


def value(reading: Any) -> Any:
    """What was understood; the class of a reading that is no answer."""
    return reading.value if isinstance(reading, Took) else reading if reading is None else type(reading)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("两份红烧鱼和一碗米饭", {"fish": 2, "rice": 1}),
        ("红烧鱼，炖豆腐各一份", {"fish": 1, "tofu": 1}),
        ("2", {"tofu": 1}),
        ("洪烧鱼三份", {"fish": 3}),
        ("两三份红烧鱼", Several),
        ("红烧鱼半份", Wrong),
        ("红烧鱼二十份", Wrong),
        ("随便", None),
        ("9", None),
    ],
)
def test_things_are_read_from_one_sentence(text: str, counts: Any) -> None:
    assert value(ITEMS.read(Said(text), None, found)) == counts


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("加一份豆腐", {"fish": 2, "rice": 1, "tofu": 1}),
        ("再来一碗米饭", {"fish": 2, "rice": 2}),
        ("不要米饭", {"fish": 2}),
        ("米饭不要了", {"fish": 2}),
        ("少一份红烧鱼", {"fish": 1, "rice": 1}),
        ("红烧鱼改成三份", {"fish": 3, "rice": 1}),
        ("红烧鱼换成炖豆腐", {"tofu": 2, "rice": 1}),
        ("不是红烧鱼是炖豆腐", {"tofu": 2, "rice": 1}),
        ("红烧鱼换成三份炖豆腐", {"tofu": 3, "rice": 1}),
        ("加九份红烧鱼", Wrong),
        ("加两三份红烧鱼", None),
        ("自取", None),
        ("好的", None),
        ("加油", None),
        ("不要辣", None),
        ("不要送到家", None),
    ],
)
def test_things_are_edited_by_later_sentences(text: str, counts: Any) -> None:
    assert value(ITEMS.edited(Said(text), {"fish": 2, "rice": 1}, found)) == counts


@pytest.mark.parametrize(
    ("text", "counts"), [("改成三份", {"fish": 3}), ("加一份", {"fish": 3}), ("不要红烧鱼", Wrong)]
)
def test_of_one_thing_the_number_is_enough(text: str, counts: Any) -> None:
    assert value(ITEMS.edited(Said(text), {"fish": 2}, found)) == counts


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("明天", "2030-05-07"),
        ("后天中午吧", "2030-05-08"),
        ("10号", "2030-05-10"),
        ("2", "2030-05-08"),
        ("昨天", Wrong),
        ("20号", Wrong),
        ("明天和后天", Wrong),
        ("都行", None),
    ],
)
def test_a_day(text: str, day: Any) -> None:
    assert value(DAY.read(Said(text), None, found)) == day


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("36.5", 36.5),
        ("三十六度八", 36.8),
        ("38", 38.0),
        ("366", 36.6),
        ("20", Wrong),
        ("我36.5 他37.2", Wrong),
        ("正常", None),
    ],
)
def test_a_temperature(text: str, degrees: Any) -> None:
    assert value(HEAT.read(Said(text), None, found)) == degrees


@pytest.mark.parametrize(
    ("question", "text", "given"),
    [
        (ITEMS, "明天中午订两份红烧鱼", {"fish": 2}),
        (ITEMS, "1", None),
        (DAY, "明天中午订两份红烧鱼", "2030-05-07"),
        (DAY, "订饭", None),
        (DAY, "昨天订的饭", None),
        (HEAT, "我妈今天体温36.5", 36.5),
        (HEAT, "打卡", None),
        (Number("count", "几份？", unit="份"), "订两份红烧鱼", 2),
        (Number("count", "几份？"), "订两份红烧鱼", None),
        (Confirm("sure", "好吗？"), "好的订两份红烧鱼", None),
    ],
)
def test_what_the_opening_sentence_answers(question: Question[Any], text: str, given: Any) -> None:
    assert question.volunteered(Said(text), found) == given


@pytest.mark.parametrize("question", [ITEMS, DAY, HEAT])
def test_they_are_stored_as_they_were_shown(question: Question[Any]) -> None:
    assert unpack(pack(question)) == question


@dialog("canteen", about="订餐", opens=("canteen",))
def canteen(world: World) -> Script:
    """A canteen of the tests."""
    menu = yield from Look("menu", lambda host: THINGS, fresh=True)
    day = yield from Day(
        "day", "哪天？", "比如“明天”。", today="2030-05-06", first="2030-05-06", last="2030-05-12"
    )
    ask = Items("items", "要什么？", "比如“红烧鱼一份”。", things=menu, most=9)
    items = yield from ask
    if (yield from Confirm("sure", f"{day}：{ask.words(items)}，对吗？")):
        yield from Do("order", ("order", day, items))
        yield Say("订好了。")
    return None


@pytest.fixture
def chat() -> Chat:
    """A talk with a canteen; what opens it is said in its sentences."""
    chat = Chat(canteen)
    heard = chat.host.intents
    chat.host.intents = lambda text: ["canteen"] if "订" in text else heard(text)  # type: ignore[method-assign]
    return chat


def test_what_was_volunteered_is_not_asked_and_edits_are_read_back(chat: Chat) -> None:
    assert "2030-05-07：红烧鱼 2 份，对吗" in chat.says("明天订两份红烧鱼")
    assert "红烧鱼 2 份，米饭 1 份，对吗" in chat.says("加一碗米饭")
    assert "红烧鱼 3 份，米饭 1 份" in chat.says("红烧鱼改成三份")
    assert "炖豆腐 3 份，米饭 1 份" in chat.says("红烧鱼换成炖豆腐")
    assert "炖豆腐 3 份，对吗" in chat.says("不要米饭")
    assert "都不要的话" in chat.says("不要炖豆腐")
    assert "2030-05-08：炖豆腐 3 份" in chat.says("不是明天是后天")
    chat.says("好")
    assert chat.host.done == [("order", "2030-05-08", {"tofu": 3})]


def test_two_readings_of_an_edit_are_asked(chat: Chat) -> None:
    chat.says("明天订红烧鱼一份")
    assert "几份" in chat.says("不对，是两三份红烧鱼")
    assert "红烧鱼 3 份，对吗" in chat.says("2")


def test_after_back_nothing_is_volunteered_again(chat: Chat) -> None:
    chat.says("明天订两份红烧鱼")
    assert chat.says("0").startswith("要什么")
    assert "炖豆腐 1 份" in chat.says("炖豆腐")
