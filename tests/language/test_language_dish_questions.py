"""What people ask for by the name of a dish, and when a sentence is nothing but one."""

from __future__ import annotations

import pytest

from bot.language.dish_questions import asked_dish, dishes_meant, named_dish

COOKED = ("红烧肉", "番茄炒蛋", "清蒸鲈鱼", "家常豆腐")


@pytest.mark.parametrize(
    ("text", "dish"),
    [
        ("有没有红烧肉", "红烧肉"),
        ("请问今天中午有没有红烧肉？", "红烧肉"),
        ("还有没有红烧肉呀", "红烧肉"),
        ("有红烧肉吗", "红烧肉"),
        ("有红烧肉没有", "红烧肉"),
        ("红烧肉有伐", "红烧肉"),
        ("红烧肉今天还有吗？", "红烧肉"),
        ("食堂有没有红烧肉这道菜", "红烧肉"),
    ],
)
def test_who_asks_for_a_dish_names_it(text: str, dish: str) -> None:
    assert asked_dish(text) == dish


@pytest.mark.parametrize(
    "text", ["红烧肉两份", "有没有红烧肉，电梯坏了", "红烧肉多少钱", "有没有两份红烧肉", "有"]
)
def test_other_words_ask_for_none(text: str) -> None:
    asked = asked_dish(text)
    assert not (asked and dishes_meant(asked, COOKED))


def test_what_is_no_dish_of_the_canteen_is_none() -> None:
    assert dishes_meant("人", COOKED) == []
    assert dishes_meant("老年证", COOKED) == []
    assert dishes_meant("鱼", COOKED) == ["清蒸鲈鱼"]


@pytest.mark.parametrize("text", ["有人吗", "有没有人", "有没有水", "有没有药", "有没有电", "有事吗"])
def test_one_character_that_is_no_food_is_no_dish(text: str) -> None:
    dishes = ("人参鸡汤", "水煮鱼", "药膳排骨", "电烤鸡", "事事如意羹")
    assert dishes_meant(asked_dish(text), dishes) == []


@pytest.mark.parametrize(
    ("text", "dish"),
    [
        ("红烧肉", "红烧肉"),
        ("红烧肉！", "红烧肉"),
        ("西红柿炒蛋", "番茄炒蛋"),
        ("豆腐", ""),
        ("红烧肉两份", ""),
        ("红烧", ""),
        ("2", ""),
    ],
)
def test_a_bare_name_is_a_dish_by_its_name_or_its_other_name(text: str, dish: str) -> None:
    assert named_dish(text, COOKED) == dish
