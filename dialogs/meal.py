"""住户: 订餐
机器人: 订餐先要知道您住在哪里
住户: 幸福小区3号楼2单元602
机器人: 绑定好了 今天晚餐 1. 鸡汤面 12 元
住户: 鸡汤面两份
机器人: 怎么取餐 1. 自己 2. 送到
住户: 2
机器人: 请核对 鸡汤面 2 份，24 元 您付 25 元 1. 确定
住户: 1
机器人: 订好了 取餐码 不要晚饭
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.language.dish_questions import bare_dish, named_dish
from bot.language.meal_plans import names_several
from bot.language.numbers import says_any
from bot.language.ordering import all_meals, meal_wishes
from bot.talk import (
    Choice,
    Confirm,
    Do,
    Given,
    Look,
    Meal,
    Open,
    Part,
    Say,
    Script,
    World,
    coming_text,
    dialog,
)
from dialogs.hello import which_home
from dialogs.meal_menu import (
    ALL,
    OFFERED,
    PLAN,
    WORDS,
    Card,
    Counts,
    ask_dishes,
    available,
    basket_text,
    card_of,
    instead,
    offers_of,
)
from dialogs.meal_three import three
from dialogs.meal_whom import Diner, whom
from dialogs.meal_words import cancel_time, confirmation, had_elsewhere, ordered, refused
from dialogs.report import consent
from models import views
from models.actions.meals import ChangeMeal, PlaceMeal
from models.actions.people import BindHome
from models.rules.money import yuan

FINAL = ("not_yours", "cap", "already")  # refusals that no other menu helps
TRIES = 4  # menus that may close or sell out under one's hands
NO_FOOD = "您住的小区现在还没有食堂供餐。想要的话请回复 人工，社区工作人员记下来，帮您问。"
NO_MENU = "食堂的菜单还没有排出来，现在订不了。晚一点再回复 订餐；急的话，请回复 人工。"


@dataclass(frozen=True)
class Basket:
    """What is to be ordered: dish ids with counts, how (pickup, home:<id>); `sure`: its price has been read."""

    dishes: Counts
    how: str = ""
    sure: bool = False
    had: Mapping[str, Any] = field(default_factory=dict)  # an order of the same meal that is changed
    menu: str = ""  # on which it was tried in vain


@dialog("meal", about="订餐", opens=("order", "maybe_order"), menu=("MEAL",), undone="什么都没有订。")
def meal(world: World) -> Script:
    """Which meal, which dishes, how; one confirmation with the sum. `1` on the usual is one."""
    diner = yield from whom(world)
    if isinstance(diner, Open):
        return diner
    if not (yield from served(world, diner)):
        return None
    if all_meals(world.opening.text) or names_several(world.opening.text):
        yield from three(world, diner)
        return None
    basket: Basket | None = Basket({})
    for turn in range(TRIES):
        basket = yield from once(world, diner, f"_{turn}" if turn else "", basket)
        if basket is None:
            return None
    yield Say("食堂的菜单一直在变，没有订上。请回复 人工，工作人员帮您订。")
    return None


def served(world: World, diner: Diner) -> Part[bool]:
    """Whether there is a canteen for the diner; who has no home yet is asked for it first."""
    canteen = yield from Look("canteen", views.canteen_for, diner.person_id)
    if canteen:
        return True
    if diner.word:
        yield Say(f"{diner.word}还没有登记住址，不知道由哪家食堂供餐。请回复 人工，社区工作人员帮您登记。")
        return False
    homes = yield from Look("bound", views.homes_of, diner.person_id)
    if homes:
        yield Say(NO_FOOD)
        return False
    yield Say("订餐先要知道您住在哪里，好找到给您做饭的食堂。")
    home = yield from which_home(world, None, False)
    if home is None:
        yield Say("好的，先不绑定。没有住址订不了餐；想订的时候，再回复 订餐。")
        return False
    yield from consent(world)
    yield from Do("bind", BindHome(diner.person_id, home["home_id"]))
    yield Say(f"绑定好了：{home['label']}。")
    canteen = yield from Look("canteen_there", views.canteen_for, diner.person_id)
    if not canteen:
        yield Say(NO_FOOD)
    return bool(canteen)


def once(world: World, diner: Diner, key: str, before: Basket | None) -> Part[Basket | None]:
    """One try to order; None once it is over, else what was wanted, where the menu has changed under one's hands."""
    before = before or Basket({})
    offers = yield from Look(f"offers{key}", offers_of, diner.person_id, world.now, fresh=True)
    if not offers["meals"]:
        yield Say(NO_MENU)
        return None
    named, on = yield from Look(f"on{key}", menus_with, diner.person_id, world.opening.text)
    chosen = yield from ask_meal(offers, key, before, on)
    at = (diner.person_id, chosen, offers["meals"].get(chosen, {}), diner.word or "您", world.now)
    card = yield from Look(f"card{key}", told_card, *at, fresh=True)
    if card is None:
        yield Say("这一餐刚刚订不了了。")
        return before
    if chosen in on and named in [one["name"] for one in available(card).values()]:
        yield Say(f"{card['label']}有{named}，先按 1 份算，要几份、换什么，可以再说。")
    if card["elsewhere"]:
        yield Say(had_elsewhere(card))
        return None
    basket = yield from filled(world, diner, card, key, before)
    if basket is None or not (yield from agreed(world, diner, card, key, basket)):
        return None
    yield from consent(world)
    done = yield from Do(f"place{key}", command(world, diner, card, basket))
    if done["ok"]:
        words = basket_text(card, basket.dishes)
        yield Say(ordered(card, words, basket.how, done))
        shows = yield from Look(f"shows{key}", views.meal_code_link, done["meal_order_id"])
        if shows and basket.how == "pickup":
            yield Say(f"取餐时出示这一页的二维码，或者报取餐码：{shows}")
        return None
    yield Say(refused(card, done))
    return None if done["why"] in FINAL else replace(basket, menu=chosen)


def told_card(
    work: Any, person_id: int, menu_id: str, meal: Mapping[str, str], who: str, now: datetime
) -> Card | None:
    """The menu, with its times in words."""
    card = card_of(work, person_id, menu_id, meal, who) if meal else None
    if card is None:
        return None
    return card | {"until": coming_text(card["order_until"], now), "cancel": cancel_time(card, now)}


def menus_with(work: Any, person_id: int, said: str) -> tuple[str, list[str]]:
    """The dish which is all that is said, and the menus that have it; none where it is no dish."""
    may_be = bare_dish(said) and "order" not in meal_wishes(said)  # 订餐 is none, and said most often
    offered = views.dishes_offered(work, person_id) if may_be else {}
    named = named_dish(said, [*offered])
    return named, [str(one) for one in offered.get(named, ())]


def ask_meal(offers: dict[str, Any], key: str, before: Basket, on: Sequence[str]) -> Part[str]:
    """Which meal: as the opening says, else the next one, of those `on` which its dish is; asked where that one is
    over."""
    meals = offers["meals"]
    again = bool(before.dishes)
    soonest = next((one for one in meals if one in on), next(iter(meals)))
    first = before.menu if before.menu in meals else "" if again else soonest
    return (
        yield from Meal(
            f"meal{key}",
            "还可以订下面这些，请选一餐；要别的，直接说，比如“后天午餐”。",
            "请回复前面的数字，或者说哪天哪一餐，比如“明天午餐”。",
            "刚才那一餐现在订不到了。",
            meals=meals,
            today=offers["today"],
            first=first,
            offered=tuple(meals)[:OFFERED],
            closed=offers["closed"],
            reasons=offers["reasons"],
            heeds=not again,
        )
    )


def filled(world: World, diner: Diner, card: Card, key: str, before: Basket) -> Part[Basket | None]:
    """The basket: dishes that suit and are there, how it comes, together with what has been ordered before."""
    kept = {one: n for one, n in before.dishes.items() if not problem(card, one, n)}
    if str(card["menu_id"]) == before.menu:
        kept = yield from suiting(card, key, before.dishes)
    ask = ask_dishes(f"dishes{key}", card, sure=kept)
    picked = yield from ask
    several = next((one for one in picked if one.startswith((ALL, PLAN))), "")
    if several:
        yield from three(world, diner, several.removeprefix(PLAN) if several != ALL else "")
        return None
    if picked.keys() & ask.whole.keys():
        always = way_of(card["usual"])
        said = (yield from Given(which_way(card, key))) if card["places"] else None
        basket = Basket(card["usual"]["dishes"], said or always, sure=said in (None, always))
    else:
        dishes = yield from suiting(card, f"{key}_of", picked)
        if not dishes:
            yield Say("好的，这一餐先不订了。想订的时候，回复 订餐。")
            return None
        basket = Basket(dishes, (yield from ask_how(world, card, key, before)))
    return (yield from with_had(card, key, basket))


def way_of(had: Mapping[str, Any]) -> str:
    """How a meal is had, with the home it is brought to."""
    return f"home:{had['home_id']}" if had["how"] == "delivery" else "pickup"


def suiting(card: Card, key: str, dishes: Counts) -> Part[Counts]:
    """The dishes that are left once those which are not there or not for the diner have been asked about."""
    basket = dict(dishes)
    for one, count in dishes.items():
        why = problem(card, one, count)
        if not why:
            continue
        others = instead(card, one, basket)[:2]
        name = card["dishes"].get(one, {}).get("name", "这道菜")
        choices = {other: f"换成{card['dishes'][other]['name']}" for other in others}
        choices |= {"keep": f"还是要{name}"} if problem(card, one, count, health=False) == "" else {}
        choices["drop"] = f"不要{name}了"
        asked = Choice(
            f"swap{key}_{one}", f"{name}{why}。怎么办？", "请回复前面的数字，比如 1。", choices=choices
        )
        picked = yield from asked
        if picked != "keep":
            basket = {
                (picked if had == one else had): n
                for had, n in basket.items()
                if had != one or picked != "drop"
            }
    return basket


def problem(card: Card, one: str, count: int, *, health: bool = True) -> str:
    """What speaks against so many of a dish: it is sold out, there are fewer, or it is not for the diner."""
    dish = card["dishes"].get(one)
    if dish is None:
        return "这一餐没有"
    if dish["left"] < count:
        return f"只剩 {dish['left']} 份了" if dish["left"] else "卖完了"
    return str(dish["clash"]) if health else ""


def ask_how(world: World, card: Card, key: str, before: Basket) -> Part[str]:
    """To fetch or to be brought; as always where there is a usual, and named in the confirmation."""
    if not card["places"]:
        if says_any(world.opening.text, WORDS["delivery"]):
            yield Say(f"{card['label']}不送餐，要自己到{card['canteen']}取。")
        return "pickup"
    return (yield from which_way(card, key, before.how))


def which_way(card: Card, key: str, before: str | None = None) -> Choice:
    """The question; `before`: as it was wished for until now (empty: as always); None where only words count."""
    fee = f"（送餐费 {yuan(card['delivery_cents'])}）" if card["delivery_cents"] else ""
    homes = {f"home:{one['home_id']}": f"送到{one['door']}{fee}" for one in card["places"]}
    known = card["had"] or card["usual"]
    always = way_of(known) if known else ""
    return Choice(
        f"how{key}",
        "怎么取餐？",
        "请回复前面的数字，比如 1。",
        choices={"pickup": f"自己到{card['canteen']}取", **homes},
        words={"pickup": WORDS["pickup"], **dict.fromkeys(homes, WORDS["delivery"])},
        sure="" if before is None else before if before in ("pickup", *homes) else always,
    )


def with_had(card: Card, key: str, basket: Basket) -> Part[Basket | None]:
    """Two orders for the same meal: added to the first, put in its place, or left."""
    had = card["had"]
    if had is None:
        return basket
    old: Counts = had["counts"]
    both = {one: old.get(one, 0) + basket.dishes.get(one, 0) for one in [*old, *basket.dishes]}
    picked = yield from Choice(
        f"twice{key}_{card['menu_id']}",
        f"{card['label']}{card['who']}已经订过：{had['dishes']}（编号 {had['number']}）。这次的怎么办？",
        "请回复前面的数字，比如 1。",
        choices={
            "add": f"加上，一共{basket_text(card, both)}",
            "instead": f"换掉，只要{basket_text(card, basket.dishes)}",
            "leave": "不订了，照原来的",
        },
    )
    if picked == "leave":
        yield Say(f"好的，照原来的：{had['dishes']}，取餐码 {had['code']}。")
        return None
    return Basket(both if picked == "add" else basket.dishes, basket.how, had=had)


def agreed(world: World, diner: Diner, card: Card, key: str, basket: Basket) -> Part[bool]:
    """Whether the basket is to be ordered at its price; the usual has been read with its own."""
    if basket.sure:
        return True
    at = (card["menu_id"], diner.person_id, basket.dishes, how_of(basket))
    but = basket.had.get("meal_order_id", 0)
    price = yield from Look(f"price{key}", views.price, *at, but=but, fresh=True)
    words = confirmation(card, basket.dishes, basket.how, price, diner.whose)
    ask = Confirm(f"sure{key}", words, "请回复 1 确定，2 先不订。", yes="确定", no="先不订")
    if (yield from ask):
        return True
    yield Say("好的，没有订。想订的时候，回复 订餐。")
    return False


def how_of(basket: Basket) -> str:
    """How, as orders keep it."""
    return "pickup" if basket.how == "pickup" else "delivery"


def command(world: World, diner: Diner, card: Card, basket: Basket) -> PlaceMeal | ChangeMeal:
    """The order as it is to be placed, or changed."""
    dishes = {int(one): count for one, count in basket.dishes.items()}
    home_id = int(basket.how.partition(":")[2]) if basket.how != "pickup" else None
    if basket.had:
        number = int(basket.had["meal_order_id"])
        return ChangeMeal(number, dishes, how_of(basket), home_id, world.who.person_id)
    return PlaceMeal(
        card["menu_id"],
        diner.person_id,
        dishes,
        how_of(basket),
        home_id,
        account_id=world.who.account_id,
        by_person_id=diner.by,
    )
