"""一日三餐: the three usual meals of a day in one confirmation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.language.dates import find_days
from bot.language.numbers import says_any
from bot.language.ordering import ALL_MEALS
from bot.language.text import clean
from bot.talk import NAMES, Confirm, Do, Look, Part, Say, World, meal_label
from dialogs.meal_menu import WORDS, Card, available, basket_text, card_of, how_of, instead, offers_of
from dialogs.meal_whom import Diner
from dialogs.meal_words import NO_WAY_BACK, cancel_time, taken_back, whence
from models import views
from models.actions.meals import PlaceMeal
from models.rules.money import yuan

ALL = re.compile("|".join(map(re.escape, ALL_MEALS)))  # 一日三餐 is not the first of a month
ENOUGH = 2  # meals of a day that can still be ordered; with fewer it is the next day that is meant


def three(world: World, diner: Diner) -> Part[None]:
    """What is usual of each meal, else the first of the menu; what is over or sold out is said."""
    plan = yield from Look(
        "plan", plan_of, diner.person_id, world.opening.text, diner.word or "您", world.now, fresh=True
    )
    can = [one for one in plan["meals"] if one.get("basket")]
    yield from _notes(plan["notes"])
    if not can:
        yield Say("三餐现在都订不了。想订别的日子，直接说，比如“后天午餐”。")
        return
    ask = Confirm("all", told(can, diner), "请回复 1 确定，2 先不订。", yes="确定", no="先不订")
    if not (yield from ask):
        yield Say("好的，没有订。想单订一餐，直接说，比如“明天午餐”。")
        return
    lines = []
    for one in can:
        done = yield from Do(f"place_{one['meal']}", placed(world, diner, one))
        lines.append(_done(one, done))
    yield Say("\n".join([*lines, "看订了什么，回复 我的订餐。"]))


def _notes(notes: list[str]) -> Part[None]:
    if notes:
        yield Say("\n".join(notes))


def _said_day(words: str, today: date) -> str:
    """The day that a sentence names, ISO; empty when it names none or one that is past."""
    days = find_days(ALL.sub(" ", clean(words)), today)
    return days[0].days[0].isoformat() if days and days[0].days[0] >= today else ""


def plan_of(work: Any, person_id: int, words: str, who: str, now: datetime) -> dict[str, Any]:
    """What would be ordered for each meal of one day, and what has to be said about the others."""
    offers = offers_of(work, person_id, now)
    on = _said_day(words, views.today(work)) or _day(offers["meals"])
    meals, notes = [], []
    for meal, name in NAMES.items():
        found = [one for one, m in offers["meals"].items() if (m["day"], m["meal"]) == (on, meal)]
        label = meal_label(on, meal, offers["today"]) if on else name
        if not found:
            notes.append(offers["closed"].get(f"{on} {meal}") or f"{label}订不到。")
            continue
        card = card_of(work, person_id, found[0], offers["meals"][found[0]], who)
        had = card and (card["had"] or card["elsewhere"])
        if card is None or had:
            notes.append(f"{label}已经订过：{had['dishes']}。" if had else f"{label}订不到。")
            continue
        one, said = _meal(work, person_id, card, now, sends=says_any(words, WORDS["delivery"]))
        meals += [one] if one else []
        notes += said
    new = "、".join(NAMES[one["meal"]] for one in meals if one["new"])
    return {
        "meals": meals,
        "notes": [*notes, *([f"{new}{who}以前没订过，先按菜单上第一样。"] if new else [])],
    }


def _day(meals: Mapping[str, Mapping[str, str]]) -> str:
    """The first day of which enough meals can be ordered, else the first of which any can."""
    days = [one["day"] for one in meals.values()]
    many = [day for day in days if len({m["meal"] for m in meals.values() if m["day"] == day}) >= ENOUGH]
    return next(iter([*many, *days]), "")


def _meal(
    work: Any, person_id: int, card: Card, now: datetime, *, sends: bool
) -> tuple[dict[str, Any] | None, list[str]]:
    """The usual of one meal, what is not there replaced; else the first dish."""
    usual, label = views.usual_of(work, person_id, card["meal"]), card["label"]
    ids = {dish["name"]: one for one, dish in card["dishes"].items()}
    notes, basket = [], {}
    for name, count in (usual["dishes"] if usual else {}).items():
        dish = card["dishes"].get(ids.get(name, ""), {})
        if dish and dish["left"] >= count and not dish["clash"]:
            basket[ids[name]] = count
            continue
        why = dish.get("clash") if dish and dish["left"] >= count else "卖完了" if dish else "这一餐没有"
        other = next(iter(instead(card, ids.get(name, ""), basket)), None)
        notes.append(
            f"{label}的{name}{why}" + (f"，换成{card['dishes'][other]['name']}。" if other else "。")
        )
        basket |= {other: count} if other else {}
    if not basket:
        fits = [one for one, dish in available(card).items() if not dish["clash"]]
        basket = {fits[0]: 1} if fits else {}
    if not basket:
        return None, [*notes, f"{label}没有合适的菜，订不了。"]
    wanted = {"how": "delivery" if sends else "pickup", "home_id": None}
    how, home_id = how_of(wanted if sends or not usual else usual, card["places"])
    price = views.price(work, card["menu_id"], person_id, basket, how)
    kept = {name: card[name] for name in ("menu_id", "label", "meal", "canteen")}
    cancel = cancel_time(card, now)
    words = {"basket": basket, "text": basket_text(card, basket), "how": how, "home_id": home_id}
    return kept | words | {"price": price, "cancel": cancel, "new": usual is None}, notes


def told(meals: list[dict[str, Any]], diner: Diner) -> str:
    """The meals with their prices and the sum, to be read over once."""
    lines = [f"请核对{diner.whose}："]
    for one in meals:
        price = one["price"]
        paid = "".join(f"，{line['name']}补贴减 {yuan(line['cents'])}" for line in price["lines"])
        where = "送到家" if one["how"] == "delivery" else f"自己到{one['canteen']}取"
        gross = f"，{yuan(price['price_cents'])}{paid}" if paid else ""
        pays = whence(price | {"balance_cents": None}, one["how"])
        lines.append(f"{one['label']}：{one['text']}，{where}{gross}，您付 {yuan(price['pay_cents'])}{pays}")
        lines += [] if one["cancel"] else [f"注意：{one['label']}{NO_WAY_BACK}"]
    total = sum(one["price"]["pay_cents"] for one in meals)
    return "\n".join([*lines, f"一共您付 {yuan(total)}。确定订吗？"])


def placed(world: World, diner: Diner, one: Mapping[str, Any]) -> PlaceMeal:
    """One of the meals as it is to be placed."""
    dishes = {int(dish): count for dish, count in one["basket"].items()}
    return PlaceMeal(
        one["menu_id"],
        diner.person_id,
        dishes,
        one["how"],
        one["home_id"],
        account_id=world.who.account_id,
        by_person_id=diner.by,
    )


def _done(one: Mapping[str, Any], done: Mapping[str, Any]) -> str:
    if done["ok"]:
        back = taken_back(one["cancel"], one["label"], one["meal"])
        return f"{one['label']}订好了：{one['text']}，取餐码 {done['code']}。{back}"
    return f"{one['label']}没有订上，刚刚卖完或截止了。要看还有什么，请说“{one['label']}”。"
