"""住户: [菜单 PHONE]
机器人: 请写您的手机号
住户: 138 0013 8000
机器人: 尾号 8000
"""

from __future__ import annotations

from bot.talk import Do, Look, Part, Phone, Say, Script, World, dialog
from models import views
from models.actions.people import SetPhone


@dialog("contact", about="留电话", opens=("phone_number",), menu=("PHONE",))
def contact(world: World) -> Script:
    """Leave or change the phone number by which workers reach the person."""
    number = yield from Phone(
        "phone",
        "请写您的手机号。只有接单的师傅和社区工作人员能看到，工作群里只有后四位。",
        "请写 11 位手机号；不留请回复 1。",
        none="不留",
    )
    yield from kept(world, number)
    return None


def offered(world: World) -> Part[None]:
    """Once there is an order: a phone number, if none is known. Nothing waits for it."""
    account = yield from Look("has_phone", views.account_of, world.who.account_id)
    if account["has_phone"]:
        return
    text = "要留个手机号吗？师傅好联系您；工作群里只显示后四位。"
    number = yield from Phone("phone", text, "请写 11 位手机号；不留请回复 1。", none="不留", optional=True)
    yield from kept(world, number)


def kept(world: World, number: str) -> Part[None]:
    """Keep a number that was given, and read its end back."""
    if not number:
        yield Say("好的，不留也没关系。")
        return
    saved = yield from Do("phone", SetPhone(world.who.person_id, number))
    yield Say(f"记下了，尾号 {saved['tail']}。要换号码，直接把新号码发给我。")
