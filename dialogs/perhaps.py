"""住户: [取消关注]
住户: [关注]
住户: 1
住户: 我家空调
机器人: 是要报修吗 1. 要报修 2. 不是
住户: 2
机器人: 好的
"""

from __future__ import annotations

from bot.talk import Confirm, Open, Say, Script, World, dialog


@dialog("perhaps", about="报修", opens=("maybe_report",), weak=True)
def perhaps(world: World) -> Script:
    """Words about a thing that may be broken: ask before a report is begun."""
    question = f"“{world.opening.text[:30]}”，是要报修吗？"
    if (
        yield from Confirm(
            "report", question, "请回复 1 要报修，2 不是。", yes="要报修", no="不是", optional=True
        )
    ):
        return Open("report", opening=True)
    yield Say("好的。需要时直接说，比如“楼道灯不亮”；回复 菜单 看能办什么。")
    return None
