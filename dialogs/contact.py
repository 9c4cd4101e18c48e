"""住户: [菜单 PHONE]
机器人: 请写您的电话
住户: 138 0013 8000
机器人: 尾号 8000
"""

from __future__ import annotations

from typing import Any

from bot.talk import Do, Look, Part, Phone, Place, Say, Script, World, dialog
from models import views
from models.actions.door import TellDoor
from models.actions.orders import GivePlace
from models.actions.people import SetPhone

WHAT_PHONE = "请写 11 位手机号，或者带区号的座机号，比如 021-60000001；不留请回复 1。"


@dialog("contact", about="留电话", opens=("phone_number",), menu=("PHONE",))
def contact(world: World) -> Script:
    """Leave or change the phone number by which workers reach the person."""
    number = yield from Phone(
        "phone",
        "请写您的电话。只有接单的师傅和社区工作人员能看到，工作群里只有后四位。",
        WHAT_PHONE,
        none="不留",
    )
    yield from kept(world, number)
    return None


def offered(world: World, order: dict[str, Any], place: dict[str, Any]) -> Part[None]:
    """Once there is an order: a phone number, if none is known. Nothing waits for it; a door told instead is kept."""
    account = yield from Look("has_phone", views.account_of, world.who.account_id)
    if account["has_phone"]:
        return
    text = "要留个手机号吗？师傅好联系您；工作群里只显示后四位。"
    number = yield from Phone("phone", text, WHAT_PHONE, none="不留", optional=True, door=finds_door(place))
    if isinstance(number, dict):
        yield from door_kept(world, order, place, number)
        number = yield from Phone("phone_after", text, WHAT_PHONE, none="不留", optional=True)
    yield from kept(world, number)


def finds_door(place: dict[str, Any]) -> str:
    """What a door of that place is looked up by."""
    return f"door:{place['building_id']}" if place.get("building_id") else "home"


def door_asked(world: World, order: dict[str, Any], place: dict[str, Any]) -> Part[None]:
    """The door of an order in a home that lacks it, asked once; the order is open, so nothing waits for it."""
    building = place.get("building_id") or 0
    which = "几单元几室" if building else "几号楼几单元几室"
    told = yield from Place(
        "door",
        f"师傅上门要门牌（工单 {order['number']}）：您家{which}？只给接单的师傅看，工作群里不显示。",
        "请写门牌，比如“2 单元 602”；不说请回复 1。",
        others={"skip": "先不说"},
        home=True,
        building=building,
        rough=True,
        optional=True,
        eager=True,
        waits=True,
    )
    if told.get("other"):
        yield Say("好的，不说也没关系。")
        return
    home = None if "words" in told else told
    yield from door_kept(world, order, place, {"home": home, "words": told["label"]})


def door_kept(world: World, order: dict[str, Any], place: dict[str, Any], told: dict[str, Any]) -> Part[None]:
    """A door becomes the order's; where it cannot, whoever holds the order reads it as it was written."""
    home, account_id = told["home"], world.who.account_id
    if home and not place.get("home_id") and not place.get("public_part"):
        ids = {key: home[key] for key in ("estate_id", "building_id", "home_id")}
        yield from Do("door", GivePlace(order["order_id"], account_id, **ids))
    elif not home or home["home_id"] != place.get("home_id"):
        yield from Do("door", TellDoor(order["order_id"], account_id, told["words"]))
    yield Say("门牌记下了，只给接单的师傅看。")


def kept(world: World, number: str) -> Part[None]:
    """Keep a number that was given, and read its end back."""
    if not number:
        yield Say("好的，不留也没关系。")
        return
    saved = yield from Do("phone", SetPhone(world.who.person_id, number))
    yield Say(f"记下了，尾号 {saved['tail']}。要换号码，直接把新号码发给我。")
