"""一日三餐, 明天中午红烧肉，晚上番茄炒蛋: several meals in one confirmation with one sum."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.language.dates import find_days
from bot.language.dishes import near_dishes
from bot.language.meal_plans import several_meals
from bot.language.numbers import says_any
from bot.language.ordering import ALL_MEALS, all_meals
from bot.language.portions import find_portions, find_strangers
from bot.language.text import clean
from bot.talk import NAMES, Confirm, Do, Look, Part, Say, World, meal_label
from dialogs.meal_menu import WORDS, Card, available, card_of, how_of, instead, offers_of
from dialogs.meal_whom import Diner
from dialogs.meal_words import NO_WAY_BACK, cancel_time, taken_back, whence
from models import views
from models.actions.meals import PlaceMeal
from models.rules.money import yuan

ALL = re.compile("|".join(map(re.escape, ALL_MEALS)))  # 一日三餐 is not the first of a month
_CUT = re.compile("[,，、;；]|和|跟|加")
SEE = "要看还有什么，请说“{label}”。"
CHANGED = f"菜单刚刚有变化。{SEE}"
REFUSED = {
    "sold_out": f"菜刚刚卖完了。{SEE}",
    "full": f"这一餐刚刚订满了。{SEE}",
    "too_late": "刚刚截止订餐了。想订别的日子，直接说，比如“后天午餐”。",
    "already": "这一餐刚刚已经订过了。看订了什么，回复 我的订餐。",
    "not_served": "这一餐不送到您登记的住址。要自己去取，请说“{label}”。",
    "cap": "一餐最多订 {most} 份。要得多，请回复 人工，社区帮您和食堂说。",
    "not_yours": "您现在不能替家人订了。要重新绑定，请回复 绑定家人。",
}
ENOUGH = 2  # meals of a day that can still be ordered; with fewer it is the next day that is meant


def three(world: World, diner: Diner, said: str = "") -> Part[None]:
    """What is said of each meal, else what is usual, else the first of the menu; what is over or sold out is said.

    `said`: the words that name the meals, where they are not those that opened the talk.
    """
    words = said or world.opening.text
    plan = yield from Look("plan", plan_of, diner.person_id, words, diner.word or "您", world.now, fresh=True)
    can = plan["meals"]
    yield from _notes(plan["notes"])
    if not can:
        yield Say(f"这几餐现在都订不了。{plan['next']}想订别的日子，直接说，比如“后天午餐”。")
        return
    ask = Confirm("all", told(can, diner), "请回复 1 确定，2 先不订。", yes="确定", no="先不订")
    if not (yield from ask):
        yield Say("好的，没有订。想单订一餐，直接说，比如“明天午餐”。")
        return
    lines = []
    for one in can:
        done = yield from Do(f"place_{one['day']}_{one['meal']}", placed(world, diner, one))
        lines.append(became(one, done))
    yield Say("\n".join([*lines, "看订了什么，回复 我的订餐。"]))


def _notes(notes: list[str]) -> Part[None]:
    if notes:
        yield Say("\n".join(notes))


def wanted(words: str, today: date) -> list[dict[str, str]]:
    """The meals that are meant: [{"day": ISO, or empty where none is named, "meal", "words": of its dishes}]."""
    if all_meals(words):
        days = find_days(ALL.sub(" ", clean(words)), today)
        day = days[0].days[0].isoformat() if days and days[0].days[0] >= today else ""
        return [{"day": day, "meal": meal, "words": ""} for meal in NAMES]
    parts = several_meals(words, today)
    return [
        {"day": one.day.isoformat() if one.day else "", "meal": one.meal, "words": one.words} for one in parts
    ]


def plan_of(work: Any, person_id: int, words: str, who: str, now: datetime) -> dict[str, Any]:
    """What would be ordered for each meal, what has to be said about the others, and the next that can be had."""
    offers = offers_of(work, person_id, now)
    parts = wanted(words, views.today(work))
    first = _day(offers["meals"], {one["meal"] for one in parts})
    meals, notes = [], []
    for part in parts:
        on, meal = part["day"] or first, part["meal"]
        found = [one for one, m in offers["meals"].items() if (m["day"], m["meal"]) == (on, meal)]
        label = meal_label(on, meal, offers["today"]) if on else NAMES[meal]
        if not found:
            at = f"{on} {meal}"
            notes.append(offers["closed"].get(at) or offers["reasons"].get(at) or f"{label}订不到。")
            continue
        card = card_of(work, person_id, found[0], offers["meals"][found[0]], who)
        had = card and (card["had"] or card["elsewhere"])
        if card is None or had:
            notes.append(f"{label}已经订过：{had['dishes']}。" if had else f"{label}订不到。")
            continue
        one, said = _meal(work, person_id, card, now, (part["words"], words))
        meals += [one] if one else []
        notes += said
    priced = views.prices(work, person_id, [(one["menu_id"], one["basket"], one["how"]) for one in meals])
    meals = [one | {"price": price} for one, price in zip(meals, priced, strict=True)]
    new = "、".join(NAMES[one["meal"]] for one in meals if one["new"])
    notes += [f"{new}{who}以前没订过，先按菜单上第一样。"] if new else []
    had_at = {(one["day"], one["meal"]) for one in views.meals_of(work, person_id, views.today(work))}
    after = next((m["label"] for m in offers["meals"].values() if (m["day"], m["meal"]) not in had_at), "")
    return {"meals": meals, "notes": notes, "next": f"最近能订的是{after}。" if after else ""}


def _day(meals: Mapping[str, Mapping[str, str]], wished: set[str]) -> str:
    """The first day of which enough of these meals can be ordered, else the first of which any can."""
    days = [one["day"] for one in meals.values()]
    there = {day: {m["meal"] for m in meals.values() if m["day"] == day} & wished for day in days}
    many = [day for day in days if len(there[day]) >= min(ENOUGH, len(wished))]
    return next(iter([*many, *(day for day in days if there[day]), *days]), "")


def _meal(
    work: Any, person_id: int, card: Card, now: datetime, said: tuple[str, str]
) -> tuple[dict[str, Any] | None, list[str]]:
    """One meal as it is wished for, else the usual, not priced; `said`: the words about it, and all of them."""
    usual = views.usual_of(work, person_id, card["meal"])
    basket, notes, named = _named(card, clean(said[0]))
    if not named:
        basket, notes = _usual(card, usual)
    if not basket:
        label = card["label"]
        return None, [
            *notes,
            f"{label}没有订。要看有什么，说“{label}”。" if named else f"{label}没有合适的菜，订不了。",
        ]
    sends = [says_any(words, WORDS["delivery"]) for words in said]
    fetches = [says_any(words, WORDS["pickup"]) for words in said]
    brought = sends[0] or (sends[1] and not fetches[0])
    asked = {"how": "delivery" if brought else "pickup", "home_id": None}
    how, home_id = how_of(asked if brought or any(fetches) or not usual else usual, card["places"])
    kept = {name: card[name] for name in ("menu_id", "label", "day", "meal", "canteen")}
    words = {"basket": basket, "text": _text(card, basket), "how": how, "home_id": home_id}
    new = usual is None and not named
    return kept | words | {"cancel": cancel_time(card, now), "new": new}, notes


def _text(card: Card, basket: Mapping[str, int]) -> str:
    """The dishes, with what speaks against one that was wished for."""
    dishes = (card["dishes"][one] | {"count": count} for one, count in basket.items())
    warned = (
        f"{one['name']} {one['count']} 份" + (f"（注意：{one['clash']}）" if one["clash"] else "")
        for one in dishes
    )
    return "、".join(warned)


def _named(card: Card, words: str) -> tuple[dict[str, int], list[str], bool]:
    """The dishes that are wished for, what has to be said of those that cannot be had, and whether any is named."""
    ids, label = {dish["name"]: one for one, dish in card["dishes"].items()}, card["label"]
    portions = find_portions(words, list(ids), card["absent"])
    strangers = [
        one for piece in _CUT.split(words) for one in find_strangers(piece, list(ids), absent=card["absent"])
    ]
    basket: dict[str, int] = {}
    notes = [f"{label}没有“{name}”。" for name in strangers]
    for one in portions:
        dish, count = card["dishes"].get(ids.get(one.dish, "")), one.qty
        if dish is None:
            like = near_dishes(one.dish, [dish["name"] for dish in available(card).values()])
            notes.append(f"{label}没有“{one.dish}”" + (f"，有{'、'.join(like)}。" if like else "。"))
        elif one.others:
            notes.append(f"{label}有{'、'.join((one.dish, *one.others))}，请写全名。")
        elif not isinstance(count, int) or not 0 < count <= card["most"]:
            notes.append(f"{label}的{one.dish}要几份没听明白，每样 1 到 {card['most']} 份。")
        elif dish["left"] < count:
            notes.append(
                f"{label}的{one.dish}" + (f"只剩 {dish['left']} 份了。" if dish["left"] else "卖完了。")
            )
        else:
            basket[ids[one.dish]] = count
    if sum(basket.values()) > card["most"]:
        return {}, [*notes, f"{label}一共最多 {card['most']} 份。"], True
    return basket, notes, bool(portions or strangers)


def _usual(card: Card, usual: Mapping[str, Any] | None) -> tuple[dict[str, int], list[str]]:
    """The usual, what is not there replaced; else the first dish."""
    label = card["label"]
    ids = {dish["name"]: one for one, dish in card["dishes"].items()}
    notes: list[str] = []
    basket: dict[str, int] = {}
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
    return basket, notes


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


def became(one: Mapping[str, Any], done: Mapping[str, Any]) -> str:
    """What has become of one of the meals: its code, or why it could not be had and what to do."""
    if done["ok"]:
        back = taken_back(one["cancel"], one["label"], one["meal"])
        pays = one["price"]["pay_cents"] != done["pay_cents"]
        sum_ = (
            f"，您付 {yuan(done['pay_cents'])}" if pays else ""
        )  # a meal before it could not be had and used up no subsidy
        return f"{one['label']}订好了：{one['text']}，取餐码 {done['code']}{sum_}。{back}"
    why = REFUSED.get(done["why"], CHANGED).format(label=one["label"], most=done.get("most"))
    return f"{one['label']}没有订上，{why}"
