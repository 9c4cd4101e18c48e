"""住户: 订餐
机器人: 您住在哪里
住户: 幸福小区3号楼2单元602
机器人: 绑定好了 想吃什么
住户: 食堂几点开门
机器人: 和平长者食堂 幸福街道和平路 18 号 早餐 6:30 到 8:30 午餐 9:30 前订 订餐
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.talk import NAMES, Look, Open, Say, Script, World, dialog
from models import views
from models.rules.money import yuan
from models.rules.standing import days_named

EVERY_DAY = 7
ASK_MORE = "看菜单、订餐，请回复 订餐。"


@dialog("canteen", about="问食堂", opens=("canteen",), aside=True, informs=True)
def canteen(world: World) -> Script:
    """When, where and how dear, from the canteen's own record; who has none is answered from the service items."""
    facts = yield from Look("facts", views.canteen_facts, world.who.person_id)
    if facts is None:
        return Open("maybe_faq", opening=True)
    where = "，".join(part for part in (facts["name"], facts["address"], phone(facts["phone"])) if part)
    yield Say("\n".join([f"{where}。", *map(slot_line, facts["slots"]), *prices(facts), ASK_MORE]))
    return None


def phone(number: str) -> str:
    """How it is called, where a number is known."""
    return f"电话 {number}" if number else ""


def slot_line(slot: Mapping[str, Any]) -> str:
    """One meal: when it is served, until when it is ordered and taken back, whether it is brought.

    >>> lunch = {"meal": "lunch", "days": [1, 2, 3, 4, 5], "starts": "11:00", "ends": "13:00"}
    >>> lunch |= {"order_days": 0, "order_until": "09:30", "cancel_days": 0, "cancel_until": "09:00"}
    >>> slot_line(lunch | {"delivers": True, "delivery_cents": 100})
    '午餐（周一到周五）11:00 到 13:00，当天 9:30 前订，当天 9:00 前可以取消，送到家加 1 元。'
    """
    days = "" if len(slot["days"]) == EVERY_DAY else f"（{days_named(slot['days'])}）"
    ordered = before(slot["order_days"], slot["order_until"])
    taken_back = before(slot["cancel_days"], slot["cancel_until"])
    until = f"{ordered}订，{taken_back}可以取消" if ordered != taken_back else f"{ordered}可以订，也可以取消"
    served = f"{plain(slot['starts'])} 到 {plain(slot['ends'])}"
    return f"{NAMES[slot['meal']]}{days or ' '}{served}，{until}，{brought(slot)}。"


def before(days: int, clock: str) -> str:
    """Until when, counted from the day of the meal: 当天 9:30 前, 前一天 20:00 前, 提前 2 天 20:00 前.

    >>> before(0, "09:30"), before(1, "20:00"), before(2, "20:00")
    ('当天 9:30 前', '前一天 20:00 前', '提前 2 天 20:00 前')
    """
    day = {0: "当天", 1: "前一天"}.get(days, f"提前 {days} 天")
    return f"{day} {plain(clock)} 前"


def plain(clock: str) -> str:
    """A time of day without the zero before it: 9:30 of 09:30."""
    hour, _, minute = clock.partition(":")
    return f"{int(hour)}:{minute}"


def brought(slot: Mapping[str, Any]) -> str:
    """Whether it is brought, and for how much."""
    if not slot["delivers"]:
        return "不送餐"
    return f"送到家加 {yuan(slot['delivery_cents'])}" if slot["delivery_cents"] else "送到家不另收钱"


def prices(facts: Mapping[str, Any]) -> list[str]:
    """What a dish costs, where there is a menu."""
    if facts["lowest"] is None:
        return []
    low, high = yuan(facts["lowest"]), yuan(facts["highest"])
    costs = low if low == high else f"{low}到 {high}"
    return [f"现在的菜每份 {costs}，有补贴的会减掉；您付多少，订之前会告诉您。"]
