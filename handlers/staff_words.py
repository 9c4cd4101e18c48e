"""What the bot answers to staff: why something was not done, help, an order in a few lines, its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.language.reports import CATEGORIES
from bot.message import Card, Option
from models import views

HELP = """这样跟我说（数字是工单号）：
接 1024　接单
到场 1024　到了现场
进度 1024 配件下午到　告诉住户进展
完成 1024 已换水管　办结，可以带照片
退 1024 不归我们管　退回上一级
问 1024 几楼？　问住户
回复 1024 明天上午来　告诉住户
查 1024　看工单；待办　看自己手上的
详情 1024　在单聊里看门牌和电话"""

WHY: Mapping[str, str] = {
    "taken": "{number} 已经由{by}接单，不用再接。看别的单请发：待办。",
    "closed": "{number} 已经办结，不能再改。要告诉住户请发：回复 {number} 要说的话。",
    "not_closed": "{number} 还没有办结。",
    "not_yours": "{number} 在{by}手上，请让{by}来发，或者请值班人员改派。",
    "not_your_unit": "{number} 现在不归您单位处理。",
    "cap": "您手上的单已经到上限（{cap} 个），先办结几个再接。",
    "unknown": "没有找到工单 {number}。看自己手上的请发：待办。",
    "already": "{number} 已经是这一步了，请发下一步，比如：完成 {number} 已修好。",
    "needs_words": "请把话写在后面，比如：{example}",
    "not_claimed": "{number} 还没有人接，请先发：接 {number}",
    "too_many": "口令错了好几次，请 {minutes} 分钟后再试，或者请管理员重发口令。",
    "too_soon": "刚刚发过，请稍后再试。",
    "too_late": "已经过了时间，请找值班人员。",
}
EXAMPLES: Mapping[str, str] = {
    "progress": "进度 {number} 配件下午到",
    "finish": "完成 {number} 已换水管（也可以带照片）",
    "return": "退 {number} 不归我们管",
    "ask": "问 {number} 几楼？",
    "reply": "回复 {number} 明天上午来",
}
STRANGER = "您还没有绑定，不能处理工单。请向管理员要一个口令，然后发给我：绑定 口令"
OTHER_GROUP = "这个群不是您单位的工作群，请在自己单位的群里发。"
WHICH = "请写上工单号，比如：{verb} 1024。看自己手上的请发：待办。"
NOT_UNDERSTOOD = "没看懂。常用的有：接 1024、完成 1024 已换水管、待办；全部请发：帮助"
ONLY_PICTURES = "视频和文件我存不下来，请发照片，或者写一句话，比如：进度 1024 配件下午到"
SORRY = "抱歉，我这边出了点问题，刚才的事没有办成，已请工作人员来看。请过一会儿再发一次，急事请直接打电话。"
DEFECT = "群里或单聊里的这句话没有办成：“{words}”。请打电话告诉发的人，并把情况告诉系统管理员。"
TRANSFER = "转单请值班人员在工作台上改派，或者发：退 {number} 原因"
DONE: Mapping[str, str] = {
    "claim": "{number} 由您接单。门牌和电话请在单聊里发：详情 {number}。到了请发：到场 {number}",
    "arrive": "{number} 已记下到场，住户已收到通知。修好请发：完成 {number} 怎么修的（可带照片）",
    "progress": "{number} 进展已转给住户。",
    "finish": "{number} 已办结，住户会收到结果并打分。辛苦了！",
    "return": "{number} 已退回，由{unit}接手。",
    "ask": "{number} 已问住户，回答会发到群里。",
    "reply": "{number} 已转给住户。",
}
STATES: Mapping[str, str] = {
    "waiting": "等待接单",
    "claimed": "已接单",
    "arrived": "已到场",
    "closed": "已办结",
}
BUTTONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "waiting": (("claim", "接单"),),
    "claimed": (("arrive", "到场"), ("finish_hint", "办结")),
    "arrived": (("finish_hint", "办结"),),
    "closed": (),
}
URGENT = {"emergency": "紧急 ", "urgent": "加急 ", "normal": ""}


def refusal(verb: str, result: Mapping[str, Any], number: int | None) -> str:
    """Why an action did nothing, and what to send instead."""
    known = {"number": result.get("number") or number or "", "by": result.get("by") or "别人"}
    values = {**result, **known, "minutes": result.get("minutes", 10), "cap": result.get("cap", "")}
    example = EXAMPLES.get(verb, "").format(**values)
    return WHY[result["why"]].format(**{**values, "example": example})


def about(order: views.Order) -> str:
    """An order in two lines, for a group: no door, no name, no phone."""
    holder = f"（{order.holder}）" if order.holder else ""
    head = f"【{URGENT[order.urgency]}{order.number}】{CATEGORIES.get(order.category, '')} · {order.place}"
    return f"{head}\n“{order.summary}”　{STATES[order.state]}{holder}"


def card(order: views.Order, card_id: str) -> Card:
    """An order's card: a press does what the words would."""
    buttons = tuple(Option(verb, label, label) for verb, label in BUTTONS[order.state])
    lines = (("状态", STATES[order.state]), ("接单人", order.holder or "还没有"))
    title = f"{order.number} {CATEGORIES.get(order.category, '')}"
    return Card(card_id, title, order.place, lines, buttons)


def door(found: views.Door) -> str:
    """Where to go and whom to call; for the holder alone."""
    rows = (("地址", found.door), ("称呼", found.name), ("电话", found.phone))
    lines = [f"{name}：{value}" for name, value in rows if value]
    if found.latitude:
        lines.append(f"定位：{found.latitude}，{found.longitude}")
    return "\n".join(lines) or "没有留门牌和电话。要问请发：问 工单号 要问的话"
