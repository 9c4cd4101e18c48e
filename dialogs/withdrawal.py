"""住户: 撤回同意
机器人: 删掉 照常能用 1. 确定撤回 2. 先不撤
住户: 1
机器人: 撤回了
"""

from __future__ import annotations

from bot.talk import Confirm, Do, Look, Say, Script, World, dialog
from dialogs.erasure import meal_lines
from models import views
from models.actions.consent import WithdrawConsent

WHAT = (
    "撤回同意以后，我把您的姓名、电话、绑定的住址、忌口和以前的聊天删掉。\n"
    "照常能用的：已经报的修会办完，查进度、紧急电话、找工作人员。再报修时，我会重新请您看说明。"
)
WAITS = "您还有 {open} 件报修没办完，门牌和电话留到办完再删。"
KEPT = "没有撤回，一切照旧。"


@dialog("withdrawal", about="撤回同意", opens=("withdraw_consent",), undone=KEPT, left=KEPT)
def withdrawal(world: World) -> Script:
    """Consent is taken back: what rests on it goes; what is under way is finished. Never asked after again."""
    waits = yield from Look("open", views.open_order_count, world.who.person_id)
    meals = yield from Look("meals", views.meals_left, world.who.person_id)
    yield Say("\n".join([WHAT, *([WAITS.format(open=waits)] if waits else []), *meal_lines(meals)]))
    sure = yield from Confirm(
        "sure",
        "确定撤回吗？",
        "请回复 1 确定撤回，或回复 2 先不撤。",
        yes="确定撤回",
        no="先不撤",
        optional=True,
        eager=True,
    )
    if not sure:
        yield Say(f"好的，{KEPT}")
        return None
    yield from Do("withdraw", WithdrawConsent(world.who.account_id))
    yield Say("已经撤回了。要把账号和工单里的信息也删掉，回复 删除我的信息；要找工作人员，回复 人工。")
    return None
