"""What of a menu a diner is shown: which meals, which dishes at what price, the usual, what there is instead."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.language.ordering import ALL_MEALS
from bot.talk import Items, coming_text, hours_text, meal_label
from models import views
from models.rules.diets import MARKS
from models.rules.money import yuan
from models.views.meal_closed import meals_closed

WORDS: Mapping[str, list[str]] = json.loads(
    (Path(__file__).with_name("data") / "meal.json").read_text(encoding="utf-8")
)
"""What is said of fetching a meal, and of having it brought."""
MOST_LISTED = 5  # numbers under one message
OFFERED = 3  # meals to choose from by number

ALL = "all"  # what is answered by whoever wants all three meals

PLAN = "plan:"  # and the words: what is answered by whoever names several meals with their dishes

Card = dict[str, Any]
Counts = dict[str, int]


def offers_of(work: Any, person_id: int, now: datetime) -> dict[str, Any]:
    """The meals that a person can still order, and why others cannot be ordered any more."""
    today = views.today(work).isoformat()
    meals: dict[str, dict[str, Any]] = {}
    closed: dict[str, str] = {}
    for menu in views.menus_open(work, person_id, dishes=False):
        label = meal_label(menu["day"], menu["meal"], today)
        if menu["left"] <= 0:
            said = f"{label}已经订满了。"
            closed |= {f"{menu['day']} {menu['meal']}": said, str(menu["menu_id"]): said}
            continue
        own = "" if menu["is_default"] else f"（{menu['canteen']}）"
        kept = {name: menu[name] for name in ("day", "meal", "canteen")}
        meals[str(menu["menu_id"])] = kept | {"label": label + own}
    reasons: dict[str, str] = {}
    for one in meals_closed(work, person_id):
        at = f"{one['day']} {one['meal']}"
        said = why_not(one, meal_label(one["day"], one["meal"], today), now)
        reasons[at] = said
        if one["why"] == "late" and not one["over"]:
            closed |= {at: said, str(one["menu_id"]): said}
    return {"today": today, "meals": meals, "closed": closed, "reasons": reasons}


def why_not(one: Mapping[str, Any], label: str, now: datetime) -> str:
    """Why a meal cannot be ordered, in words."""
    if one["why"] == "late":
        return f"{label}订餐已经截止（{coming_text(one['order_until'], now)} 截止）。"
    note = f"（{one['note']}）" if one["note"] else ""
    said = {
        "closed": f"{label[:-2]}食堂不开{note}，{label}订不到。",
        "not_served": f"食堂{label[:-2]}不供应{label[-2:]}。",
        "withdrawn": f"{label}食堂做不了，已经撤下了。",
        "no_menu": f"{label}的菜单还没有排出来，晚一点再看。",
    }
    return said[one["why"]]


def card_of(work: Any, person_id: int, menu_id: str, meal: Mapping[str, str], who: str = "您") -> Card | None:
    """One menu as a diner sees it, the usual, their homes, and what they have ordered of it; None once it is over.

    `who`: what whoever orders calls the diner.
    """
    menu = views.menu_card(work, person_id, int(menu_id))
    if menu is None:
        return None
    day = date.fromisoformat(menu["day"])
    dishes = {
        str(one["dish_id"]): one
        | {"left": _left(one, menu["left"]), "clash": one["clash"].replace("您", who)}
        for one in menu["dishes"]
    }
    same = [one for one in views.meals_of(work, person_id, day) if _at(one) == _at(menu)]
    had = {str(one["menu_id"]) == menu_id: one for one in same}
    card = menu | {"label": meal["label"], "who": who, "dishes": dishes}
    card |= {"had": had.get(True), "elsewhere": had.get(False)}
    card |= where_to(work, person_id, menu["canteen_id"])
    card["places"] = card["places"] if menu["delivers"] else []
    there = {dish["name"] for dish in menu["dishes"]}
    cooked = views.dishes_cooked(work, menu["canteen_id"]).values()
    card["absent"] = [name for name in cooked if name not in there]
    card["most"] = work.limits["meal_portions"]
    card["usual"], card["misses"] = _usual(work, person_id, card)
    return card


def _at(meal: Mapping[str, Any]) -> tuple[str, str]:
    return meal["day"], meal["meal"]


def _left(dish: Mapping[str, Any], room: int) -> int:
    return room if dish["left"] is None else min(dish["left"], room)


def where_to(work: Any, person_id: int, canteen_id: int) -> dict[str, Any]:
    """The homes of a diner to which the canteen brings meals, and where the canteen is."""
    homes = [one.home for one in views.homes_of(work, person_id)]
    estates = {one.estate_id for one in homes}
    serving = {
        estate: next((c for c in views.canteens_of(work, estate) if c.id == canteen_id), None)
        for estate in sorted(estates)
    }
    places = [{"home_id": one.id, "door": one.door} for one in homes if serving[one.estate_id]]
    return {"places": places, "address": next((c.address for c in serving.values() if c), "")}


def _usual(work: Any, person_id: int, card: Card) -> tuple[dict[str, Any] | None, list[str]]:
    """The usual with what it costs on this menu, None where it cannot be had; and what of it is not there."""
    usual = views.usual_of(work, person_id, card["meal"])
    if usual is None:
        return None, []
    by_name = {dish["name"]: one for one, dish in available(card).items() if not dish["clash"]}
    dishes, wanted = card["dishes"], usual["dishes"]
    misses = [
        name for name, count in wanted.items() if name not in by_name or dishes[by_name[name]]["left"] < count
    ]
    if misses:
        return None, misses
    how, home_id = how_of(usual, card["places"])
    counts = {by_name[name]: count for name, count in wanted.items()}
    price = views.price(work, card["menu_id"], person_id, counts, how)
    return ({"dishes": counts, "how": how, "home_id": home_id} | price if price else None), []


def how_of(usual: Mapping[str, Any], places: Sequence[Mapping[str, Any]]) -> tuple[str, int | None]:
    """How the usual is had: brought home where that can be done as always, else fetched."""
    known = [one["home_id"] for one in places]
    if usual["how"] == "delivery" and known:
        return "delivery", usual["home_id"] if usual["home_id"] in known else known[0]
    return "pickup", None


def available(card: Card) -> dict[str, dict[str, Any]]:
    """The dishes that are left, those that suit the diner first."""
    left = {one: dish for one, dish in card["dishes"].items() if dish["left"] > 0}
    return dict(sorted(left.items(), key=lambda one: bool(one[1]["clash"])))


def instead(card: Card, dish: str, basket: Mapping[str, int]) -> list[str]:
    """Dishes to take in the place of `dish`, the one that costs most nearly the same first."""
    count = basket.get(dish, 1)
    fits = [
        one
        for one, other in available(card).items()
        if one != dish and one not in basket and not other["clash"] and other["left"] >= count
    ]
    cents = card["dishes"][dish]["cents"] if dish in card["dishes"] else None
    return fits if cents is None else sorted(fits, key=lambda one: abs(card["dishes"][one]["cents"] - cents))


def basket_text(card: Card, basket: Mapping[str, int]) -> str:
    """What is in a basket: 红烧肉 2 份、米饭 1 份."""
    return "、".join(f"{card['dishes'][one]['name']} {count} 份" for one, count in basket.items())


def ask_dishes(key: str, card: Card, sure: Counts | None = None) -> Items:
    """The question which dishes: five numbers at most, the usual first; the rest by name."""
    there, usual = available(card), card["usual"]
    whole = {usual_id(card): usual_label(card)} if usual else {}
    listed = dict(list(there.items())[: MOST_LISTED - len(whole)])
    rest = [f"{one['name']} {yuan(one['cents'])}" for id, one in there.items() if id not in listed]
    return Items(
        key,
        "\n".join(line for line in (head(card), *notes(card), more(rest)) if line),
        f"没听明白。想吃什么，写菜名和份数就行，比如“{example(there)}”。",
        "刚才选的菜有变化，请看看现在的：",
        things={one: dish["name"] for one, dish in there.items()},
        most=card["most"],
        total=card["most"],
        listed={one: dish_label(dish) for one, dish in listed.items()},
        whole=whole,
        parts={usual_id(card): usual["dishes"]} if usual else {},
        calls={ALL: ALL_MEALS},
        besides=ways(card),
        plan=PLAN,
        lacking=lacking(card),
        absent=tuple(card["absent"]),
        at=card["label"],
        left={one: dish["left"] for one, dish in there.items() if dish["left"] < card["most"]},
        sure=sure or {},
        heeds=not sure,
    )


def ways(card: Card) -> dict[str, str]:
    """How it is to come, said before what, with the answer."""
    no = f"{card['label']}不送餐，要自己到{card['canteen']}取。"
    brought = "好的，送到家。" if card["places"] else no
    said = dict.fromkeys(WORDS["delivery"], brought) | dict.fromkeys(WORDS["pickup"], "好的，自己取。")
    return {word: f"{answer}想吃什么？回复数字，或写菜名和份数。" for word, answer in said.items()}


def example(there: Mapping[str, Mapping[str, Any]]) -> str:
    """A dish and a count, as one may answer."""
    return f"{next(iter(there.values()))['name']}两份" if there else "红烧肉两份"


def head(card: Card) -> str:
    """Which meal, when, until when; and what has been ordered of it already."""
    hours = hours_text(card["starts_at"], card["ends_at"])
    lines = [f"{card['label']}（{card['canteen']}，{hours}，{card['until']} 前订）。"]
    if card["had"]:
        lines.append(f"这一餐{card['who']}已经订了{card['had']['dishes']}。")
    return "\n".join([*lines, f"想吃什么？回复数字，或写菜名和份数，比如“{example(available(card))}”。"])


def notes(card: Card) -> list[str]:
    """What is sold out, and what of the usual is not there."""
    gone = list(lacking(card).values())
    misses = "、".join(card["misses"])
    return [f"老样子里的{misses}这一餐没有。" if misses else "", *gone]


def more(rest: Sequence[str]) -> str:
    """The dishes without a number, and the way to other meals."""
    others = "要订别的餐，直接说，比如“后天午餐”。"
    return f"还有：{'、'.join(rest)}（写菜名）。{others}" if rest else others


def lacking(card: Card) -> dict[str, str]:
    """Dishes that are sold out, with what there is instead."""
    return {
        dish["name"]: f"{dish['name']}卖完了{_or(card, one)}。"
        for one, dish in card["dishes"].items()
        if dish["left"] <= 0
    }


def _or(card: Card, dish: str) -> str:
    other = next(iter(instead(card, dish, {})), None)
    return f"，可以换{card['dishes'][other]['name']}" if other else ""


def dish_label(dish: Mapping[str, Any]) -> str:
    """A dish under its number: price, what is left to pay after subsidies, marks, what speaks against it."""
    after = dish["pay_cents"]
    paid = f"，补贴后 {yuan(after)}" if 0 < after < dish["cents"] else ""
    marks = "、".join(MARKS[one] for one in dish["marks"] if one in MARKS)
    said = "；".join(one for one in (marks, dish["clash"]) if one)
    return f"{dish['name']} {yuan(dish['cents'])}{paid}" + (f"（{said}）" if said else "")


def usual_label(card: Card) -> str:
    """The usual in its line: what, how, what is left to pay."""
    usual = card["usual"]
    how = "送到家" if usual["how"] == "delivery" else "自己取"
    return f"老样子：{basket_text(card, usual['dishes'])}，{how}，您付 {yuan(usual['pay_cents'])}"


def usual_id(card: Card) -> str:
    """An id that changes with what it stands for, so that nobody orders what they did not read."""
    usual = card["usual"]
    dishes = "+".join(f"{one}x{count}" for one, count in usual["dishes"].items())
    return f"usual:{card['menu_id']}:{dishes}:{usual['how']}:{usual['home_id']}:{usual['pay_cents']}"
