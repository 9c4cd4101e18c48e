"""The page 替人订餐: for somebody without WeChat a clerk finds the person, a menu, dishes, and sees the sum first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.meal_orders import refused_meal, typed_counts
from handlers.console.pages import found, me, show, whole, working, write_down
from handlers.console.search import look
from models import views
from models.actions.meal_telling import CLERK, tell_of_staff
from models.actions.meals import PlaceMeal
from models.rules.meals import MEAL_NAMES
from models.rules.money import paid_how, yuan
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views import meal_desk
from models.views.diets import diet_of, diet_words
from models.views.residents import looks_after

SOUGHT = 60


def order_for() -> ResponseReturnValue:
    """The empty box."""
    return show("meal_for.html", people=None, sought_diner="")


def find_diner() -> ResponseReturnValue:
    """Who has this phone, name or home; that they were shown is written down."""
    sought = request.form.get("who", "").strip()[:SOUGHT]
    with working() as work:
        people = look(work, sought).people if sought else ()
    return show("meal_for.html", people=people, sought_diner=sought)


def order_meal(person_id: int) -> ResponseReturnValue:
    """What a person of the own area can have; of the chosen menu every dish, with what is not for them."""
    return _page(person_id, request.args)


def _page(
    person_id: int, values: Mapping[str, str], sum_: Mapping[str, Any] | None = None, wrong: str = ""
) -> str:
    with working() as work:
        person = found(views.person_by_id(work, me().asker, person_id))
        write_down(work, "diner_seen", person_id)
        ours = looks_after(work, me().asker, person_id)
        menus = meal_desk.menus_for(work, person_id) if ours else ()
        wanted = whole("menu", values)
        chosen = next((one for one in menus if one.id == wanted), None) if wanted else _first(menus)
        facts = {
            "ours": ours,
            "table": meal_desk.table_for(work, chosen.id, person_id) if chosen else None,
            "diet": diet_words(diet_of(work, person_id)) if ours else "",
            "coming": meal_desk.meals_of_diner(work, me().asker, person_id),
            "writes": views.own_account(work, person_id) is not None,
        }
    return show(
        "meal_order_for.html",
        person=person,
        menus=menus,
        chosen=chosen,
        names=MEAL_NAMES,
        counts=typed_counts(values),
        how=values.get("how", "pickup"),
        home=values.get("home", ""),
        sum=sum_,
        wrong=wrong,
        **facts,
    )


def _first(menus: Sequence[meal_desk.TableMenu]) -> meal_desk.TableMenu | None:
    """What most people ask for: the next meal that is still on sale, else one for which it is late."""
    return next((one for one in menus if not one.late), next(iter(menus), None))


def place_meal(person_id: int) -> ResponseReturnValue:
    """First the sum, line by line; then the order."""
    form, counts = request.form, typed_counts(request.form)
    menu_id = whole("menu", form) or 0
    with working() as work:
        found(views.person_by_id(work, me().asker, person_id))
        chosen = next((one for one in meal_desk.menus_for(work, person_id) if one.id == menu_id), None)
        ours = looks_after(work, me().asker, person_id)
        outcome = _done(work, person_id, chosen, counts) if ours else Refusal(Why.ELSEWHERE)
    if ours and chosen is None:
        flash("这份菜单现在订不了，请另选一餐。", "bad")
        return redirect(url_for("console.order_meal", person_id=person_id))
    if "sum" in outcome:
        return _page(person_id, form, outcome["sum"])
    if not outcome["ok"]:
        return _page(person_id, form, wrong=refused_meal(outcome)), 422
    paid = f"{yuan(outcome['pay_cents'])}（{paid_how(outcome['pays'], form.get('how', 'pickup'))}）"
    flash(
        f"订好了：订餐号 {outcome['number']}，取餐码 {outcome['code']}，自己付 {paid}。请告诉本人。",
        "good",
    )
    return redirect(url_for("console.meal_order", meal_number=outcome["number"]))


def _done(
    work: Work, person_id: int, chosen: meal_desk.TableMenu | None, counts: Mapping[int, int]
) -> dict[str, Any]:
    """What came of it: {"sum"} of what was chosen, or an order, or a refusal."""
    form = request.form
    if chosen is None or not counts or 0 in counts.values():
        return {"ok": False, "why": "needs_words"}
    how = form.get("how", "pickup")
    if form.get("do") != "place":
        shown = views.price(work, chosen.id, person_id, counts, how)
        return {"sum": shown} if shown else {"ok": False, "why": "unknown"}
    placed = PlaceMeal(
        chosen.id,
        person_id,
        counts,
        how,
        whole("home", form) if how == "delivery" else None,
        account_id=views.own_account(work, person_id),
        via="console",
        by_id=g.me.id,
        late=chosen.late,
    ).run(work)
    if placed["ok"]:
        write_down(work, "meal_placed", placed["number"])
        tell_of_staff(work, placed["meal_order_id"], "placed", CLERK)
    return placed
