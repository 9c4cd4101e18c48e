"""住户: [菜单 PERSON]
机器人: 这就转给 工作人员 说完了，请回复 结束
"""

from __future__ import annotations

from bot.talk import Part, Person, World, dialog


@dialog("person", about="找工作人员", opens=("person",), menu=("PERSON",))
def person(world: World) -> Part[Person]:
    """Somebody wants a person: the duty staff take over."""
    yield from ()
    return Person()
