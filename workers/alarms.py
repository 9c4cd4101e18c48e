"""What a person at the desk must learn when telling fails, and how often each refusal was met."""

from __future__ import annotations

from sqlalchemy import exists, insert, select, update

from models import tables as t
from models.actions.outbox import Message
from models.store import Work
from workers import ladders

_WHY = {
    "NoSuchGroup": "群里的机器人不在了或地址不对，请让物业管理员重新添加",
    "NoSuchPerson": "师傅不在应用的可见范围里，或者已经离开企业，请物业管理员核对",
    "Refuses": "群里的机器人被停用了，请让物业管理员重新启用",
    "BadMessage": "平台不接受这条消息的内容，请把情况告诉系统管理员",
    "NotAllowed": "平台不允许这样发送，请把情况告诉系统管理员",
    "Busy": "平台一直没有回应，系统会继续尝试",
    "Unsure": "发送时连接断了，不知道对方收到没有",
}
KITCHENS = (*ladders.PASSED_UP, "kitchen_passed_up", "meal_over")


def count_refusal(work: Work, reason: str) -> None:
    """Add one to the number of refusals of this kind (linli_refusals_total)."""
    name = f"refused:{reason}"
    work.conn.execute(work.insert_once(t.counter).values(name=name, value=0))
    bump = update(t.counter).where(t.counter.c.name == name).values(value=t.counter.c.value + 1)
    work.conn.execute(bump)


def not_told(work: Work, message: Message, reason: str) -> None:
    """Put an item on the desk: a message did not reach its group. One open item an order or a talk is enough."""
    what, then = _about(message)
    d = t.desk_item.c
    same = (d.kind == "not_told") & (d.state == "open") & d.words.startswith(what, autoescape=True)
    if work.conn.execute(select(exists().where(same))).scalar_one():
        return
    row = {
        "kind": "not_told",
        "words": _words(message, what, then, reason),
        "work_order_id": message.order_id,
    }
    work.conn.execute(insert(t.desk_item).values(**row, made_at=work.now))


def _words(message: Message, what: str, then: str, reason: str) -> str:
    why = _WHY.get(reason, "没有送达")
    if message.instead_of:
        ask = "现在在演练，不会改发给真正的单位。请到“设置”里的“演练”换一个群，或者结束演练。"
        return f"{what}的消息没有送到演练群“{message.group}”：{why}。{ask}"
    return f"{what}的消息没有送到“{message.group or '住户'}”：{why}。{then}"


def _about(message: Message) -> tuple[str, str]:
    """What a message is about, and what somebody at the desk should do."""
    if "talk" in message.facts:
        return f"对话 T{message.facts['talk']} ", "请打开“对话”，在工作台上回答居民。"
    if message.kind in KITCHENS:
        meal = "{canteen} {day}{meal}".format_map(message.facts)
        return f"{meal}的备餐", "请打电话告诉食堂的后厨。"
    return f"工单 {message.facts.get('number', '')} ", "请打电话通知接单的单位。"
