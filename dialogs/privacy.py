"""住户: 隐私
机器人: 隐私说明（第 1 版） 怎么删
"""

from __future__ import annotations

from bot.talk import Say, Script, World, dialog
from dialogs import NOTICE


@dialog("privacy", about="看隐私说明", opens=("privacy",), menu=("PRIVACY",))
def privacy(world: World) -> Script:
    """What is kept, why, who sees it, for how long."""
    yield Say(NOTICE["full"])
    return None
