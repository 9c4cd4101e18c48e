"""What a person at the desk must learn when telling fails, and how often each refusal was met."""

from __future__ import annotations

from sqlalchemy import exists, insert, select, update

from models import tables as t
from models.actions.outbox import Message
from models.store import Work

_WHY = {
    "NoSuchGroup": "群里的机器人不在了或地址不对，请让物业管理员重新添加",
    "Refuses": "群里的机器人被停用了，请让物业管理员重新启用",
    "BadMessage": "平台不接受这条消息的内容，请把情况告诉系统管理员",
    "NotAllowed": "平台不允许这样发送，请把情况告诉系统管理员",
    "Busy": "平台一直没有回应，系统会继续尝试",
    "Unsure": "发送时连接断了，不知道对方收到没有",
}


def count_refusal(work: Work, reason: str) -> None:
    """Add one to the number of refusals of this kind (linli_refusals_total)."""
    name = f"refused:{reason}"
    work.conn.execute(work.insert_once(t.counter).values(name=name, value=0))
    bump = update(t.counter).where(t.counter.c.name == name).values(value=t.counter.c.value + 1)
    work.conn.execute(bump)


def not_told(work: Work, message: Message, reason: str) -> None:
    """Put an item on the desk: an order's message did not reach its group. One open item an order is enough."""
    order_id = message.order_id
    same = (
        (t.desk_item.c.kind == "not_told")
        & (t.desk_item.c.state == "open")
        & (t.desk_item.c.work_order_id == order_id)
    )
    if work.conn.execute(select(exists().where(same))).scalar_one():
        return
    number = message.facts.get("number", "")
    words = (
        f"工单 {number} 的消息没有送到“{message.group or '住户'}”：{_WHY.get(reason, '没有送达')}。"
        "请打电话通知接单的单位。"
    )
    row = {"kind": "not_told", "words": words, "work_order_id": order_id, "made_at": work.now}
    work.conn.execute(insert(t.desk_item).values(row))
