"""住户: 不要晚饭
机器人: 没有订 订餐
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.language.dates import find_days
from bot.language.ordering import meal_wishes, what_is_cancelled
from bot.talk import Confirm, Do, Items, Look, Meal, Part, Say, Script, World, dialog
from dialogs.meal import suiting, way_of
from dialogs.meal_menu import basket_text, card_of
from dialogs.meal_orders import NONE, Order, orders_of
from dialogs.meal_whom import Diner
from dialogs.meal_words import SORRY, confirmation, whence
from dialogs.standing_skip import skipped
from models import views
from models.actions.meals import CancelMeal, ChangeMeal
from models.rules.money import yuan

NOT_YET = "这一餐还没有订上。不想订了，请回复 取消。"


@dialog(
    "meal_change",
    about="改订餐",
    opens=("cancel_meal", "change_meal"),
    undone="订的餐照旧。",
    within=("meal", "standing_order"),
)
def meal_change(world: World) -> Script:
    """A meal that is ordered is cancelled or changed."""
    cancels = next(iter(meal_wishes(world.opening.text)), "") == "cancel_meal"
    orders = yield from Look("orders", orders_of, world.who.person_id, world.now)
    if cancels and (yield from skipped(world, orders)):
        return None
    if not orders:
        yield Say(NONE if world.alone or not cancels else NOT_YET)
    elif cancels:
        yield from cancel(world, orders)
    else:
        yield from change(world, orders)
    return None


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
