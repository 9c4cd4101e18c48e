"""住户: Where can I renew my ID card?
机器人: 请用中文 人工 Chinese
"""

from __future__ import annotations

from bot.talk import Say, Script, World, dialog


@dialog("foreign", about="其他语言", opens=("foreign",), weak=True)
def foreign(world: World) -> Script:
    """Another language: a person can be fetched."""
    yield Say(
        "我只看得懂中文。请用中文写，或者回复 人工，我请社区工作人员来。\n"
        "I only read Chinese. Please reply 人工 and I will fetch a person for you."
    )
    return None
