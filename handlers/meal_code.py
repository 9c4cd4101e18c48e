"""A resident's own page for fetching a meal: the code in large figures and as a QR code, behind a signed address."""

from __future__ import annotations

import segno
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from bot.clock import Clock, local
from handlers.private_pages import harden
from models.rules.days import day_words
from models.rules.meals import MEAL_NAMES
from models.store import Store
from models.views.meal_code import MealCode, meal_code_of

GONE = "这个页面打不开了：这一餐已经过了，或者链接不完整。订了什么，请回到公众号发“我的订餐”。"
STATES = {
    "cancelled": "这一单已经取消了。",
    "served": "这一单已经领过了。",
    "no_show": "这一单记为没有来领，请问问食堂的工作人员。",
}
NOT_DELIVERED = "这一单没有送到，工作人员会打电话联系。"
DELIVERED = "这一单送到家，不用来取。万一要自己来取，给工作人员看这个码。"


def make_blueprint(store: Store, clock: Clock) -> Blueprint:
    """/meal/<token>: the page; nothing of who it is for stands on it."""
    pages = Blueprint(
        "meal", __name__, template_folder="templates", static_folder="static", static_url_path="/meal/static"
    )

    @pages.get("/meal/<token>")
    def page(token: str) -> ResponseReturnValue:
        with store.look(clock.now()) as work:
            found = meal_code_of(work, token)
        if found is None:
            return render_template("meal_code.html", meal=None, why=GONE), 404
        return render_template("meal_code.html", meal=found, **_said(found))

    pages.after_request(harden)
    return pages


def _said(meal: MealCode) -> dict[str, object]:
    placed = meal.state == "placed"
    came_to = NOT_DELIVERED if (meal.how, meal.state) == ("delivery", "no_show") else STATES.get(meal.state)
    return {
        "why": came_to or (DELIVERED if meal.how == "delivery" else ""),
        "when": f"{day_words(meal.day)}{MEAL_NAMES[meal.meal]}，"
        f"{local(meal.starts_at):%H:%M} 到 {local(meal.ends_at):%H:%M}",
        "picture": _drawn(meal.text) if placed else "",
        "placed": placed,
    }


def _drawn(text: str) -> Markup:
    """The code as SVG. segno draws modules only: no text gets into the page."""
    drawn = segno.make(text, error="q", micro=False)
    return Markup(drawn.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704
