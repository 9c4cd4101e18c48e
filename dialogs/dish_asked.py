"""住户: 订餐
机器人: 您住在哪里
住户: 幸福小区3号楼2单元602
机器人: 绑定好了 想吃什么
住户: 有没有鸡汤面
机器人: 鸡汤面 今天晚餐 12 元 要订 想吃什么
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.language.dish_questions import asked_dish, dishes_meant
from bot.talk import Look, Say, Script, World, dialog, meal_label
from models import views
from models.rules.money import yuan

MOST_DISHES = 3  # that one word may mean
MOST_MEALS = 4  # that are named

Meal = dict[str, Any]


@dialog("dish_asked", about="问有没有菜", opens=("dish_asked",), aside=True, informs=True)
def dish_asked(world: World) -> Script:
    """Whether there is a dish, on which of the menus and how dear, from the canteen's own record."""
    asked = asked_dish(world.opening.text)
    found = yield from Look("found", found_on, world.who.person_id, asked)
    there = next(((name, meal) for name, meals in found.items() for meal in meals if meal["left"] > 0), None)
    how = f"要订，说“{there[1]['label']}{there[0]}一份”。" if there else "看有什么菜，请回复 订餐。"
    yield Say("\n".join([*(line(name, meals) for name, meals in found.items()), how]))
    return None


def found_on(work: Any, person_id: int, asked: str) -> dict[str, list[Meal]]:
    """The dishes that may be meant, each with the meals on whose menus it is, the earliest first."""
    today = views.today(work).isoformat()
    offered = [
        (
            dish["name"],
            {"label": meal_label(menu["day"], menu["meal"], today), **there_is(dish, menu["left"])},
        )
        for menu in views.menus_open(work, person_id)
        for dish in menu["dishes"]
    ]
    names = dishes_meant(asked, list(dict.fromkeys(name for name, _ in offered)))
    names = names or dishes_meant(asked, views.dishes_known(work, person_id))
    return {one: [meal for name, meal in offered if name == one] for one in names[:MOST_DISHES]}


def there_is(dish: Mapping[str, Any], room: int) -> Meal:
    """What a portion costs, and how many are left of the dish where the whole menu has `room` for so many."""
    return {"cents": dish["cents"], "left": room if dish["left"] is None else min(dish["left"], room)}


def line(name: str, meals: Sequence[Mapping[str, Any]]) -> str:
    """One dish: when it is there and what it costs, when it is sold out.

    >>> today = {"label": "今天午餐", "cents": 1800, "left": 0}
    >>> line("红烧肉", [today, today | {"label": "明天午餐", "left": 5}])
    '红烧肉：明天午餐有，每份 18 元；今天午餐卖完了。'
    >>> line("红烧肉", [])
    '红烧肉：现在能订的几餐都没有。'
    """
    there = [one for one in meals if one["left"] > 0][:MOST_MEALS]
    gone = [one["label"] for one in meals if one["left"] <= 0][:MOST_MEALS]
    said = [f"{'、'.join(one['label'] for one in there)}有，每份 {price(there)}"] if there else []
    said += [f"{'、'.join(gone)}卖完了"] if gone else []
    return f"{name}：{'；'.join(said) or '现在能订的几餐都没有'}。"


def price(meals: Sequence[Mapping[str, Any]]) -> str:
    """What a portion costs; on several menus it may cost more or less."""
    low, high = min(one["cents"] for one in meals), max(one["cents"] for one in meals)
    return yuan(low) if low == high else f"{yuan(low)}到 {yuan(high)}"
