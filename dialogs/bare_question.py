"""住户: 哪能弄啦
机器人: 您想问哪件事 比如“敬老卡怎么办”
"""

from __future__ import annotations

from bot.talk import Say, Script, World, dialog


@dialog("bare_question", about="问办事", opens=("bare_question",), weak=True)
def bare_question(world: World) -> Script:
    """A question that says how or where and not what: nothing to look for yet, and nothing to keep for staff."""
    yield Say("您想问哪件事？请把事情说上，比如“敬老卡怎么办”“居住证要什么材料”；东西坏了，直接说哪里坏了。")
    return None
