"""住户: 敬老卡怎么办
机器人: 有用吗？1 2
住户: 2
机器人: 对不起 人工
"""

from __future__ import annotations

from bot.talk import Do, Say, Script, Which, World, dialog
from models.actions.questions import RateAnswer


@dialog("useful", about="评价答复", push="useful", mends=True)
def useful(world: World) -> Script:
    """Whether an answer was of use; asked under the answer, and counted for the weekly list."""
    is_useful = yield from Which(
        "useful",
        "刚才的答复有用吗？",
        "请回复 1 有用，2 没用。",
        labels=("有用", "没用"),
        values=(True, False),
    )
    rated = yield from Do("rate", RateAnswer(world.who.account_id, world.subject, is_useful))
    if is_useful or not rated["ok"]:
        yield Say("谢谢您。还有要问的，直接写给我。")
    else:
        yield Say("对不起，没帮上您。可以换个说法再问一次，或者回复 人工，社区工作人员来答。")
    return None
