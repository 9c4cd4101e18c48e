"""What people say of the canteen: questions about it, first words of an order, what they do not eat."""

from __future__ import annotations

import pytest

from bot.language.canteens import asks_canteen
from bot.language.diets import DietSaid, read_diet
from bot.language.ordering import meal_wishes
from bot.language.portions import Portion, find_portions, find_strangers

MENU = ("鸡汤面", "红烧肉")


@pytest.mark.parametrize(
    "text",
    [
        "食堂几点开门",
        "食堂在哪里",
        "食堂电话多少",
        "订餐怎么收费",
        "午饭多少钱",
        "送饭要钱吗",
        "可以送餐吗",
        "订餐截止到几点",
        "晚饭最晚几点订",
    ],
)
def test_a_question_about_the_canteen_is_one(text: str) -> None:
    assert asks_canteen(text)
    assert meal_wishes(text) == ("canteen",)


@pytest.mark.parametrize(
    "text",
    [
        "食堂的灯坏了",
        "助餐补贴怎么办",
        "我的饭几点到",
        "红烧肉两份",
        "几点了",
        "电话多少",
        "饭卡在哪里充值",
        "晚饭怎么还没送到",
        "食堂几点开门，电梯坏了",
    ],
)
def test_other_words_are_none(text: str) -> None:
    assert not asks_canteen(text)


@pytest.mark.parametrize(
    "text",
    ["两百份红烧肉", "红烧肉两份", "昨天的午饭", "后天晚餐", "帮我把饭送上来", "送饭上门", "我妈也要订餐"],
)
def test_an_order_is_heard_however_odd_it_is(text: str) -> None:
    assert meal_wishes(text)[0] in ("order", "maybe_order")


@pytest.mark.parametrize(
    "text", ["两份红烧肉没送到", "红烧肉两份都凉了", "昨天", "两个电梯坏了", "昨天午饭的碗碎了"]
)
def test_a_complaint_is_no_order(text: str) -> None:
    assert not {"order", "maybe_order"} & set(meal_wishes(text))


@pytest.mark.parametrize(
    "text",
    [
        "鸡汤面两份自己取",
        "鸡汤面两份去拿",
        "鸡汤面两份来拿",
        "鸡汤面2份女儿来拿",
        "鸡汤面两份谢谢师傅",
        "鸡汤面两份到食堂吃",
    ],
)
def test_what_follows_a_counted_dish_is_no_dish(text: str) -> None:
    assert find_portions(text, MENU) == [Portion("鸡汤面", 2)]
    assert find_strangers(text, MENU) == []


@pytest.mark.parametrize("text", ["红烧肉两份佛跳墙一份", "两份佛跳墙", "鸡汤面和佛跳墙各一份"])
def test_a_counted_dish_that_is_not_on_the_menu_is_told(text: str) -> None:
    assert find_strangers(text, MENU) == ["佛跳墙"]


def test_what_no_list_of_dishes_knows_is_kept_as_a_note() -> None:
    assert read_diet("我不吃辣") == DietSaid(note="辣")
    assert read_diet("不吃香菜和花生") == DietSaid(allergens=("peanut",), note="香菜")


@pytest.mark.parametrize("text", ["不吃了", "不吃饭", "不要吃药了", "晚饭不吃了", "不吃这一套"])
def test_other_things_not_eaten_are_no_diet(text: str) -> None:
    assert read_diet(text) is None
