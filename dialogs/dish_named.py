"""住户: 订餐
机器人: 您住在哪里
住户: 幸福小区3号楼2单元602
机器人: 绑定好了 想吃什么
住户: 取消
机器人: 订餐先不办了
住户: 番茄炒蛋
机器人: 怎么取餐
"""

from __future__ import annotations

from bot.talk import Open, Part, World, dialog


@dialog("dish_named", about="订餐", opens=("dish_named",), weak=True)
def dish_named(world: World) -> Part[Open]:
    """The bare name of a dish that can be ordered now, where no talk is under way: one portion is what is wanted."""
    yield from ()
    return Open("meal", opening=True)
