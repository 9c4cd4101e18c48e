"""住户: 厨房嘶嘶响像漏气
机器人: 先打 119 是不是有人有危险 1. 有危险 2. 没有
住户: 1
机器人: 紧急工单 1001
"""

from __future__ import annotations

from bot.talk import Confirm, Open, Script, World, dialog


@dialog("danger", about="确认有没有危险", opens=("maybe_danger",), aside=True)
def danger(world: World) -> Script:
    """Danger that only our words or only the classifier hear: the numbers, then ask at once."""
    question = f"“{world.opening.text[:30]}”，是不是有人有危险？有危险请先打 119、110 或 120。"
    yes = yield from Confirm(
        "danger", question, "有危险请回复 1，没有请回复 2。", yes="有危险", no="没有，是报修"
    )
    return Open("emergency", opening=True) if yes else Open("report", opening=True, calm=True)
