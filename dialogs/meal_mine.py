"""住户: 我的订餐
机器人: 现在没有订餐 订餐
住户: 不要晚饭
机器人: 没有订 订餐
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.language.dates import find_days
from bot.language.ordering import meal_wishes, what_is_cancelled
from bot.talk import (
    Confirm,
    Do,
    Items,
    Look,
    Meal,
    Part,
    Say,
    Script,
    World,
    coming_text,
    dialog,
    hours_text,
    meal_label,
)
from dialogs.meal import suiting, way_of
from dialogs.meal_menu import basket_text, card_of
from dialogs.meal_whom import Diner
from dialogs.meal_words import SORRY, cancel_words, confirmation, whence
from dialogs.standing_skip import skipped
from models import views
from models.actions.meals import CancelMeal, ChangeMeal
from models.rules.money import yuan
from models.views.meal_price import balance_of

NONE = "您现在没有订餐。要订餐，回复 订餐。"
NOT_YET = "这一餐还没有订上。不想订了，请回复 取消。"
MOST_SHOWN = 6  # that one message holds

Order = dict[str, Any]


@dialog(
    "meal_mine",
    about="看订餐",
    opens=("my_meals", "cancel_meal", "change_meal", "meal_money"),
    menu=("MY_MEALS",),
    undone="订的餐照旧。",
    within=("meal", "standing_order"),
)
def meal_mine(world: World) -> Script:
    """The meals to come with their codes; one is cancelled or changed; what they cost."""
    wish = next(iter(meal_wishes(world.opening.text)), "my_meals")
    orders = yield from Look("orders", orders_of, world.who.person_id, world.now)
    if wish == "meal_money":
        yield from money(world, orders)
    elif wish == "cancel_meal" and (yield from skipped(world, orders)):
        return None
    elif not orders:
        yield Say(NONE if world.alone or wish != "cancel_meal" else NOT_YET)
    elif wish == "cancel_meal":
        yield from cancel(world, orders)
    elif wish == "change_meal":
        yield from change(world, orders)
    else:
        rest = len(orders) - MOST_SHOWN
        more = [f"后面还有 {rest} 餐。"] if rest > 0 else []
        yield Say("\n".join(["您订的餐：", *map(line, orders[:MOST_SHOWN]), *more, hint(orders)]))
    return None


def orders_of(work: Any, person_id: int, now: datetime) -> list[Order]:
    """The meals to come of a person and of those for whom they may order, earliest first."""
    today = views.today(work)
    whose = [
        (person_id, ""),
        *((one["person_id"], one["word"]) for one in views.served_people(work, person_id)),
    ]
    found = [
        one
        | {
            "word": word,
            "label": meal_label(one["day"], one["meal"], today.isoformat()),
            "today": today.isoformat(),
            "until": coming_text(one["cancel_until"], now),
            "begun": datetime.fromisoformat(one["starts_at"]) <= now,
            "open": datetime.fromisoformat(one["cancel_until"]) > now,
        }
        for person, word in whose
        for one in views.meals_of(work, person, today)
    ]
    return sorted(found, key=lambda one: (one["starts_at"], one["meal_order_id"]))


def paid_words(order: Order) -> str:
    """Whether it is paid, or how it will be; empty where there is nothing to pay."""
    return "已付" if order["paid"] else whence(order, order["how"]).lstrip("，")


def line(order: Order) -> str:
    """One meal to come."""
    who = f"{order['word']}的" if order["word"] else ""
    hours = hours_text(order["starts_at"], order["ends_at"])
    where = "送到家" if order["how"] == "delivery" else f"到{order['canteen']}取"
    paid = paid_words(order)
    sum_ = f"您付 {yuan(order['pay_cents'])}" + (f"（{paid}）" if paid and order["pay_cents"] else "")
    until = f"{order['until']} 前可以取消" if order["open"] else "已经在备餐，不能取消了"
    return f"{who}{order['label']}：{order['dishes']}，取餐码 {order['code']}，{hours} {where}，{sum_}，{until}。"


def hint(orders: Sequence[Order]) -> str:
    """How to change something, in words; once it is being served, whom to tell that it has not come."""
    if orders[0]["begun"]:
        return "饭没到、不对，请回复 人工，工作人员马上帮您问食堂。"
    order = next((one for one in orders if one["open"]), None)
    if order is None:
        return SORRY
    back = cancel_words(order["label"], order["meal"])
    return f"要取消，回复“{back}”；要改，说“{order['label']}改成两份”这样就行。"


def which(key: str, text: str, orders: Sequence[Order], what: str) -> Meal:
    """Which of the orders is meant; the only one where there is just one."""
    meals = {
        str(one["meal_order_id"]): {
            "day": one["day"],
            "meal": one["meal"],
            "canteen": one["word"],
            "label": f"{one['word'] and one['word'] + '的'}{one['label']}：{one['dishes']}",
        }
        for one in orders
    }
    return Meal(
        key,
        text,
        "请回复前面的数字，或者说哪一餐，比如“明天午餐”。",
        meals=meals,
        today=orders[0]["today"],
        first=next(iter(meals)) if len(meals) == 1 else "",
        offered=tuple(meals)[:5],
        none=what,
        back=True,
    )


def cancel(world: World, orders: Sequence[Order]) -> Part[None]:
    """One is taken back: at once where it is named, else once it has been confirmed."""
    ask = which("which", "要取消哪一餐？", orders, "您没有订{what}。")
    chosen = yield from ask
    order = next(one for one in orders if str(one["meal_order_id"]) == chosen)
    if (len(orders) == 1 and ask.named(world.opening.text) is None) or of_another_day(world, order):
        text = f"要取消{order['label']}（{order['dishes']}）吗？"
        if not (
            yield from Confirm("sure", text, "请回复 1 取消这一餐，2 不取消。", yes="取消这一餐", no="不取消")
        ):
            yield Say(f"好的，照旧：{order['label']}，取餐码 {order['code']}。")
            return
    done = yield from Do("cancel", CancelMeal(order["meal_order_id"], world.who.person_id))
    yield Say(cancelled(order, done))


def of_another_day(world: World, order: Order) -> bool:
    """Whether a meal that is meant may be the one that is just being ordered: no day is named in the midst of it."""
    named = find_days(what_is_cancelled(world.opening.text), date.fromisoformat(order["today"]))
    return not world.alone and order["day"] != order["today"] and not named


def cancelled(order: Order, done: Mapping[str, Any]) -> str:
    """What has become of it."""
    if done["ok"]:
        return f"取消了：{order['label']}，{order['dishes']}。{refund_words(order, done)}还想吃，回复 订餐。"
    if done["why"] == "too_late":
        return f"{order['label']}过了取消时间（{order['until']}），食堂已经在备餐。{SORRY}"
    return f"{order['label']}已经取消过，或者已经取走了。回复 我的订餐 看现在订了什么。"


def refund_words(order: Order, done: Mapping[str, Any]) -> str:
    """What went back of the money, and where it is now; empty where nothing did."""
    if not done["refund_cents"]:
        return ""
    refund = yuan(done["refund_cents"])
    if order["pays"] == "bill":
        return f"账单上减去了 {refund}。"
    whose = f"{order['word']}的" if order["word"] else ""
    return f"付过的 {refund}已退回{whose}餐费余额，下次订餐先从余额里扣。"


def change(world: World, orders: Sequence[Order]) -> Part[None]:
    """改成三份, 换成豆腐: an order that is placed already, once its new price has been confirmed."""
    ask = which("which", "要改哪一餐？", orders, "您没有订{what}。")
    chosen = yield from ask
    order = next(one for one in orders if str(one["meal_order_id"]) == chosen)
    meal = {name: order[name] for name in ("day", "meal", "canteen", "label")}
    card = yield from Look("card", card_of, order["person_id"], str(order["menu_id"]), meal, fresh=True)
    if card is None:
        yield Say(f"{order['label']}已经截止，食堂在备餐，改不了了。{SORRY}")
        return
    now: dict[str, int] = order["counts"]
    wanted = yield from which_dishes(card, order, now)
    basket = yield from suiting(card, "_changed", {one: n for one, n in wanted.items() if n != now.get(one)})
    basket = {one: n for one, n in wanted.items() if n == now.get(one)} | basket
    how, diner = way_of(order), Diner(order["person_id"], order["word"])
    at = (card["menu_id"], order["person_id"], basket, order["how"])
    price = yield from Look("price", views.price, *at, but=order["meal_order_id"], fresh=True)
    text = confirmation(card | {"cancel": order["until"]}, basket, how, price, diner.whose)
    if not (yield from Confirm("sure", text, "请回复 1 确定，2 不改。", yes="确定", no="不改")):
        yield Say(f"好的，没有改：{order['label']}，{order['dishes']}。")
        return
    dishes = {int(one): count for one, count in basket.items()}
    done = yield from Do(
        "change", ChangeMeal(order["meal_order_id"], dishes, by_person_id=world.who.person_id)
    )
    yield Say(changed(order, done, basket_text(card, basket)))


def which_dishes(card: Mapping[str, Any], order: Order, now: Mapping[str, int]) -> Part[dict[str, int]]:
    """What is to be had instead, as the opening says it; asked where it does not."""
    things = {one: dish["name"] for one, dish in card["dishes"].items() if dish["left"] > 0 or one in now}
    left = {one: dish["left"] + now.get(one, 0) for one, dish in card["dishes"].items()}
    gone = [dish["name"] for one, dish in card["dishes"].items() if one not in things]
    return (
        yield from Items(
            "dishes",
            f"{order['label']}现在是{order['dishes']}。要改成什么？比如“改成三份”“换成{next(iter(things.values()))}”。",
            "请说改成什么，比如“改成三份”；不改请回复 取消。",
            things=things,
            most=card["most"],
            total=card["most"],
            left={one: n for one, n in left.items() if n < card["most"]},
            absent=(*card["absent"], *gone),
            at=order["label"],
            now=dict(now),
        )
    )


def changed(order: Order, done: Mapping[str, Any], dishes: str) -> str:
    """What has become of it."""
    if done["ok"]:
        return (
            f"改好了：{order['label']}，{dishes}，您付 {yuan(done['pay_cents'])}{whence(done, order['how'])}，"
            f"取餐码还是 {done['code']}。{refund_words(order, done)}回复 我的订餐 可以再看。"
        )
    if done["why"] in ("sold_out", "full"):
        return f"刚刚只剩 {done.get('left') or 0} 份，没有改成。{order['label']}照旧：{order['dishes']}。"
    if done["why"] == "too_late":
        return f"{order['label']}刚刚截止，没有改成，照旧：{order['dishes']}。{SORRY}"
    return f"没有改成，{order['label']}照旧：{order['dishes']}。要找人，请回复 人工。"


def money(world: World, orders: Sequence[Order]) -> Part[None]:
    """How one pays, what is left, and what is still to be paid."""
    account = yield from Look("account", balance_of, world.who.person_id)
    pays, cents = account
    due = [
        f"{one['label']}：您付 {yuan(one['pay_cents'])}，{paid_words(one)}。"
        for one in orders[:MOST_SHOWN]
        if one["pay_cents"]
    ]
    yield Say("\n".join([account_words(pays, cents), *due]))


def account_words(pays: str, cents: int) -> str:
    """How one pays and what there is. Who pays at the counter may have money too: what went back for a meal.

    >>> account_words("bill", 2000)
    '您的餐费按月结算，现在多付了 20 元，以后的饭先从里面扣。'
    >>> account_words("pickup", 1500)
    '您的餐费余额是 15 元，订餐时够付就从余额里扣，不够就取餐时付。要充值或者退钱，请到食堂或居委会，找工作人员。'
    """
    if pays == "bill" and cents > 0:
        return f"您的餐费按月结算，现在多付了 {yuan(cents)}，以后的饭先从里面扣。"
    if pays == "bill":
        return f"您的餐费按月结算，现在记了 {yuan(-cents)}，月底一起付。"
    if pays == "pickup" and not cents:
        return "您订的餐是取餐时付钱。想先充值、以后从余额里扣，请到食堂或居委会，找工作人员。"
    how = "订餐时够付就从余额里扣，不够就取餐时付"
    return f"您的餐费余额是 {yuan(cents)}，{how}。要充值或者退钱，请到食堂或居委会，找工作人员。"
