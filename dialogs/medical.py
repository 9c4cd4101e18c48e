"""住户: 血压高要不要吃药
机器人: 120 不能出主意 家庭医生签约
"""

from __future__ import annotations

from bot.talk import Look, Say, Script, World, dialog
from dialogs.faq import card
from models import views


@dialog("medical", about="看病用药", opens=("medical",), aside=True)
def medical(world: World) -> Script:
    """No advice: 120 where it is urgent, and where to ask a doctor."""
    yield Say("看病用药我不能出主意，怕耽误您。很难受、喘不上气、胸口痛，请马上打 120。")
    item = yield from Look("item", views.health_item, world.who.person_id)
    yield Say(
        f"不急的话，请问医生：\n{card(item)}"
        if item
        else "不急的话，请到社区卫生服务站问医生，或者回复 人工。"
    )
    return None
