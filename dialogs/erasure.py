"""住户: 删除我的信息
机器人: 马上删掉 留下 1. 确定删除 2. 先不删
住户: 2
机器人: 没有删
"""

from __future__ import annotations

from bot.talk import Confirm, Do, Look, Say, Script, World, dialog
from models import views
from models.actions.erasure import ErasePerson

WHAT = (
    "马上删掉：您的微信账号记录、聊天、姓名、电话、住址、评价里写的话、您发来的照片。\n"
    "留下的：办完的工单，去掉是谁报的、门牌和电话，只用来统计。"
)
WAITS = (
    "您还有 {open} 件报修没办完：师傅要上门，门牌和电话留到办完，办完一两天内删掉。"
    "删了以后，我没法再告诉您这件事的结果。"
)
KEPT = "什么都没有删。"


@dialog("erasure", about="删除我的信息", opens=("erase_me",), undone=KEPT, left=KEPT)
def erasure(world: World) -> Script:
    """Says what goes and what stays, asks once, and then knows nobody any more."""
    waits = yield from Look("open", views.open_order_count, world.who.person_id)
    yield Say(f"{WHAT}\n{WAITS.format(open=waits)}" if waits else WHAT)
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
