"""住户: [菜单 PERSON]
机器人: 已请社区工作人员联系您
"""

from __future__ import annotations

from bot.talk import Part, Person, World, dialog


@dialog("person", about="找工作人员", menu=("PERSON",))
def person(world: World) -> Part[Person]:
    """Somebody wants a person: the staff get the talk on their desk."""
    yield from ()
    return Person()
