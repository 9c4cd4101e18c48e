"""住户: 哪里有理发的
机器人: 不敢乱说 Q1 人工
"""

from __future__ import annotations

from bot.talk import Script, World, dialog
from dialogs.faq import unknown


@dialog("unanswered", about="问问题", opens=("unanswered",), weak=True)
def unanswered(world: World) -> Script:
    """A question that no service item answers: honestly said so, and kept for staff."""
    yield from unknown(world, world.opening.text, "none")
    return None
