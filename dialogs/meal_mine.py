"""住户: 我的订餐
机器人: 现在没有订餐 订餐
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.ordering import meal_wishes
from bot.talk import Look, Part, Say, Script, World, dialog, hours_text
from dialogs.meal_change import meal_change
from dialogs.meal_orders import NONE, Order, orders_of
from dialogs.meal_words import SORRY, cancel_words, whence
from models.rules.money import yuan
from models.views.meal_price import balance_of

MOST_SHOWN = 6  # that one message holds
CHANGES = {("cancel_meal",), ("change_meal",)}
"""Wishes of meal_change, which was a part of this one: talks that were stored then go on."""


@dialog(
    "meal_mine",
    about="看订餐",
    opens=("my_meals", "meal_money"),
    menu=("MY_MEALS",),
    undone="订的餐照旧。",
    within=("meal", "standing_order", "meal_change"),
)
def meal_mine(world: World) -> Script:
    """The meals to come with their codes; what they cost."""
    if meal_wishes(world.opening.text) in CHANGES:
        return (yield from meal_change.script(world))
    orders = yield from Look("orders", orders_of, world.who.person_id, world.now)
    if meal_wishes(world.opening.text) == ("meal_money",):
        yield from money(world, orders)
    elif not orders:
        yield Say(NONE)
    else:
        rest = len(orders) - MOST_SHOWN
        more = [f"后面还有 {rest} 餐。"] if rest > 0 else []
        yield Say("\n".join(["您订的餐：", *map(line, orders[:MOST_SHOWN]), *more, hint(orders)]))
    return None


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
