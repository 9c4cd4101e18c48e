"""Which meal of which day; what changes two answers; how they are stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.frames import pack, unpack
from bot.talk import (
    Choice,
    Confirm,
    Do,
    Items,
    Look,
    Meal,
    Question,
    Said,
    Say,
    Script,
    Several,
    World,
    Wrong,
    dialog,
    meal_label,
)
from dialogs.meal_three import became
from tests.engine.asking import found, value
from tests.engine.stage import Chat
from tests.engine.test_dishes_question import ABSENT, ITEMS

TODAY = "2030-05-06"  # a Monday


def a_meal(day: str, meal: str, canteen: str = "和平食堂") -> dict[str, str]:
    return {"day": day, "meal": meal, "canteen": canteen, "label": meal_label(day, meal, TODAY)}


MEALS = {
    "11": a_meal("2030-05-06", "dinner"),
    "21": a_meal("2030-05-07", "breakfast"),
    "22": a_meal("2030-05-07", "lunch"),
    "23": a_meal("2030-05-07", "dinner"),
    "24": a_meal("2030-05-07", "lunch", "阳光食堂"),
    "31": a_meal("2030-05-08", "lunch"),
}
MEAL = Meal(
    "meal",
    "哪一餐？",
    meals=MEALS,
    today=TODAY,
    first="11",
    offered=("11", "21", "22"),
    closed={f"{TODAY} lunch": "今天午餐截止了。"},
)


@pytest.mark.parametrize(
    ("said", "told"),
    [("6月22日午饭", "您没有订 6 月 22 日（周六）午餐。"), ("明天早饭", None)],
)
def test_a_meal_that_is_not_there_is_named(said: str, told: str | None) -> None:
    reading = replace(MEAL, none="您没有订{what}。").named(said)
    assert (reading.why if isinstance(reading, Wrong) else None) == told


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("sold_out", "卖完"),
        ("full", "订满"),
        ("too_late", "截止"),
        ("already", "已经订过"),
        ("not_served", "不送到"),
        ("cap", "最多订 9 份"),
        ("unknown", "有变化"),
    ],
)
def test_of_several_meals_each_says_why_it_could_not_be_had(why: str, told: str) -> None:
    said = became({"label": "明天午餐"}, {"ok": False, "why": why, "most": 9})
    assert said.startswith("明天午餐没有订上，")
    assert told in said
    assert "{" not in said


@pytest.mark.parametrize(
    ("text", "meal"),
    [
        ("2", "21"),
        ("今天晚饭", "11"),
        ("晚上", "11"),
        ("夜饭", "11"),
        ("明天中午", "22"),
        ("明天12点", "22"),
        ("明天十二点送来", "22"),
        ("明天中午12点", "22"),
        ("明天晚上6点", "23"),
        ("早饭", "21"),
        ("后天", "31"),
        ("明天阳光食堂的午饭", "24"),
        ("阳光食堂", "24"),
        ("中午", Wrong),
        ("昨天的午饭", Wrong),
        ("明天和后天", Wrong),
        ("午饭和晚饭", Wrong),
        ("大后天晚上", Wrong),
        ("明天", Several),
        ("明天晚上12点", Several),
        ("随便", None),
        ("一日三餐", None),
    ],
)
def test_a_meal(text: str, meal: Any) -> None:
    assert value(MEAL.read(Said(text), None, found)) == meal


def test_what_is_over_is_said_by_name() -> None:
    over = MEAL.read(Said("今天中午"), None, found)
    assert isinstance(over, Wrong)
    assert over.why == "今天午餐截止了。"
    past = MEAL.read(Said("昨天中午"), None, found)
    assert isinstance(past, Wrong)
    assert "5 月 5 日" in past.why


@pytest.mark.parametrize(
    ("text", "meal"),
    [("订餐", "11"), ("明天中午两份红烧肉", "22"), ("两份红烧肉", "11"), ("今天中午红烧肉", Wrong)],
)
def test_the_opening_names_a_meal_or_means_the_next_one(text: str, meal: Any) -> None:
    given = MEAL.volunteered(Said(text), found)
    assert (type(given) if isinstance(given, Wrong) else given) == meal


@pytest.mark.parametrize(
    ("text", "meal"), [("明天中午", "22"), ("今天晚饭", None), ("不要晚饭", None), ("好", None)]
)
def test_another_meal_said_later_changes_it(text: str, meal: Any) -> None:
    assert value(MEAL.edited(Said(text), "11", found)) == meal


HOW = Choice("how", "怎么取？", choices={"a": "自己取", "b": "送到家"}, words={"b": ["送上门"]}, sure="a")


@pytest.mark.parametrize(("text", "how"), [("订餐", "a"), ("两份送上门", "b"), ("不要送上门", "a")])
def test_other_words_choose_too(text: str, how: str) -> None:
    assert HOW.volunteered(Said(text), found) == how


@pytest.mark.parametrize("question", [MEAL, ITEMS, ABSENT, HOW])
def test_they_are_stored_as_they_were_shown(question: Question[Any]) -> None:
    assert unpack(pack(question)) == question


ON_MENU = {"11": {"1": "红烧肉", "5": "米饭"}, "22": {"1": "红烧肉", "4": "炖豆腐"}}


@dialog("canteen", about="订餐", opens=("canteen",))
def canteen(world: World) -> Script:
    """A canteen of the tests, whose menus may change under one's hands."""
    menus = yield from Look("menus", lambda host: host.menu, fresh=True)
    meals = {one: MEALS[one] for one in menus}
    meal = yield from Meal(
        "meal", "哪一餐？", gone="那一餐没了。", meals=meals, today=TODAY, first="11", offered=tuple(meals)
    )
    items = yield from Items("items", f"{MEALS[meal]['label']}要什么？", things=ON_MENU[meal])
    how = yield from Choice(
        "how", "怎么取？", choices={"a": "自己取", "b": "送到家"}, words={"b": ["送上门"]}
    )
    if (yield from Confirm("sure", f"{MEALS[meal]['label']} {items} {how}，对吗？")):
        done = yield from Do("order", ("order", meal, items, how))
        if not done["ok"]:
            again = yield from Choice("again", "没有了，换一餐吗？", choices={"y": "换", "n": "不换"})
            yield from Do("again", ("again", again))
        yield Say("完了。")
    return None


@pytest.fixture
def chat() -> Chat:
    """A talk with that canteen."""
    chat = Chat(canteen)
    chat.host.menu = {"11": "", "22": ""}
    heard = chat.host.intents
    chat.host.intents = lambda text: ["canteen"] if "订" in text else heard(text)  # type: ignore[method-assign]
    return chat


def test_one_sentence_changes_the_meal_and_answers_what_comes_next(chat: Chat) -> None:
    assert chat.says("订餐").startswith("今天晚餐要什么")
    said = chat.says("明天中午红烧肉两份送上门")
    assert said.startswith("好的，改过来了。\n明天午餐 {'1': 2} b，对吗")
    chat.says("好")
    assert chat.host.done == [("order", "22", {"1": 2}, "b")]


def test_one_sentence_changes_two_answers(chat: Chat) -> None:
    chat.talk("订红烧肉一份", "自己取")
    assert "明天午餐 {'1': 3} a" in chat.says("明天中午，红烧肉三份")


def test_a_dish_that_the_other_menu_lacks_is_asked_again(chat: Chat) -> None:
    chat.talk("订米饭一份", "自己取")
    assert "明天午餐要什么" in chat.says("明天中午")


def test_two_readings_of_the_opening_are_asked_at_once(chat: Chat) -> None:
    assert "是几份" in chat.says("订两三份红烧肉")
    assert "怎么取" in chat.says("2")
    assert "{'1': 3}" in chat.says("送上门")


def test_what_the_opening_asks_for_in_vain_is_said(chat: Chat) -> None:
    said = chat.says("订99份红烧肉")
    assert "1 到 20 份" in said
    assert "今天晚餐要什么" in said


def test_a_meal_that_is_over_is_asked_anew_and_the_rest_is_kept(chat: Chat) -> None:
    chat.talk("订红烧肉一份", "自己取")
    chat.host.menu = {"22": ""}
    assert "那一餐没了。\n哪一餐" in chat.says("好")
    assert "明天午餐 {'1': 1} a" in chat.says("1")


def test_nothing_is_looked_at_anew_once_something_was_done_with_it(chat: Chat) -> None:
    chat.talk("订红烧肉一份", "自己取")
    chat.host.full = True
    assert "没有了，换一餐吗" in chat.says("好")
    chat.host.menu, chat.host.full = {}, False
    assert chat.says("换") == "完了。"
    assert chat.host.done == [("again", "y")]
