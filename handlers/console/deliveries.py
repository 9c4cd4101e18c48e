"""A meal's rounds while they are walked: what is still on its way, what was handed over, what was not and why."""

from __future__ import annotations

from datetime import timedelta

from flask import request
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.kitchen_papers import NOBODYS
from handlers.console.pages import back, found, me, said, show, working, write_down
from models.actions.deliveries import WHY_LETTERS, Delivered, NotDelivered
from models.rules.meals import MEAL_NAMES
from models.rules.money import yuan
from models.views.calendar import today
from models.views.kitchen import kitchen_count
from models.views.meal_boxes import route_sheets

REASONS = ("家里没人", "敲门没人应", "地址不对", "老人不要了")
MISSED = "记下了，订餐 {number} 没有送到。“待办”里会请人打电话问老人。"
ARRIVED = "记下了，订餐 {number} 送到了。"


def deliveries(menu_id: int) -> ResponseReturnValue:
    """The rounds of one meal, house by house; that somebody looked is written down."""
    with working() as work:
        count = found(kitchen_count(work, me().asker, menu_id))
        sheets = route_sheets(work, me().asker, menu_id)
        write_down(work, "meal_rounds", menu_id)
        early = timedelta(minutes=work.limits["serve_early_minutes"])
        begun = count.state == "frozen" and here().clock.now() >= count.starts_at - early
        facts = {"begun": begun, "over": count.day < today(work)}
    words = {"meals": MEAL_NAMES, "nobodys": NOBODYS, "reasons": REASONS, "letters": WHY_LETTERS}
    return show("deliveries.html", count=count, sheets=sheets, **words, **facts)


def note_delivery(menu_id: int, meal_order_id: int) -> ResponseReturnValue:
    """Note that one of them was not handed over, or that it was."""
    missed = request.form.get("do") == "missed"
    with working() as work:
        found(kitchen_count(work, me().asker, menu_id))
        action = (
            NotDelivered(meal_order_id, said(), user_id=me().id)
            if missed
            else Delivered(meal_order_id, user_id=me().id)
        )
        outcome = action.run(work)
    done = (MISSED if missed else ARRIVED).format(number=outcome.get("number", ""))
    cents = outcome.get("collect_cents", 0)
    owed = f"请收 {yuan(cents)}，已记为收到。" if cents else ""
    return back(outcome, done + owed, "console.deliveries", step="delivery", menu_id=menu_id)
