"""住户: 步骤
机器人: 您还没有问过办事 办事
"""

from __future__ import annotations

from bot.talk import Look, Say, Script, World, dialog
from dialogs.faq import source
from models import views


@dialog("steps", about="看办事步骤", opens=("steps",), aside=True)
def steps(world: World) -> Script:
    """Every step of the item that was answered last."""
    item = yield from Look("item", views.item_last_told, world.who.account_id)
    if item is None:
        yield Say("您还没有问过办事。要办什么直接问我，比如“敬老卡怎么办”；回复 办事 看能办的事。")
        return None
    told = "\n".join(f"{n}. {step.rstrip('。')}。" for n, step in enumerate(item["steps"], 1))
    yield Say(f"【{item['title']}】步骤：\n{told}\n{source(item)}")
    return None
