"""住户: 删除我的信息
机器人: 马上删掉 留下 1. 确定删除 2. 先不删
住户: 2
机器人: 没有删
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.talk import Confirm, Do, Look, Say, Script, World, dialog
from models import views
from models.actions.erasure import ErasePerson
from models.rules.money import yuan

WHAT = (
    "马上删掉：您的微信账号记录、聊天、姓名、电话、住址、忌口、评价里写的话、您发来的照片。\n"
    "留下的：办完的工单、吃过的饭和餐费的账，去掉是谁的、门牌和电话，只用来统计。"
)
WAITS = (
    "您还有 {open} 件报修没办完：师傅要上门，门牌和电话留到办完，办完一两天内删掉。"
    "删了以后，我没法再告诉您这件事的结果。"
)
KEPT = "什么都没有删。"


MEALS = "订好还没吃的 {meals} 顿饭会退掉。"
STANDING = "长期订餐会停掉。"
MONEY = "餐费账户 {number} 号里有 {sum}，删了以后凭账户号到食堂退，请先把号记下来。"
OWED = "餐费账户 {number} 号还欠 {sum}，请到食堂结清。"


def meal_lines(meals: Mapping[str, Any]) -> list[str]:
    """What happens to meals to come and to the money, a line for each that there is."""
    cents = meals["cents"]
    money = (MONEY if cents > 0 else OWED).format(number=meals["number"], sum=yuan(abs(cents)))
    return [
        *([MEALS.format(meals=meals["meals"])] if meals["meals"] else []),
        *([STANDING] if meals["standing"] else []),
        *([money] if cents else []),
    ]


@dialog("erasure", about="删除我的信息", opens=("erase_me",), undone=KEPT, left=KEPT)
def erasure(world: World) -> Script:
    """Says what goes and what stays, asks once, and then knows nobody any more."""
    waits = yield from Look("open", views.open_order_count, world.who.person_id)
    meals = yield from Look("meals", views.meals_left, world.who.person_id)
    yield Say("\n".join([WHAT, *([WAITS.format(open=waits)] if waits else []), *meal_lines(meals)]))
    sure = yield from Confirm(
        "sure",
        "删了不能恢复。确定删除吗？",
        "请回复 1 确定删除，或回复 2 先不删。",
        yes="确定删除",
        no="先不删",
        optional=True,
        eager=True,
    )
    if not sure:
        yield Say("好的，没有删。要看我记了什么，回复 我的信息。")
        return None
    yield from Do("erase", ErasePerson(world.who.person_id))
    yield Say(
        "都删好了。以后您再发消息来，我会当您是新来的。急事请直接打物业电话；有危险请打 110、119 或 120。"
    )
    return None
