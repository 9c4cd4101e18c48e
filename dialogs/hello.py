"""住户: [关注]
机器人: 您好，我是邻里小助手 您住在哪里
住户: 幸福小区3号楼2单元602
机器人: 绑定好了：幸福小区 3 号楼 2 单元 602 室 报修
"""

from __future__ import annotations

from typing import Any

from bot.talk import Choice, Do, Look, Part, Place, Say, Script, World, dialog
from dialogs import NOTICE
from dialogs.own import own_lines
from models import views
from models.actions.consent import Consent
from models.actions.people import BindHome

WELCOME = (
    "您好，我是邻里小助手。东西坏了、有事要反映，直接跟我说就行，我来派人、跟进、告诉您结果；"
    "办证、领补贴怎么办，也可以问我。"
)
NEXT = "以后要报修，直接说就行，比如“电梯坏了”。"


@dialog("hello", about="绑定住址", opens=("bind_home",), menu=("HOME",))
def hello(world: World) -> Script:
    """Who we are, what is kept and why, which home. May be skipped; a report never waits for it."""
    account = yield from Look("account", views.account_of, world.who.account_id)
    homes = yield from Look("homes", views.homes_of, world.who.person_id)
    at = yield from Look("scene", views.building_by_scene, world.opening.scene)
    agreed = account["consent_version"] == NOTICE.version
    if not agreed:
        yield Say("".join((yield from own_lines("says.welcome", [WELCOME]))))
        yield Say(NOTICE.short)
    if homes:
        yield Say("您已绑定：" + "、".join(door(one["home"]) for one in homes) + "。")
    bound = yield from Look("bound", views.homes_of, world.who.person_id, fresh=True)
    elsewhere = len(bound) > len(homes)  # asked for, and given, in another talk meanwhile
    home = None if elsewhere else (yield from which_home(world, at, bool(homes)))
    if not agreed:
        yield from Do("consent", Consent(world.who.account_id, NOTICE.version))
    if elsewhere:
        return None
    if home is None:
        yield Say(f"好的，先不绑定。{NEXT}")
        return None
    yield from Do("bind", BindHome(world.who.person_id, home["home_id"]))
    yield Say(f"绑定好了：{home['label']}。{NEXT}")
    return None


def which_home(world: World, at: dict[str, Any] | None, more: bool) -> Part[dict[str, Any] | None]:
    """The home, by what is known of it, by typing, or by choosing; None when skipped."""
    known = (
        None
        if at or more
        else (yield from Look("known", views.last_reported, world.who.person_id, fresh=True))
    )
    building = at or (known["building"] if known and not known["home"] else None)
    if building:
        lead = "您扫的是" if at else "您刚才报的是"
        return (yield from which_door(building["id"], f"{lead}{building['estate']} {building['name']}。"))
    others = {"skip": "先跳过", "list": "从列表里选"}
    if known:
        home, others = known["home"], {"here": "住这里", **others}
        text = f"您是不是住在{door(home)}？住别处，请写小区、楼号和门牌。"
    else:
        lead = "要再绑定一处吗？请写地址" if more else "您住在哪里？请写小区、楼号和门牌"
        text = f"{lead}，比如“幸福小区 3 号楼 2 单元 602”。"
    skip = list(others).index("skip") + 1
    again = f"楼号、房间号在房产证或水电费单上有，写“3 号楼 2 单元 602”这样就行；不想填请回复 {skip}。"
    place = yield from Place("home", text, again, others=others, home=True, parts=True, waits=True)
    if place.get("other") == "here" and known:
        return {"home_id": known["home"]["id"], "label": door(known["home"])}
    if place.get("other") == "skip":
        return None
    if place.get("other") == "list":
        return (yield from from_list(None))
    if place["home_id"]:
        return place
    if place["building_id"]:
        return (yield from which_door(place["building_id"], f"{place['label']}。"))
    return (yield from from_list(place["estate_id"]))


def which_door(building_id: int, lead: str) -> Part[dict[str, Any] | None]:
    """Unit and room in a building that is known; None when skipped."""
    place = yield from Place(
        "door",
        f"{lead}您家是几单元几室？比如 2 单元 602。",
        "门上或水电费单上有房间号，写“2 单元 602”这样就行；不想填请回复 1。",
        others={"skip": "先跳过"},
        home=True,
        building=building_id,
        waits=True,
    )
    return None if place.get("other") else place


def from_list(estate_id: int | None) -> Part[dict[str, Any] | None]:
    """Estate, building, door, one question each."""
    if estate_id is None:
        estates = yield from Look("estates", views.estates)
        text = "哪个小区？" if len(estates) <= Choice.most else "哪个小区？请写小区名，比如“幸福小区”。"
        names = {str(one["id"]): one["name"] for one in estates}
        again = "请写小区的名字，比如“幸福小区”。"
        estate_id = int((yield from Choice("estate", text, again, choices=names, waits=True)))
    buildings = yield from Look("buildings", views.buildings, estate_id)
    text = "几号楼？" if len(buildings) <= Choice.most else "几号楼？请写楼号，比如 12。"
    names = {str(one["id"]): one["name"] for one in buildings}
    building = yield from Choice("building", text, "请写楼号，比如 12。", choices=names, waits=True)
    return (yield from which_door(int(building), ""))


def door(home: dict[str, Any]) -> str:
    """A home in words."""
    unit = f"{home['unit']} 单元 " if home["unit"] else ""
    return f"{home['estate']} {home['building']} {unit}{home['room']} 室"
