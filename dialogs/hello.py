"""住户: [关注]
机器人: 您好，我是邻里小助手 您住在哪里
住户: 幸福小区3号楼2单元602
机器人: 绑定好了：幸福小区 3 号楼 2 单元 602 室 报修
"""

from __future__ import annotations

from typing import Any

from bot.talk import Choice, Do, Look, Part, Place, Say, Script, World, dialog
from dialogs import NOTICE
from models import views
from models.actions.consent import Consent
from models.actions.people import BindHome

WELCOME = "您好，我是邻里小助手。东西坏了、有事要反映，直接跟我说就行，我来派人、跟进、告诉您结果。"
NEXT = "以后要报修，直接说就行，比如“电梯坏了”。"


@dialog("hello", about="绑定住址", opens=("bind_home",), menu=("HOME",))
def hello(world: World) -> Script:
    """Who we are, what is kept and why, which home. May be skipped; a report never waits for it."""
    account = yield from Look("account", views.account_of, world.who.account_id)
    homes = yield from Look("homes", views.homes_of, world.who.person_id)
    at = yield from Look("scene", views.building_by_scene, world.opening.scene)
    agreed = account["consent_version"] == NOTICE.version
    if not agreed:
        yield Say(WELCOME)
        yield Say(NOTICE.short)
    if homes:
        yield Say("您已绑定：" + "、".join(door(one["home"]) for one in homes) + "。")
    home = yield from which_home(at, bool(homes))
    if not agreed:
        yield from Do("consent", Consent(world.who.account_id, NOTICE.version))
    if home is None:
        yield Say(f"好的，先不绑定。{NEXT}")
        return None
    yield from Do("bind", BindHome(world.who.person_id, home["home_id"]))
    yield Say(f"绑定好了：{home['label']}。{NEXT}")
    return None


def which_home(at: dict[str, Any] | None, more: bool) -> Part[dict[str, Any] | None]:
    """The home, by the building that was scanned, by typing, or by choosing; None when skipped."""
    if at:
        text = f"您扫的是{at['estate']} {at['name']}。您家是几单元几室？比如 2 单元 602。"
        others = {"skip": "先跳过"}
    else:
        lead = "要再绑定一处吗？请写地址" if more else "您住在哪里？请写小区、楼号和门牌"
        text = f"{lead}，比如“幸福小区 3 号楼 2 单元 602”。"
        others = {"skip": "先跳过", "list": "从列表里选"}
    again = "请写清楼号和房间号，比如“幸福小区 3 号楼 2 单元 602”；不想填请回复 1。"
    building = at["id"] if at else 0
    place = yield from Place("home", text, again, others=others, home=True, building=building, waits=True)
    if place.get("other") == "skip":
        return None
    if place.get("other") != "list":
        return place
    return (yield from from_list())


def from_list() -> Part[dict[str, Any] | None]:
    """Estate, building, door, one question each."""
    estates = yield from Look("estates", views.estates)
    text = "哪个小区？" if len(estates) <= Choice.most else "哪个小区？请写小区名，比如“幸福小区”。"
    names = {str(one["id"]): one["name"] for one in estates}
    estate = yield from Choice("estate", text, "请写小区的名字，比如“幸福小区”。", choices=names, waits=True)
    buildings = yield from Look("buildings", views.buildings, int(estate))
    text = "几号楼？" if len(buildings) <= Choice.most else "几号楼？请写楼号，比如 12。"
    names = {str(one["id"]): one["name"] for one in buildings}
    building = yield from Choice("building", text, "请写楼号，比如 12。", choices=names, waits=True)
    door_text = "几单元几室？比如 2 单元 602。"
    again = "请写单元和房间号，比如 2 单元 602；不想填请回复 1。"
    place = yield from Place(
        "door", door_text, again, others={"skip": "先跳过"}, home=True, building=int(building), waits=True
    )
    return None if place.get("other") else place


def door(home: dict[str, Any]) -> str:
    """A home in words."""
    unit = f"{home['unit']} 单元 " if home["unit"] else ""
    return f"{home['estate']} {home['building']} {unit}{home['room']} 室"
