"""住户: 有人被困在电梯里了
机器人: 119 别扒门 紧急工单 1001 在哪个小区几号楼
住户: 幸福小区3号楼
机器人: 幸福小区 3 号楼 已通知值班人员
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from bot.language.danger import Danger, danger
from bot.language.phones import read_phone
from bot.language.reports import fault_object, public_part
from bot.talk import Ask, Do, Given, Look, Part, Place, Say, Script, World, dialog
from dialogs.progress import asker
from dialogs.report import at_door, at_part
from models import views
from models.actions.orders import AddWords, GivePlace, OpenOrder
from models.actions.people import SetPhone

ADVICE: dict[str, str] = json.loads(files("dialogs").joinpath("data/advice.json").read_text("utf-8"))


WHERE_ELSE = (
    "已转告。知道是哪个小区几号楼，请再告诉我。",
    "也转告了。旁边有没有门牌、路名、店名？看到什么写什么，或者发一个定位。",
    "也转告了。请让身边的人帮忙看看门牌，写给我。",
)
MOST_TRIES = 1 + len(WHERE_ELSE)  # of asking where; whatever is said is passed on each time
SAME = timedelta(minutes=30)  # words of danger in this time belong to the same emergency
UNNAMED = Danger("other", "", "help", ("119", "110", "120"))  # a person says so, whatever the words


@dialog("emergency", about="紧急情况", photos=True)
def emergency(world: World) -> Script:
    """The numbers to call at once, an order at the top of the queue, then the place if it is not known."""
    what = world.opening.text
    found = danger(what) or UNNAMED
    own = yield from Look("advice", views.own_text, advice_name(found.kind))
    yield Say(f"请先打 {' 或 '.join(found.call)}！{own[0] if own else ADVICE[kind_of(found.kind)]}")
    before = yield from Look("before", views.orders_of_resident, asker(world))
    known = next((one for one in before if still_burning(one, world)), None)
    if known:
        yield from Do("more", AddWords(known["id"], world.who.account_id, what))
        yield Say(f"已转告值班人员（工单 {known['number']}）。情况有变化马上告诉我。")
        return None
    homes = [row["home"] for row in (yield from Look("homes", views.homes_of, world.who.person_id))]
    part = public_part(what) or ("电梯" if found.category == "lift" else None)
    near = {f"at:{home['id']}": at_part(home, part) if part else at_door(home) for home in homes[:3]}
    ask = Place(
        "place",
        "请告诉我在哪个小区几号楼，比如“幸福小区 3 号楼”，也可以发定位。",
        "看看楼门口的牌子，比如“幸福小区 3 号楼”；或者点 ＋ 号发一个“位置”给我，人能马上过去。",
        others={key: one["label"] for key, one in near.items()},
        sure=next(iter(near)) if len(near) == 1 else "",
        loose=True,
    )
    given = yield from Given(ask)
    place = near[given["other"]] if given and "other" in given else given
    order = yield from Do("open", opened(world, what, found.category, part, place))
    yield Say(f"已作为紧急工单 {order['number']} 登记，排在最前面。")
    if place is None:
        yield from ask_where(world, ask, near, order, part)
    elif "other" in given:
        if (yield from elsewhere(world, order, part, place)):
            yield from ask_where(world, ask, near, order, part, first=1)
    else:
        yield Say(assured(place["label"], order))
    yield from news(world, order)
    return None


def kind_of(kind: str) -> str:
    """The kind of danger whose advice is given."""
    return kind if kind in ADVICE else "other"


def advice_name(kind: str) -> str:
    """What the advice is called among the town's own texts."""
    return f"advice.{kind_of(kind)}"


def news(world: World, order: dict[str, Any]) -> Part[None]:
    """What changes is passed on at once, whatever it is; a phone number is kept as well."""
    for n in range(MOST_TRIES):
        text = "情况有变化，直接写给我，我马上转告。" if n == 0 else "已转告。还有变化，再写给我。"
        words = yield from Ask(f"news{n}", text, none="没有了", optional=True, eager=True)
        if not words:
            yield Say("好的，请注意安全。")
            return
        yield from Do(f"news{n}", AddWords(order["order_id"], world.who.account_id, words))
        if number := read_phone(words):
            yield from Do(f"phone{n}", SetPhone(world.who.person_id, number))


def ask_where(
    world: World,
    ask: Place,
    near: dict[str, dict[str, Any]],
    order: dict[str, Any],
    part: str | None,
    first: int = 0,
) -> Part[None]:
    """Where it is. What names no place of the register is passed on, and the question stays open."""
    for n in range(first, MOST_TRIES):
        text = WHERE_ELSE[n - 1] if n else ask.text
        asked = replace(ask, key=f"place{n or ''}", text=text, sure="", optional=n > 0, eager=True)
        place = yield from asked
        place = near[place["other"]] if "other" in place else place
        done = yield from Do(f"place{n or ''}", placed(world, order["order_id"], part, place))
        if not place.get("words"):
            yield Say(assured(place["label"], {**order, **done}))
            return


def assured(label: str, order: dict[str, Any]) -> str:
    """What is true about who knows of it by now."""
    known = "已通知值班人员" if order.get("reached") else "正在找人处理，急救电话请先打"
    return f"{label}，{known}。请注意安全，情况有变化马上告诉我。"


def still_burning(order: dict[str, Any], world: World) -> bool:
    """Whether an order of this person is the emergency they are still in."""
    opened_at = datetime.fromisoformat(order["opened_at"])
    return order["urgency"] == "emergency" and not order["close"] and world.now - opened_at < SAME


def elsewhere(world: World, order: dict[str, Any], part: str | None, place: dict[str, Any]) -> Part[bool]:
    """The place was taken from the only home that is bound; whether it is another, which is not known yet."""
    asked = yield from Place(
        "elsewhere",
        f"地点按您绑定的登记：{place['label']}。如果不在这里，请马上写在哪里。",
        "请写小区和楼号，比如“幸福小区 3 号楼”；就在这里请回复 1。",
        others={"here": "就在这里"},
        loose=True,
        optional=True,
        eager=True,
    )
    if "other" in asked:
        yield Say(assured(place["label"], order))
        return False
    done = yield from Do("elsewhere", placed(world, order["order_id"], part, asked))
    if asked.get("words"):
        return True
    yield Say(assured(asked["label"], {**order, **done}))
    return False


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
        thing=fault_object(what),
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
