"""Which meal of which day; several dishes at once, those that are not there, the usual; what changes two answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    Took,
    World,
    Wrong,
    dialog,
    meal_label,
)
from dialogs.meal_three import became
from tests.engine.stage import Chat

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


def found(what: str, text: Any) -> None:
    """A register in which nothing is found."""


def value(reading: Any) -> Any:
    """What was understood; the class of a reading that is no answer."""
    return reading.value if isinstance(reading, Took) else reading if reading is None else type(reading)


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


DISHES = {"1": "红烧肉", "2": "糖醋排骨", "3": "椒盐排骨", "4": "炖豆腐", "5": "米饭", "6": "番茄炒蛋"}
ITEMS = Items(
    "items",
    "要什么？",
    things=DISHES,
    listed={"1": "红烧肉 12 元", "4": "炖豆腐 8 元", "5": "米饭 1 元"},
    whole={"usual:4x1": "老样子：炖豆腐 1 份"},
    parts={"usual:4x1": {"4": 1}},
    lacking={"狮子头": "狮子头卖完了，可以换红烧肉。"},
    calls={"all": ["一日三餐"]},
    left={"1": 2},
)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("1", {"usual:4x1": 1}),
        ("老样子", {"usual:4x1": 1}),
        ("老样子，再加一碗米饭", {"4": 1, "5": 1}),
        ("2", {"1": 1}),
        ("2和4", {"1": 1, "5": 1}),
        ("2号两份，4号一份", {"1": 2, "5": 1}),
        ("3、4各两份", {"4": 2, "5": 2}),
        ("番茄炒蛋", {"6": 1}),
        ("西红柿炒鸡蛋两份", {"6": 2}),
        ("洪烧肉一份，米饭两碗", {"1": 1, "5": 2}),
        ("一日三餐", {"all": 1}),
        ("排骨一份", Several),
        ("红绕肉一份", Several),
        ("两三份豆腐", Several),
        ("佛跳墙", Wrong),
        ("红烧肉一份，佛跳墙一份", Wrong),
        ("狮子头一份", Wrong),
        ("红烧肉三份", Wrong),
        ("红烧肉0份", Wrong),
        ("零份米饭", Wrong),
        ("99份米饭", Wrong),
        ("米饭两百份", Wrong),
        ("米饭99999份", Wrong),
        ("米饭-1份", Wrong),
        ("米饭1.5份", Wrong),
        ("几份米饭", Wrong),
        ("1和2", None),
        ("2和9", None),
        ("9", None),
        ("嗯嗯啊啊", None),
        ("不知道", None),
        ("送到家", None),
    ],
)
def test_dishes_are_picked_by_number_and_name(text: str, counts: Any) -> None:
    assert value(ITEMS.read(Said(text), None, found)) == counts


ABSENT = Items(
    "items",
    "要什么？",
    things={"1": "红烧牛肉", "2": "家常豆腐", "3": "番茄炒蛋", "4": "米饭"},
    absent=("红烧肉", "红烧牛肉面", "豆腐羹", "麻婆豆腐"),
    at="今天午餐",
)


@pytest.mark.parametrize(
    "text",
    ["红烧肉", "红烧肉两份", "两份红烧肉送到家", "我想吃红烧肉", "米饭一碗，红烧肉一份", "红烧肉套餐一份",
     "一份红烧肉饭", "今天中午红烧肉一份", "来一份红烧牛肉面", "麻婆豆腐"],
)  # fmt: skip
def test_a_dish_of_other_days_is_not_taken_for_one_that_is_like_it(text: str) -> None:
    for said in (ABSENT.read(Said(text), None, found), ABSENT.volunteered(Said(f"订餐，{text}"), found)):
        assert isinstance(said, Wrong), said
        assert said.why.startswith("今天午餐没有")


@pytest.mark.parametrize(
    "text",
    [
        "换成红烧肉",
        "红烧牛肉换成红烧肉",
        "再加一份红烧肉",
        "红烧肉改成三份",
        "改成两份红烧肉",
    ],
)
@pytest.mark.parametrize("now", [{"1": 1}, {"1": 1, "2": 1}])
def test_no_edit_takes_what_is_like_an_absent_dish_for_it(text: str, now: dict[str, int]) -> None:
    said = ABSENT.edited(Said(text), now, found)
    assert isinstance(said, Wrong), said
    assert said.why.startswith("今天午餐没有红烧肉。有：红烧牛肉、")


def test_what_is_like_the_absent_dish_is_offered_first() -> None:
    said = ABSENT.read(Said("豆腐羹"), None, found)
    assert isinstance(said, Wrong)
    assert said.why.startswith("今天午餐没有豆腐羹。")
    said = ABSENT.read(Said("麻婆豆腐"), None, found)
    assert said == Wrong(
        "今天午餐没有麻婆豆腐。有：家常豆腐、红烧牛肉、番茄炒蛋、米饭。请换一样，写名字就行。"
    )


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("红烧牛肉", {"1": 1}),
        ("洪烧牛肉一份", {"1": 1}),
        ("佳常豆腐", {"2": 1}),
        ("牛肉两份", {"1": 2}),
        ("豆腐两份", {"2": 2}),
        ("家长豆腐", Several),
        ("西红柿炒鸡蛋", {"3": 1}),
        ("不要红烧肉，番茄炒蛋一份", {"3": 1}),
    ],
)
def test_what_is_misheard_or_cut_short_is_still_found_beside_absent_dishes(text: str, counts: Any) -> None:
    assert value(ABSENT.read(Said(text), None, found)) == counts


def test_words_that_may_mean_two_dishes_are_asked() -> None:
    asked = ITEMS.read(Said("排骨两份，米饭一份"), None, found)
    assert isinstance(asked, Several)
    assert asked.options == {"糖醋排骨 2 份": {"2": 2, "5": 1}, "椒盐排骨 2 份": {"3": 2, "5": 1}}


def test_what_is_not_there_is_named_with_what_there_is() -> None:
    said = ITEMS.read(Said("红烧肉一份，佛跳墙一份"), None, found)
    assert isinstance(said, Wrong)
    assert "没有“佛跳墙”" in said.why
    assert "炖豆腐" in said.why


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("换成豆腐", Several),
        ("红烧肉换成豆腐", {"4": 1, "5": 1}),
        ("换成佛跳墙", Wrong),
        ("红烧肉换成狮子头", Wrong),
        ("改成三份", Several),
        ("红烧肉改成0份", Wrong),
        ("红烧肉两份", {"1": 2, "5": 1}),
        ("豆腐两份", Several),
        ("改成自取", None),
        ("改成明天", None),
    ],
)
def test_a_basket_is_edited(text: str, counts: Any) -> None:
    assert value(ITEMS.edited(Said(text), {"1": 1, "5": 1}, found)) == counts


def test_the_opening_edits_what_there_is() -> None:
    now = Items("items", "要什么？", things=DISHES, now={"1": 1})
    assert now.volunteered(Said("改成三份"), found) == {"1": 3}
    assert now.volunteered(Said("换成豆腐"), found) == {"4": 1}
    assert now.volunteered(Said("明天午餐换成豆腐"), found) == {"4": 1}


BASKETS = st.dictionaries(st.sampled_from(["2", "4", "5", "6"]), st.integers(1, 20), min_size=1, max_size=4)


@given(BASKETS)
def test_a_basket_that_is_read_back_is_understood_as_it_is(basket: dict[str, int]) -> None:
    said = Items("items", "要什么？", things=DISHES)
    assert said.read(Said(said.words(basket)), None, found) == Took(basket)


@given(
    BASKETS,
    st.sampled_from(["加", "少", "改成", "不要", "换成", ""]),
    st.sampled_from([*DISHES.values(), "佛跳墙", ""]),
    st.sampled_from(["", "0份", "一份", "两三份", "3份", "25份", "两百份", "-1份"]),
    st.booleans(),
)
def test_no_edit_makes_a_basket_that_may_not_be(
    basket: dict[str, int], verb: str, dish: str, count: str, behind: bool
) -> None:
    said = Items("items", "要什么？", things=DISHES, total=40)
    words = f"{dish}{verb}{count}" if behind else f"{verb}{count}{dish}"
    edits = [said.edited(Said(words), basket, found), said.restated(Said(words), basket, found)]
    for edit in edits:
        options = list(edit.options.values()) if isinstance(edit, Several) else []
        for one in [edit.value] if isinstance(edit, Took) else options:
            assert one
            assert all(0 < n <= said.most for n in one.values())
            assert sum(one.values()) <= said.total


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
