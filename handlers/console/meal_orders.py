"""The page 订餐: the orders of a day and meal, one order changed or cancelled, and the list as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue

from bot.clock import local
from handlers.console.desk import here
from handlers.console.export import export
from handlers.console.menus import asked_canteen
from handlers.console.pages import (
    as_whole,
    back,
    day,
    filters,
    found,
    looking,
    me,
    show,
    whole,
    working,
    write_down,
)
from handlers.console.words import word
from models.actions.meal_money import PayAtCounter
from models.actions.meal_telling import tell_of_canteen
from models.actions.meals import CancelMeal, ChangeMeal
from models.rules.meals import MEAL_NAMES, MEALS
from models.rules.money import yuan
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views import canteens, meal_desk
from models.views.meal_desk import DeskMeal
from models.views.residents import looks_after

HOWS = ("pickup", "delivery")
SUBSIDY = "补贴"
STATES = ("placed", "cancelled", "served", "no_show")


def meal_orders() -> ResponseReturnValue:
    """The orders of a day, today's without one; that the names were shown is written down."""
    with working() as work:
        facts = _listed(work, request.args)
        if facts["orders"]:
            write_down(work, "meal_orders_seen", facts["day"])
    return show("meal_orders.html", **facts, only=filters("meal", "canteen", "how", "state"))


def _listed(work: Work, values: Mapping[str, str]) -> dict[str, Any]:
    on = day("day", values) or local(here().clock.now()).date()
    seen = canteens.canteens_seen(work, me().asker)
    canteen = asked_canteen(seen, values) if whole("canteen", values) else None
    wanted = {"meal": MEALS, "how": HOWS, "state": STATES}
    only: dict[str, Any] = {
        name: values.get(name) for name, some in wanted.items() if values.get(name) in some
    }
    only["canteen_id"] = canteen.id if canteen else None
    orders = meal_desk.meals_listed(work, me().asker, on, **only)
    facts = {"day": on, "today": local(here().clock.now()).date(), "orders": orders, "canteens": seen}
    facts |= {"meals": MEAL_NAMES, "hows": HOWS, "states": STATES, "most": meal_desk.MOST}
    facts["sums"] = meal_desk.meal_sums(work, me().asker, on, **only)
    return facts


def export_meal_orders() -> ResponseReturnValue:
    """The same list as a file; names only for who may have them."""
    with looking() as work:
        facts = _listed(work, request.form)
    rows = [_row(one) for one in facts["orders"]]
    return export("meal_orders", rows, cut=len(rows) >= meal_desk.MOST)


def _row(one: DeskMeal) -> dict[str, Any]:
    same = (
        "number",
        "canteen",
        "name",
        "place",
        "dishes",
        "portions",
        "price_cents",
        "subsidy_cents",
        "pay_cents",
    )
    row: dict[str, Any] = {name: getattr(one, name) for name in same}
    row |= {"day": one.day.isoformat(), "meal": MEAL_NAMES[one.meal], "how": word(one.how, "meal_how")}
    row |= {
        "state": word(one.state, "meal_state"),
        "pays": word(one.pays, "meal_pays"),
        "paid_at": one.paid_at,
    }
    return row


def meal_order(meal_number: int) -> ResponseReturnValue:
    """One order; that it was opened is written down."""
    return _page(meal_number)


def _page(number: int, typed: Mapping[str, str] | None = None, wrong: str = "") -> str:
    with working() as work:
        one = found(meal_desk.desk_meal(work, me().asker, number))
        write_down(work, "meal_order_seen", one.number)
        table = _table(work, one)
        facts = {
            "door": meal_desk.door_of_meal(work, one),
            "paid": _paid(work, one),
            "looks_after": _looks_after(work, one),
        }
    counts = typed_counts(typed) if typed is not None else one.counts
    return show(
        "meal_order.html",
        order=one,
        table=table,
        counts=counts,
        how=(typed or {}).get("how", one.how),
        home=(typed or {}).get("home", str(one.home_id or "")),
        meal=MEAL_NAMES[one.meal],
        late=is_late(one),
        unpaid=unpaid(one),
        over=one.ends_at <= here().clock.now(),
        wrong=wrong,
        **facts,
    )


def _paid(work: Work, one: DeskMeal) -> list[tuple[str, int]]:
    """Who paid how much of it; one sum for a firm, since the names of subsidies tell who is poor or disabled."""
    if _looks_after(work, one):
        return meal_desk.subsidies_of(work, one.id)
    return [(SUBSIDY, one.subsidy_cents)] if one.subsidy_cents else []


def _looks_after(work: Work, one: DeskMeal) -> bool:
    """Whether the asker may see whose it is: diets and money are not for a firm."""
    return one.person_id is not None and looks_after(work, me().asker, one.person_id)


def _table(work: Work, one: DeskMeal) -> meal_desk.Table | None:
    """What the order may be changed to; a firm is not told what somebody may not eat."""
    table = meal_desk.table_for(work, one.menu_id, one.person_id) if one.person_id else None
    return table if table is None or _looks_after(work, one) else meal_desk.without_diet(table)


def is_late(one: DeskMeal) -> bool:
    """Whether residents can change it no more, so that the kitchen must be told."""
    now = here().clock.now()
    return one.menu_state == "frozen" or min(one.order_until, one.cancel_until) <= now


def typed_counts(form: Mapping[str, str]) -> dict[int, int]:
    """How many of which dish were typed, those of none left out; 0 for what is no number of portions."""
    counts = {}
    for key, text in form.items():
        dish = as_whole(key.removeprefix("count_")) if key.startswith("count_") else None
        if dish is not None and text.strip() not in ("", "0"):
            counts[dish] = as_whole(text) or 0
    return counts


def change_meal(meal_number: int) -> ResponseReturnValue:
    """Other dishes, or another way to get them; after the cut-off the kitchen gets a correction. Or: it is paid."""
    if request.form.get("do") == "paid":
        return _take_money(meal_number)
    with working() as work:
        one = found(meal_desk.desk_meal(work, me().asker, meal_number))
        counts, how = typed_counts(request.form), request.form.get("how", one.how)
        late = is_late(one)
        action = ChangeMeal(
            one.id, counts, how, whole("home", request.form), via="console", by_id=g.me.id, late=late
        )
        outcome = action.run(work) if counts else Refusal(Why.NEEDS_WORDS)
        if outcome["ok"]:
            write_down(work, "meal_changed", one.number)
            tell_of_canteen(work, one.id, g.me.id, "changed", outcome["refund_cents"])
    if not outcome["ok"]:
        return _page(meal_number, request.form, refused_meal(outcome)), 422
    done = "已经改好，后厨会收到一张更正。" if late and one.menu_state == "frozen" else "已经改好。"
    return back(outcome, done, "console.meal_order", meal_number=meal_number)


def _take_money(number: int) -> ResponseReturnValue:
    """What was to be paid at the counter or at the door has been taken."""
    with working() as work:
        one = found(meal_desk.desk_meal(work, me().asker, number))
        outcome = PayAtCounter(one.id, "console", g.me.id).run(work) if unpaid(one) else Refusal(Why.ALREADY)
        if outcome["ok"]:
            write_down(work, "meal_paid", one.number)
    done = f"已经记下，收了 {yuan(one.pay_cents)}。"
    return back(outcome, done, "console.meal_order", step="meal", meal_number=number)


def unpaid(one: DeskMeal) -> bool:
    """Whether there is still money to be taken for it: also for a meal that has been taken to the door."""
    waits = one.pays == "pickup" and one.paid_at is None and one.state in ("placed", "served")
    return waits and one.pay_cents > 0 and one.person_id is not None


def cancel_meal(meal_number: int) -> ResponseReturnValue:
    """The meal is not cooked; what was paid goes back to the diner."""
    with working() as work:
        one = found(meal_desk.desk_meal(work, me().asker, meal_number))
        outcome = CancelMeal(one.id, via="console", by_id=g.me.id, late=is_late(one)).run(work)
        if outcome["ok"]:
            write_down(work, "meal_cancelled", one.number)
            tell_of_canteen(work, one.id, g.me.id, "cancelled", outcome["refund_cents"])
    refund = "，付过的钱已经退回余额" if outcome.get("refund_cents") else ""
    corrected = "，后厨会收到一张更正" if one.menu_state == "frozen" else ""
    done = f"已经取消{refund}{corrected}。"
    return back(outcome, done, "console.meal_order", step="meal", meal_number=meal_number)


def refused_meal(outcome: Mapping[str, Any]) -> str:
    """Why a meal was not ordered or changed, and what to do."""
    why = word(outcome["why"], "refusal_meal")
    return (why if why != outcome["why"] else word(outcome["why"], "refusal")).format(**outcome)
