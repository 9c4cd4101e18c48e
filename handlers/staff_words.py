"""What the bot answers to staff: why something was not done, help, an order in a few lines, its card."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.clock import day_text, span_text
from bot.language.categories import CATEGORIES
from bot.message import Card
from bot.wording import BUTTONS
from models import views
from models.rules.masking import mask

HELP = """这样跟我说（数字是工单号）：
接 1024　接单
到场 1024　到了现场
进度 1024 配件下午到　告诉住户进展
完成 1024 已换水管　办结，可以带照片
退 1024 不归我们管　退回上一级
转 1024 王强　转给同事或者别的单位
暂停 1024 等配件 到周五　先等一等；恢复 1024　接着做
约 1024 明天下午 3 点　约上门时间，告诉住户
叫 1024 王强　请同事一起办；别的单位的人这样叫：叫 1024 单位 姓名
合并 1025 到 1024　同一件事
问 1024 几楼？　问住户
回复 1024 明天上午来　告诉住户
回复 T12 您好　和找人工的住户说话；结束 T12　说完了
答 Q12 到二楼办　居民问的事，答一次都收到；未答　看还没答的
查 1024　看工单；待办　看自己手上的；待接　看没人接的
详情 1024　在单聊里看门牌和电话"""

WHY: Mapping[str, str] = {
    "taken": "{number} 已经由{by}接单，不用再接。看别的单请发：待办。",
    "closed": "{number} 已经办结，不能再改。要告诉住户请发：回复 {number} 要说的话。",
    "closed_merged": "{number} 已经并入 {into}，按 {into} 办。看那一单请发：查 {into}",
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
    "too_late": "这个时间已经过了，请换一个，比如：{example}",
    "needs_time": "请写上时间，比如：{example}",
    "too_far": "最多只能 {days} 天以内，请换一个时间，比如：{example}",
    "not_found": "没有找到这个人或者单位，或者不止一个。可以是：{names}。比如：{example}",
    "helpers": "{names} 那部分还没有做完。做完了再办结；不用等就先发：不用叫 {number} {name}",
    "not_same": "这两张工单不能合并：要都归您单位、都没有办结，也不能是两户人家各自的事。",
    "full": "{by} 手上的单已经满了（{cap} 个），请换一个人。",
    "away": "{by} 请假了{substitute}，请换一个人。",
}
NOT_PAUSED = "{number} 没有暂停，不用恢复。要告诉住户进展请发：进度 {number} 配件下午到"
EXAMPLES: Mapping[str, str] = {
    "progress": "进度 {number} 配件下午到",
    "finish": "完成 {number} 已换水管（也可以带照片）",
    "return": "退 {number} 不归我们管",
    "transfer": "转 {number} {name}",
    "pause": "暂停 {number} 等配件 到周五",
    "appoint": "约 {number} 明天下午 3 点",
    "add_helper": "叫 {number} {name}",
    "dismiss": "不用叫 {number} {name}",
    "merge": "合并 {number} 到 1024",
    "ask": "问 {number} 几楼？",
    "reply": "回复 {number} 明天上午来",
}
PASSED_ON = "{number} 已经不在您单位，现在由{who}处理。要说明情况，请联系他们。"
STRANGER = "您还没有绑定，不能处理工单。请向管理员要一个口令，然后发给我：绑定 口令"
TOO_FAST = "发得太快了，这一条没有办。请过一分钟再发。"
OTHER_GROUP = "这个群不是您单位的工作群，请在自己单位的群里发。"
WHICH = "请写上工单号，比如：{verb} 1024。看自己手上的请发：待办。"
NOT_UNDERSTOOD = "没看懂。常用的有：接 1024、完成 1024 已换水管、待办；全部请发：帮助"
ONLY_PICTURES = "语音听不了，视频和文件存不下来。请发照片，或者写一句话，比如：进度 1024 配件下午到"
SORRY = "抱歉，我这边出了点问题，刚才的事没有办成，已请工作人员来看。请过一会儿再发一次，急事请直接打电话。"
DEFECT = "群里或单聊里的这句话没有办成：“{words}”。请打电话告诉发的人，并把情况告诉系统管理员。"
DONE: dict[str, str] = {
    "claim": "{number} 由您接单。门牌和电话请在单聊里发：详情 {number}。到了请发：到场 {number}",
    "arrive": "{number} 已记下到场，住户已收到通知。修好请发：完成 {number} 怎么修的（可带照片）",
    "progress": "{number} 进展已转给住户。",
    "finish": "{number} 已办结，住户会收到结果并打分。辛苦了！",
    "return": "{number} 已退回，由{unit}{worker}接手。",
    "return_up": "{number} 已经退回 {returns} 次，按规定转到上一级，现在由{unit}{worker}接手。",
    "return_stays": "{number} 已退回，上面没有能接的单位，还在{unit}。已请工作台安排；同事能办请发：接 {number}",
    "pause": "{number} 已暂停到 {when}，住户会收到通知，到时我会提醒您。要提前接着做请发：恢复 {number}",
    "resume": "{number} 接着处理，住户会收到通知。到了请发：到场 {number}",
    "appoint": "{number} 已约 {when} 上门，住户会收到通知。到了请发：到场 {number}",
    "part": "{number} 您那部分已记下，群里也告诉大家了。辛苦了！",
    "part_elsewhere": "{number} 您那部分已记下，也告诉牵头的单位了。辛苦了！",
    "add_helper": "{number} 已请 {helper} 一起来办。都做完了再由您办结。",
    "dismiss": "{number} 不用再等 {helper} 了。",
    "merge": "{number} 已并入 {into}，住户会收到通知。以后按 {into} 办，请发：查 {into}",
    "transfer": "{number} 已转给{unit}{worker}，住户会收到通知。",
    "ask": "{number} 已问住户，回答会发到群里。",
    "reply": "{number} 已转给住户。",
}
OUTSIDE = "\n这单不在您登记的工种或小区里，办不了请早点转单。"
# Where it is said otherwise to a worker who has no group, only the firm's app.
DONE_IN_APP: dict[str, str] = {
    "claim": "{number} 由您接单。门牌和电话请发：详情 {number}。到了请发：到场 {number}",
    "ask": "{number} 已问住户，回答会发给您。",
}
NO_GROUP = "这里没有群，不用绑定群。绑定您自己请发：绑定 口令"
STATES: Mapping[str, str] = {
    "waiting": "等待接单",
    "claimed": "已接单",
    "arrived": "已到场",
    "paused": "暂停",
    "closed": "已办结",
}
UNTOLD = "\n这句话还没有告诉住户。要告诉，请发：{verb} {number} {words}"
THE_WORDS = "要说的话"  # in place of words that a group must not read again
_ASKS = re.compile(
    r"[?？]|[吗呢么没]$|怎么|什么|哪|几|谁|多少|情况|进展|进度|门牌|电话|地址|地点|照片|图|详情|工单"
)
URGENT = {"emergency": "紧急 ", "urgent": "加急 ", "normal": ""}


def refusal(verb: str, result: Mapping[str, Any], number: int | None) -> str:
    """Why an action did nothing, and what to send instead."""
    known = {"number": result.get("number") or number or "", "by": result.get("by") or "别人"}
    values = {**result, **known, "minutes": result.get("minutes", 10), "cap": result.get("cap", "")}
    values["substitute"] = f"，代班的是 {result['substitute']}" if result.get("substitute") else ""
    values["name"] = str(result.get("names") or "王强").split("、")[0]
    example = EXAMPLES.get(verb, "").format(**values)
    known_as = f"{result['why']}_{result.get('about')}"
    text = (
        NOT_PAUSED
        if (verb, result["why"]) == ("resume", "already")
        else WHY.get(known_as, WHY[result["why"]])
    )
    return text.format(**{**values, "example": example})


def outcome(verb: str, result: Mapping[str, Any], number: int, *, in_app: bool = False) -> str:
    """What was done, or why it was not; and what to send next."""
    if not result["ok"]:
        return refusal(verb, result, number)
    part = "part_elsewhere" if result.get("elsewhere") else "part"
    done = next((f"return_{how}" for how in ("up", "stays") if result.get(how)), None)
    done = done or (part if result.get("part") else verb)
    texts = DONE | (DONE_IN_APP if in_app else {})
    text = texts[done].format_map(_named(result)).replace(" ，", "，")
    return f"{text}{OUTSIDE}" if result.get("outside") else text


def _named(result: Mapping[str, Any]) -> dict[str, Any]:
    worker = f" {result['worker']} " if result.get("worker") else ""
    return {"unit": "", **result, "worker": worker, "when": _when(result)}


def _when(result: Mapping[str, Any]) -> str:
    if result.get("until"):
        return day_text(datetime.fromisoformat(result["until"]))
    return span_text(*result["visit"]) if result.get("visit") else ""


def about(order: views.Order) -> str:
    """An order in two lines."""
    holder = f"（{order.holder}）" if order.holder else ""
    head = f"【{URGENT[order.urgency]}{order.number}】{CATEGORIES.get(order.category, '')} · {order.place}"
    return f"{head}\n“{order.summary}”　{STATES[order.state]}{holder}"


def untold(order: views.Order, rest: str) -> str:
    """A line for who writes words behind a number and nothing else (1024 配件下午到): nobody was told them."""
    words = " ".join(rest.split())
    if len(words) < 2 or _ASKS.search(words):
        return ""
    verb = "进度" if order.mine and order.state != "closed" else "回复"
    said = words if mask(words) == words else THE_WORDS
    return UNTOLD.format(words=said, verb=verb, number=order.number)


def card(order: views.Order, card_id: str, *, alone: bool = False) -> Card:
    """An order's card: a press does what the words would. Whoever is `alone` with it may press what is theirs."""
    pressable = not alone or order.mine or order.state == "waiting"
    buttons = BUTTONS.get(order.state, ()) if pressable else ()
    lines = (("状态", STATES[order.state]), ("接单人", order.holder or "还没有"))
    title = f"{URGENT[order.urgency]}{order.number} {CATEGORIES.get(order.category, '')}"
    return Card(card_id, title, order.place, lines, buttons)


def door(found: views.Door) -> str:
    """Where to go and whom to call; for the holder alone."""
    rows = (("地址", found.door), ("称呼", found.name), ("电话", found.phone))
    lines = [f"{name}：{value}" for name, value in rows if value]
    if found.latitude:
        lines.append(f"定位：{found.latitude}，{found.longitude}")
    return "\n".join(lines) or "没有留门牌和电话。要问请发：问 工单号 要问的话"
