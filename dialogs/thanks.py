"""住户: 谢谢
机器人: 不客气
"""

from __future__ import annotations

from bot.talk import Say, Script, World, dialog


@dialog("thanks", about="道谢", opens=("thanks",), aside=True)
def thanks(world: World) -> Script:
    """Somebody says thank you."""
    yield Say("不客气，有事随时找我。")
    return None
