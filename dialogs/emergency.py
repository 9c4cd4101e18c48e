"""住户: 有人被困在电梯里了
机器人: 119 别扒门 登记好了，工单 1001 在哪个小区几号楼
住户: 幸福小区3号楼
机器人: 幸福小区 3 号楼 已告诉值班人员
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from bot.language.danger import danger
from bot.language.reports import public_part
from bot.talk import Do, Given, Look, Place, Say, Script, World, dialog
from dialogs.report import at_part
from models import views
from models.actions.orders import AddWords, GivePlace, OpenOrder

ADVICE: dict[str, str] = json.loads(files("dialogs").joinpath("data/advice.json").read_text("utf-8"))


@dialog("emergency", about="紧急情况", photos=True)
def emergency(world: World) -> Script:
    """The numbers to call at once, an order at the top of the queue, then the place if it is not known."""
    what = world.opening.text
    found = danger(what)
    assert found is not None, "the engine opens this dialog only for words of danger"
    yield Say(f"请先打 {' 或 '.join(found.call)}！{ADVICE.get(found.kind, ADVICE['other'])}")
    homes = yield from Look("homes", views.homes_of, world.who.person_id)
    part = public_part(what) or ("电梯" if found.category == "lift" else None)
    near = {f"at:{row['home']['building_id']}": at_part(row["home"], part or "") for row in homes[:3]}
    ask = Place(
        "place",
        "请告诉我在哪个小区几号楼，比如“幸福小区 3 号楼”，也可以发定位。",
        "请写小区和楼号，比如“幸福小区 3 号楼”，或者发一个定位。",
        others={key: one["label"].strip() for key, one in near.items()},
        loose=True,
    )
    place = yield from Given(ask)
    order = yield from Do("open", opened(world, what, found.category, part, place))
    yield Say(f"已作为紧急工单 {order['number']} 登记，排在最前面，正在通知值班人员。")
    if place is None:
        place = yield from ask
        place = near[place["other"]] if "other" in place else place
        yield from Do("place", placed(world, order["order_id"], part, place))
    yield Say(f"{place['label'].strip()}，值班人员已经知道了。请注意安全，情况有变化马上告诉我。")
    return None


def opened(
    world: World, what: str, category: str, part: str | None, place: dict[str, Any] | None
) -> OpenOrder:
    """The order, with its place as far as it was said at once."""
    return OpenOrder(
        account_id=world.who.account_id,
        person_id=world.who.person_id,
        category=category,
        urgency="emergency",
        summary=what,
        public_part=part,
        media=tuple(world.opening.media),
        **where(place or {}),
    )


def placed(world: World, order_id: int, part: str | None, place: dict[str, Any]) -> GivePlace | AddWords:
    """The place that was told after the order had gone out; as it was said where the register lacks it."""
    if place.get("words"):
        return AddWords(order_id, world.who.account_id, f"地点：{place['words']}")
    return GivePlace(order_id=order_id, account_id=world.who.account_id, public_part=part, **where(place))


def where(place: dict[str, Any]) -> dict[str, Any]:
    """The parts of a place as the actions take them."""
    keys = ("estate_id", "building_id", "home_id", "latitude", "longitude")
    return {**{key: place.get(key) for key in keys}, "label": place["label"] if place.get("latitude") else ""}
