"""住户: [办结了工单]
住户: 没修好
机器人: 还有什么问题？
住户: 还在漏水
机器人: 抱歉没修好 已重新处理
"""

from __future__ import annotations

from typing import Any

from bot.language.commands import still_wrong
from bot.language.intents import about_number
from bot.talk import Ask, Do, Part, Say, Script, World, dialog
from dialogs.progress import which_order
from models.actions.endings import NotFixed
from models.actions.orders import AddWords


@dialog("not_fixed", about="没修好的那一单", opens=("not_fixed",), undone="工单照旧。")
def not_fixed(world: World) -> Script:
    """没修好: which order it was, and then it goes on."""
    order = yield from which_order(world, about_number(world.opening.text), ended=True)
    if order is not None:
        yield from reopen(world, order)
    return None


def reopen(world: World, order: dict[str, Any]) -> Part[None]:
    """没修好: the order goes on, and whoever held it is told."""
    text = world.opening.text
    if still_wrong(text):
        words = text.replace(str(about_number(text)), "").strip(" ，,。")
    else:
        words = yield from Ask("words", "还有什么问题？请说一句，比如“还在漏水”。", none="没有补充")
    reopened = yield from Do("reopen", NotFixed(order["id"], world.who.account_id, words))
    number = order["number"]
    if reopened["ok"]:
        yield Say(f"抱歉没修好。工单 {number} 已重新处理，师傅已经知道了，会再联系您。")
    elif reopened["why"] == "not_closed":
        told = words and (yield from Do("more", AddWords(order["id"], world.who.account_id, words)))["ok"]
        yield Say(f"工单 {number} 还在处理中，{'您的话已经转给师傅了' if told else '有进展会告诉您'}。")
    else:
        yield Say(f"工单 {number} 办结太久了，请直接说哪里坏了，我给您重新登记。")
    return None
