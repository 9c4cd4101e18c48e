"""住户: [菜单 PHONES]
机器人: 119 110 120
"""

from __future__ import annotations

from bot.talk import Say, Script, World, dialog

PHONES = """紧急电话，直接拨打：
着火、被困：119
报警：110
急救：120
心理援助：12356
政务热线：12345
家里漏水、停电等急事，也可以直接跟我说，我马上派人。"""


@dialog("phones", about="看紧急电话", opens=("phones",), menu=("PHONES",))
def phones(world: World) -> Script:
    """The numbers to call."""
    yield Say(PHONES)
    return None
