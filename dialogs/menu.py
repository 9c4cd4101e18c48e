"""住户: [菜单 HELP]
机器人: 我能帮您做这些 1. 报修 2. 查进度 3. 绑定住址 4. 找工作人员 5. 问办事
住户: 2
机器人: 您还没有报修记录
"""

from __future__ import annotations

from bot.talk import Choice, Open, Person, Script, World, dialog


@dialog("menu", about="选要办的事", menu=("HELP",))
def menu(world: World) -> Script:
    """What a bare digit, or words nobody understands, get when nothing is open."""
    picked = yield from Choice(
        "pick",
        "我能帮您做这些，请回复数字；要报修也可以直接说，比如“楼道灯不亮”：",
        "没听明白。请回复数字，比如 1。",
        choices={
            "report": "报修",
            "progress": "查进度",
            "hello": "绑定住址",
            "person": "找工作人员",
            "catalogue": "问办事",
        },
        optional=True,
    )
    return Person() if picked == "person" else Open(picked)
