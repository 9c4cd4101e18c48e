"""住户: [菜单 PHONES]
机器人: 119 110 120
"""

from __future__ import annotations

from bot.talk import Say, Script, World, dialog
from dialogs.own import own_lines

PHONES = (
    "紧急电话，直接拨打：",
    "着火、被困：119",
    "报警：110",
    "急救：120",
    "心理援助：12356",
    "政务热线：12345",
    "物业和居委的电话，请回复 人工，问工作人员。",
    "家里漏水、停电等急事，也可以直接跟我说，我马上派人。",
)


@dialog("phones", about="看紧急电话", opens=("phones",), menu=("PHONES",))
def phones(world: World) -> Script:
    """The numbers to call."""
    yield Say("\n".join((yield from own_lines("says.phones", PHONES))))
    return None
