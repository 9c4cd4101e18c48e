"""住户: 电梯坏了，幸福小区3号楼
机器人: 要报的是
住户: 1
机器人: 工单 1001
住户: 1001
机器人: 工单 1001 电梯 等待接单 登记 催 1001
住户: 催1001
机器人: 已经催了
"""

from __future__ import annotations

from typing import Any

from bot.language.intents import about_number, intents
from bot.language.reports import CATEGORIES
from bot.talk import Ask, Choice, Confirm, Do, Look, Part, Say, Script, World, dialog, local_text, span_text
from models import views
from models.actions.answers import QuestionShown
from models.actions.endings import Withdraw
from models.actions.orders import AddWords, Urge

STATES = {
    "waiting": "等待接单",
    "claimed": "已接单",
    "arrived": "师傅已到场",
    "paused": "暂停",
    "closed": "已办结",
}
ENDS = {
    "resolved": "已解决",
    "explained": "已说明情况",
    "not_responsible": "不属于该单位负责",
    "duplicate": "和另一张工单重复",
    "withdrawn": "您已撤回",
}
STEPS = {
    "open": "登记",
    "claim": "{name}接单",
    "assign": "派给{name}",
    "arrive": "{name}到场",
    "progress": "{name}：{words}",
    "finish": "{name}办结：{words}",
    "close": "办结：{words}",
    "return": "退回，换人处理",
    "transfer": "{name}转给{worker}{unit}",
    "escalate": "没人及时处理，已报上一级",
    "pause": "{name}暂停到 {until}：{words}",
    "resume": "接着处理",
    "help": "请{helper}一起来办",
    "merged": "和工单 {into} 合在一起办理",
    "appoint": "{name}约好 {visit} 上门",
    "ask": "{name}问：{words}",
    "answer": "回答：{words}",
    "reply": "{name}回复：{words}",
    "urge": "催了一次",
    "reopen": "反映没修好，重新处理",
    "join": "又有邻居反映同一件事",
    "place": "补充了地点",
    "photo": "补充了照片",
    "message": "补充：{words}",
    "withdraw": "撤回",
    "rate": "评了 {score} 分",
}

ASKED = {
    "ask": "师傅在等您回答：“{words}”请直接回复，我马上转告。",
    "appoint": "上门时间行不行，请直接回复，我马上转告师傅。",
}


@dialog(
    "progress",
    about="查进度",
    opens=("order_number", "my_orders", "urge", "withdraw"),
    menu=("ORDERS",),
    undone="工单照常办理。",
)
def progress(world: World) -> Script:
    """One order's timeline in plain words; 催 and 撤回 besides."""
    said = world.opening.text
    order = yield from which_order(world, about_number(said))
    if order is None:
        return None
    wants = intents(said)
    if "urge" in wants:
        yield from urge(world, order)
    elif "withdraw" in wants:
        yield from withdraw(world, order)
    else:
        yield from show(world, order)
    return None


def show(world: World, order: dict[str, Any]) -> Part[None]:
    """The timeline; and what staff wait for, else what the person likes to add."""
    entries = yield from Look("timeline", views.timeline, asker(world), order["id"])
    link = yield from Look("album", photos_of, asker(world), order["id"])
    yield Say(timeline(order, entries) + (f"\n照片：{link}" if link else ""))
    if order["close"] or (yield from awaited(world, entries)):
        return
    yield from added(world, order)


def added(world: World, order: dict[str, Any], *, wished: bool = False) -> Part[None]:
    """What the person likes to add, passed on at once; where they `wished` to, whatever it sounds like."""
    text = "请写要补充的情况，我马上转给师傅。" if wished else "要补充情况，直接写给我。"
    words = yield from Ask("more", text, none="不用了", optional=True, eager=wished)
    if words:
        told = yield from Do("more", AddWords(order["id"], world.who.account_id, words))
        yield Say("已转给师傅。" if told["ok"] else f"工单 {order['number']} 已经办结。还没好请回复 没修好。")
    else:
        yield Say("好的。")


def awaited(world: World, entries: list[dict[str, Any]]) -> Part[bool]:
    """Whether staff wait for an answer about this order: it is asked for again, and the next words are it."""
    steps = {one["id"]: one for one in entries}
    asked = yield from Look("asked", views.open_questions, world.who.account_id)
    waits = [one for one in asked if one["kind"] == "staff_question" and one["subject"] in steps]
    if not waits:
        return False
    first = min(waits, key=lambda one: steps[one["subject"]]["step"] != "ask")
    entry = steps[first["subject"]]
    yield from Do("asked", QuestionShown(first["id"]))
    yield Say(ASKED[entry["step"]].format(words=entry["words"]))
    return True


def photos_of(work: Any, who: views.Resident, order_id: int) -> str:
    """The address of the order's photos, empty when there are none."""
    found = views.has_photos(work, who, order_id)
    return views.album_link(work, order_id, who.account_id) if found else ""


def withdraw(world: World, order: dict[str, Any]) -> Part[None]:
    """Take an order back, once it has been confirmed."""
    number = order["number"]
    if order["close"]:
        yield Say(f"工单 {number} 已经办结，不用撤回了。")
        return
    sure = yield from Confirm("sure", f"要撤回工单 {number}（{order['place']}）吗？", yes="撤回", no="不撤回")
    if not sure:
        yield Say(f"好的，工单 {number} 照常办理。")
        return
    done = yield from Do("withdraw", Withdraw(order["id"], world.who.account_id))
    if not done["ok"]:
        yield Say(f"工单 {number} 已经办结，不用撤回了。")
    elif done.get("closed", True):
        yield Say(f"工单 {number} 已撤回，不再派人。以后还有问题，直接跟我说。")
    else:
        yield Say(f"好的，工单 {number} 不再通知您。还有人在等，师傅会接着办。")


def asker(world: World) -> views.Resident:
    """This person, as the views know them."""
    return views.Resident(world.who.account_id, world.who.person_id)


def which_order(world: World, number: int | None, *, ended: bool = False) -> Part[dict[str, Any] | None]:
    """The order meant: by its number, the only one, or chosen among the newest five; where it must have `ended`,
    among those that have."""
    if number is not None:
        order = yield from Look("order", views.order_by_number, asker(world), number)
        if order is None:
            yield Say(f"没有找到您的工单 {number}。回复 我的报修 可以看您报过的。")
        return dict(order) if order else None
    mine = yield from Look("mine", views.orders_of_resident, asker(world))
    if not mine:
        yield Say("您还没有报修记录。要报修，直接说哪里坏了就行，比如“楼道灯不亮”。")
        return None
    mine = [one for one in mine if one["close"] and ended] or mine
    if len(mine) == 1:
        return dict(mine[0])
    choices = {str(one["id"]): line(one) for one in mine}
    picked = yield from Choice(
        "which", "看哪一个？", "请回复前面的数字，比如 1。", choices=choices, optional=True
    )
    return next(dict(one) for one in mine if str(one["id"]) == picked)


def line(order: dict[str, Any]) -> str:
    """An order in one line."""
    state = ENDS[order["close"]] if order["close"] else STATES[order["state"]]
    return f"{order['number']} {CATEGORIES.get(order['category'], '')} {order['place']}（{state}）"


def timeline(order: dict[str, Any], entries: list[dict[str, Any]]) -> str:
    """What has happened to an order, oldest first, and what can be said next."""
    rows = [f"{local_text(one['at'])} {step(one)}" for one in entries if one["step"] in STEPS]
    number = order["number"]
    hint = f"还没好？回复 没修好 {number}。" if order["close"] else f"着急的话，回复 催 {number}。"
    return "\n".join([f"工单 {number} · {line(order).split(' ', 1)[1]}", *rows, hint])


def step(entry: dict[str, Any]) -> str:
    """One line of the ledger in words."""
    name = entry["name"] or "工作人员"
    facts = {"score": "", "worker": "", "unit": "", **entry["facts"], "name": name, "words": entry["words"]}
    facts |= {"visit": span_text(*facts["visit"]) if facts.get("visit") else ""}
    facts |= {"until": local_text(facts["until"]) if facts.get("until") else ""}
    return STEPS[entry["step"]].format_map(facts).rstrip("：")


def urge(world: World, order: dict[str, Any]) -> Part[None]:
    """At most once an hour."""
    urged = yield from Do("urge", Urge(order["id"], world.who.account_id))
    number = order["number"]
    if urged["ok"]:
        yield Say(f"工单 {number} 已经催了，有消息马上告诉您。")
    elif urged["why"] == "too_soon":
        yield Say(f"工单 {number} 刚催过，{urged['minutes']} 分钟后可以再催。急事请回复 人工。")
    else:
        yield Say(f"工单 {number} 已经办结。还没好的话，回复 没修好 {number}。")
    return None
