"""住户: 3号楼电梯坏了
机器人: 要报的是：电梯 · 幸福小区 3 号楼 电梯 “3号楼电梯坏了” 有照片请现在发来 1. 直接提交
住户: 1
机器人: 登记好了，工单 1001 安居物业
"""

from __future__ import annotations

from typing import Any

from bot.language.places import at_home, tells_door
from bot.language.reports import CATEGORIES, fault_object, public_part, suggest_category, urgency
from bot.language.understanding import calm_category, calm_urgency
from bot.talk import SHARED, Ask, Choice, Confirm, Do, Look, Part, Photos, Place, Say, Script, World, dialog
from dialogs import NOTICE
from dialogs.contact import door_asked, door_kept, finds_door, offered
from dialogs.hello import door
from dialogs.progress import STATES, added, asker, urge
from models import views
from models.actions.consent import Consent
from models.actions.orders import AddPhotos, JoinOrder, OpenOrder

OFFERED = ("utilities", "lift", "public_facilities", "cleaning", "other")


@dialog(
    "report",
    about="报修",
    opens=("report",),
    menu=("REPORT",),
    photos=True,
    fixed="已经登记好了，这里改不了。请回复工单号，把对的写上，我马上转给师傅。",
)
def report(world: World) -> Script:
    """What, where, photos if there are any; then the number."""
    what = yield from Ask(
        "what",
        "请说说哪里出了什么问题，比如“3 号楼电梯不动了”。",
        "请用一句话说说哪里坏了，比如“厨房水管漏水”。",
        opening=True,
    )
    category = yield from which_category(what, calm=world.opening.calm)
    place = yield from where(world, what)
    part = place.get("public_part")
    if place.get("estate_id") and (yield from joins(world, what, place, category)):
        return None
    early = list(world.opening.media)
    lacks_door = at_home(what) and not (place.get("home_id") or part or tells_door(what))
    sent = yield from Photos(
        "photos",
        summary(what, category, place, len(early)),
        "有照片请直接发来；没有照片，请回复 1 提交。要改的话，可以说“改成 5 号楼”。",
        done="直接提交",
        door=finds_door(place) if lacks_door else "",
    )
    photos, doors = (
        [one for one in sent if isinstance(one, str)],
        [one for one in sent if isinstance(one, dict)],
    )
    yield from consent(world)
    order = yield from Do("open", opened(world, what, category, place, [*early, *photos]))
    yield Say(told(order))
    if doors:
        yield from door_kept(world, order, place, doors[0])
    elif lacks_door:
        yield from door_asked(world, order, place)
    yield from offered(world, order, place)
    return None


def which_category(what: str, *, calm: bool = False) -> Part[str]:
    """The category when it is clear from the words, else asked. `calm`: they sound like danger, and are none."""
    suggested = calm_category(what) if calm else suggest_category(what)
    if suggested and suggested.sure:
        return suggested.category
    first = [suggested.category] if suggested else []
    names = [*first, *(one for one in OFFERED if one not in first)][:4]
    choices = {one: CATEGORIES[one] for one in [*names, "other"] if one in CATEGORIES}
    return (yield from Choice("category", "这属于哪一类？", "请回复前面的数字，比如 1。", choices=choices))


def where(world: World, what: str) -> Part[dict[str, Any]]:
    """The place: said with the report, a home of theirs, a public part near it, or an address."""
    homes = yield from Look("homes", views.homes_of, world.who.person_id)
    part = public_part(what)
    inside = at_home(what)
    near: dict[str, dict[str, Any]] = {}
    for one in [row["home"] for row in homes[:2]]:
        if part and not inside:
            near[f"part:{one['building_id']}"] = at_part(one, part)
        near[f"home:{one['id']}"] = at_door(one)
        if not part and not inside:
            near[f"near:{one['building_id']}"] = at_part(one, SHARED)
    clear = len(homes) == 1 and (inside or part)
    place = yield from Place(
        "place",
        "在哪里？请选一个，或者写别的地址，也可以发定位。"
        if near
        else "在哪里？请写小区和楼号，比如“幸福小区 3 号楼”，也可以发定位。",
        "不清楚楼号也不要紧：看看楼门口或电梯里的牌子，比如“幸福小区 3 号楼”；在外面的，点 ＋ 号发一个“位置”给我。",
        others={key: one["label"] for key, one in near.items()},
        sure=next(iter(near)) if clear else "",
        told=what,
        shared=True,
    )
    if place.get("other", "").startswith("near:"):
        if named := place.get("part"):
            return within(near[place["other"]], named)
        return (yield from which_part(near[place["other"]]))
    place = near[place["other"]] if "other" in place else place
    beside = place.get("home_id") and tells_door(what) and not inside  # 602 楼道里
    if (
        part
        and place.get("building_id")
        and (beside or not place.get("home_id"))
        and not place.get("public_part")
    ):
        building = place.get("building", place["label"])
        return {**place, "home_id": None, "public_part": part, "label": f"{building} {part}"}
    return place


def which_part(near: dict[str, Any]) -> Part[dict[str, Any]]:
    """The public part, from the list of the estate."""
    parts = yield from Look("parts", views.public_parts, near["estate_id"])
    choices = {**{one["name"]: one["name"] for one in parts[:4]}, SHARED: "其他地方"}
    part = yield from Choice("part", "哪个公共部位？", "请回复前面的数字，比如 1。", choices=choices)
    return within(near, part)


def within(near: dict[str, Any], part: str) -> dict[str, Any]:
    """A place in some shared part, now that it is known which."""
    return {**near, "public_part": part, "label": near["label"].replace(SHARED, part)}


def at_part(home: dict[str, Any], part: str) -> dict[str, Any]:
    """A public part of the building where a home is."""
    label = f"{home['estate']} {home['building']} {part}"
    ids = {"estate_id": home["estate_id"], "building_id": home["building_id"]}
    return {**ids, "home_id": None, "public_part": part, "label": label}


def at_door(home: dict[str, Any]) -> dict[str, Any]:
    """A home as a place."""
    ids = {"estate_id": home["estate_id"], "building_id": home["building_id"], "home_id": home["id"]}
    return {**ids, "label": f"我家（{door(home)}）"}


def joins(world: World, what: str, place: dict[str, Any], category: str) -> Part[bool]:
    """Whether an open order is the same thing: a neighbour's, which this person joins, or their own."""
    thing = fault_object(what)
    if place.get("home_id"):
        at = {"home_id": place["home_id"], "category": category, "thing": thing}
        mine = yield from Look("mine", views.own_order_at, asker(world), **at)
        if mine is not None:
            return (yield from reported(world, dict(mine)))
    same = yield from Look(
        "same",
        views.similar_order,
        estate_id=place["estate_id"],
        building_id=place.get("building_id"),
        category=category,
        public_part=place.get("public_part"),
        thing=thing,
    )
    if same is None:
        return False
    own = yield from Look("own", views.order_by_number, asker(world), same["number"])
    if own:
        return (yield from reported(world, dict(own)))
    question = f"{same['place']}已经有人报过：“{same['summary']}”（工单 {same['number']}），是不是这件事？"
    if not (yield from Confirm("join", question, "请回复 1 是，2 不是。")):
        return False
    yield from consent(world)
    joined = yield from Do("joined", JoinOrder(same["id"], world.who.account_id, world.who.person_id))
    number = same["number"]
    if not joined["ok"]:
        yield Say(f"工单 {number} 刚刚办结或撤回了，我给您另外登记一张。")
        return False
    yield Say(f"好的，已把您加进工单 {number}。有进展会一起告诉您，随时回复 {number} 看进度。")
    return True


def reported(world: World, order: dict[str, Any]) -> Part[bool]:
    """Whether it is an open order of their own: they hurry it or add to it, unless it is something else after all."""
    known = f"{order['place']}，“{order['summary']}”（工单 {order['number']}，{STATES[order['state']]}）"
    picked = yield from Choice(
        "own",
        f"您已经报过：{known}。不用再报，请选：",
        "请回复前面的数字，比如 1。",
        choices={"urge": "催一下", "add": "补充情况", "new": "是另一件事，另外登记"},
    )
    if picked == "new":
        return False
    if world.opening.media:
        yield from Do("own_photos", AddPhotos(order["id"], world.who.account_id, world.opening.media))
    yield from (urge(world, order) if picked == "urge" else added(world, order, wished=True))
    return True


def consent(world: World) -> Part[None]:
    """Who reports before having been greeted agrees by reporting; the words stand above the button."""
    account = yield from Look("consented", views.account_of, world.who.account_id)
    if account["consent_version"] != NOTICE.version:
        yield from Do("consent", Consent(world.who.account_id, NOTICE.version))
    return None


def opened(world: World, what: str, category: str, place: dict[str, Any], photos: list[str]) -> OpenOrder:
    """The order as it is to be opened."""
    keys = ("estate_id", "building_id", "home_id", "public_part", "latitude", "longitude")
    known: dict[str, Any] = {key: place.get(key) for key in keys}
    return OpenOrder(
        account_id=world.who.account_id,
        person_id=world.who.person_id,
        category=category,
        urgency=calm_urgency(what, category) if world.opening.calm else urgency(what),
        summary=what,
        thing=fault_object(what),
        label=place["label"] if place.get("latitude") else "",
        media=tuple(photos),
        **known,
    )


def summary(what: str, category: str, place: dict[str, Any], photos: int) -> str:
    """What is about to be sent, to be read over once."""
    got = f"，已收到 {photos} 张照片" if photos else ""
    lines = [
        f"要报的是：{CATEGORIES[category]} · {place['label']}",
        f"“{what}”{got}",
        "有照片请现在发来；没有就回复 1 提交。",
    ]
    return "\n".join(lines)


def told(order: dict[str, Any]) -> str:
    """The number, and what happens next."""
    number = order["number"]
    sent = f"已通知{order['unit']}" if order["reached"] else "社区工作人员会安排人"
    return f"登记好了，工单 {number}。{sent}，有人接单、有进展都会告诉您。回复 {number} 随时看进度。"
