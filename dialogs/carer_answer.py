"""住户: [家人想代订]
机器人: 想替您订 1. 同意 2. 不同意
住户: 1
机器人: 好的 解除代订
"""

from __future__ import annotations

from bot.language.dining import answers_carer
from bot.talk import Confirm, Do, Look, Say, Script, World, dialog
from models import views
from models.actions.carers import DecideCarer

NOBODY = "现在没有人等您答复代订的事。要停止别人替您订饭，回复 解除代订。"
FIXED = "已经记下了，这里改不了。同意错了，回复 解除代订；拒绝错了，请家人过些天再问一次，或者回复 人工。"


@dialog("carer_answer", about="答复代订", opens=("carer_answer",), push="carer", fixed=FIXED)
def carer_answer(world: World) -> Script:
    """The elder says whether somebody may order for them: to the message that asks, or later in so many words."""
    asking = yield from Look("asking", views.carer_asking, world.who.person_id, world.subject)
    if asking is None:
        yield Say(NOBODY)
        return None
    agrees = None if world.push else answers_carer(world.opening.text)
    if agrees is None:
        agrees = yield from Confirm(
            "agrees",
            f"{asking['name']}想替您订食堂的饭，您同意吗？",
            "请回复 1 同意，或回复 2 不同意。",
            yes="同意",
            no="不同意",
        )
    decided = yield from Do(
        "decide", DecideCarer(asking["carer_id"], agrees, account_id=world.who.account_id)
    )
    if not decided["ok"]:
        yield Say(NOBODY)
    elif agrees:
        yield Say(f"好的，{asking['name']}以后可以替您订饭了。哪天不想了，回复 解除代订。")
    else:
        yield Say("好的，没有同意，不会有人替您订饭。")
    return None
