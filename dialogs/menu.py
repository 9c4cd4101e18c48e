"""住户: [菜单 HELP]
机器人: 我能帮您做这些 1. 报修 2. 查进度 3. 订餐 4. 找工作人员 5. 问办事
住户: 2
机器人: 您还没有报修记录
"""

from __future__ import annotations

from bot.language.commands import control
from bot.language.numbers import bare_number
from bot.language.replies import small_talk
from bot.language.understanding import NOTHING, understand
from bot.talk import Choice, Open, Person, Script, World, dialog


@dialog("menu", about="选要办的事", menu=("HELP",))
def menu(world: World) -> Script:
    """What a bare digit, or words nobody understands, get when nothing is open."""
    picked = yield from Choice(
        "pick",
        f"{lead(world.opening.text)}我能帮您做这些，请回复数字；要报修也可以直接说，比如“楼道灯不亮”：",
        "请回复数字，比如 1；要报修、要问办事，直接说就行。",
        choices={
            "report": "报修",
            "progress": "查进度",
            "meal": "订餐",
            "person": "找工作人员",
            "catalogue": "问办事",
        },
        optional=True,
    )
    return Person() if picked == "person" else Open(picked)


def lead(text: str) -> str:
    """A kind word to whoever only chats; nothing to whoever asks for the list."""
    if not text or control(text) or bare_number(text) is not None:
        return ""
    if small_talk(text):
        return "我在。"
    return "我不大会聊天，不过有事尽管说。" if understand(text).intent == NOTHING else "这个我没听懂。"
