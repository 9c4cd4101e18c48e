"""The page 备餐: what is cooked today, corrections, handing out by code, who has not come. Names are written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.kitchen_papers import PAPERS, as_excel, as_pdf, marks
from handlers.console.pages import back, day, found, looking, me, show, whole, working, write_down
from handlers.staff_meals import NEEDS_CODE, served
from models.actions.kitchen import AcknowledgeCount, ServeMeal
from models.rules.kitchen import read_code
from models.rules.meals import MEAL_NAMES
from models.views.calendar import today
from models.views.kitchen import Kitchen, day_of_kitchen, kitchen_count, kitchen_counts, kitchens
from models.views.meal_boxes import boxes, phone_of_box

ONE_DAY = timedelta(days=1)
NOT_HANDED_OUT = ("placed", "no_show")
HEARD = "已记下后厨知道了份数。"
READ = "第 {number} 次更正，已记下有人看到。"


def kitchen() -> ResponseReturnValue:
    """The meals of one canteen on one day."""
    with looking() as work:
        mine = kitchens(work, me().asker)
        here = asked_kitchen(mine, request.args)
        facts: Mapping[str, Any] = {}
        if here is not None:
            on = day("day", request.args) or day_of_kitchen(work, me().asker, here.id)
            facts = {
                "day": on,
                "today": today(work),
                "counts": kitchen_counts(work, me().asker, here.id, on),
                "before": _near(on, -1),
                "after": _near(on, 1),
            }
    words = {"meals": MEAL_NAMES, "papers": PAPERS, "marks_of": marks}
    return show("kitchen.html", kitchens=mine, kitchen=here, **words, **facts)


def asked_kitchen(mine: Sequence[Kitchen], values: Mapping[str, str]) -> Kitchen | None:
    """The canteen that is asked for, else the first; None when the asker runs none."""
    wanted = whole("canteen", values)
    if wanted is None:
        return next(iter(mine), None)
    return found(next((one for one in mine if one.id == wanted), None))


def _near(on: date, days: int) -> date:
    """The day before or after; the calendar's own ends stay where they are."""
    return on if (on, days) in ((date.min, -1), (date.max, 1)) else on + days * ONE_DAY


def read_correction(menu_id: int) -> ResponseReturnValue:
    """Somebody of the canteen has seen a correction."""
    with working() as work:
        count = found(kitchen_count(work, me().asker, menu_id))
        version = whole("version", request.form) or 0
        outcome = AcknowledgeCount(menu_id, version, user_id=me().id).run(work)
    number = outcome.get("correction")
    done = READ.format(number=number) if number else HEARD
    return back(outcome, done, "console.kitchen", canteen=count.canteen_id, day=count.day.isoformat())


def serve_meal() -> ResponseReturnValue:
    """Hand a meal out by what was typed or scanned."""
    typed = request.form.get("code", "").strip()[:20]
    read = read_code(typed)
    if read is None:
        flash(NEEDS_CODE.split("，比如")[0] + "。", "bad")
    else:
        menu_id, code = read
        with working() as work:
            at = whole("canteen", request.form)
            done = ServeMeal(code, user_id=me().id, menu_id=menu_id, canteen_id=at).run(work)
        flash(f"{code}：{served(done, code)}", "good" if done["ok"] else "bad")
    canteen, on = whole("canteen", request.form), day("day", request.form)
    return redirect(url_for("console.kitchen", canteen=canteen, day=on and on.isoformat()))


def kitchen_left(menu_id: int) -> ResponseReturnValue:
    """Whose meal has not been handed out; that somebody looked is written down."""
    return _left(menu_id)


def left_contact(menu_id: int, meal_order_id: int) -> ResponseReturnValue:
    """The same page with one diner's name, phone and door."""
    return _left(menu_id, meal_order_id)


def _left(menu_id: int, order_id: int | None = None) -> str:
    with working() as work:
        asker = me().asker
        count = found(kitchen_count(work, asker, menu_id))
        left = [box for box in boxes(work, asker, menu_id) if box.state in NOT_HANDED_OUT]
        shown, phone = None, ""
        if order_id is None:
            write_down(work, "meal_waiting", menu_id)
        else:
            shown = found(next((box for box in left if box.order_id == order_id), None))
            write_down(work, "meal_contact", shown.number)
            phone = phone_of_box(work, asker, menu_id, order_id)
    return show("kitchen_left.html", count=count, left=left, shown=shown, phone=phone, meals=MEAL_NAMES)


def kitchen_paper(menu_id: int) -> ResponseReturnValue:
    """A sheet to print, or the same as a table; what it holds of people is written down."""
    what, form = request.form.get("what", "count"), request.form.get("form", "pdf")
    if what not in PAPERS:
        found(None)
    with working() as work:
        count = found(kitchen_count(work, me().asker, menu_id))
        write_down(work, f"meal_paper_{what}", menu_id)
    return as_excel(what, count) if form == "xlsx" else as_pdf(what, count)
