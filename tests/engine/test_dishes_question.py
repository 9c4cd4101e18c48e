"""Several dishes at once, those that are not there, the usual; a basket that is edited."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.talk import Items, Said, Several, Took, Wrong
from tests.engine.asking import found, value

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


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("三份", {"4": 3}),
        ("要三份", {"4": 3}),
        ("我想要 3 份！", {"4": 3}),
        ("那就来五份吧", {"4": 5}),
        ("两三份", Several),
        ("一份", Wrong),
        ("99份", Wrong),
        ("3", None),
        ("三楼", None),
        ("三份报纸", Wrong),
        ("要三份送到家", None),
    ],
)
def test_an_amount_alone_is_of_the_one_thing_there_is(text: str, counts: Any) -> None:
    assert value(ITEMS.edited(Said(text), {"4": 1}, found)) == counts


def test_of_two_things_it_is_asked_of_which_there_are_so_many() -> None:
    asked = ITEMS.edited(Said("要三份"), {"4": 1, "5": 1}, found)
    assert isinstance(asked, Several)
    assert asked.options == {"炖豆腐 3 份": {"4": 3, "5": 1}, "米饭 3 份": {"4": 1, "5": 3}}


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
