"""The page 送餐路线: who carries meals to which buildings, in which order."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from flask.typing import ResponseReturnValue

from handlers.console.kitchen import asked_kitchen
from handlers.console.pages import back, found, looking, me, show, whole, working
from models import views
from models.actions.meal_routes import SaveMealRoute
from models.rules.meals import MEAL_NAMES
from models.views.calendar import today
from models.views.kitchen import kitchen_counts, kitchens
from models.views.meal_routes import meal_routes as routes_of
from models.views.meal_routes import served_buildings

PLACE = "place-"  # of a building on the round, as its field is called


def meal_routes() -> ResponseReturnValue:
    """The rounds of one canteen, and the buildings that are on none."""
    with looking() as work:
        mine = kitchens(work, me().asker)
        kitchen = asked_kitchen(mine, request.args)
        if kitchen is None:
            return show("meal_routes.html", kitchens=mine, kitchen=None)
        routes = routes_of(work, kitchen.id)
        buildings = served_buildings(work, kitchen.id)
        workers = views.workers_of_units(work, (kitchen.unit_id,))[kitchen.unit_id]
        counts = kitchen_counts(work, me().asker, kitchen.id, today(work))
    on_one = {building for route in routes if route.active for building in route.buildings}
    left = [one for one in buildings if one.id not in on_one]
    return show(
        "meal_routes.html",
        kitchens=mine,
        kitchen=kitchen,
        routes=routes,
        buildings=buildings,
        workers=workers,
        left=left,
        counts=[one for one in counts if one.delivery],
        meals=MEAL_NAMES,
    )


def save_meal_route() -> ResponseReturnValue:
    """A new round, or one that is changed."""
    with working() as work:
        kitchen = found(asked_kitchen(kitchens(work, me().asker), request.form))
        outcome = SaveMealRoute(
            kitchen.id,
            request.form.get("name", ""),
            me().id,
            _in_order(request.form),
            whole("worker_id", request.form),
            bool(request.form.get("active")),
            whole("route_id", request.form),
        ).run(work)
    return back(outcome, "送餐路线已经保存。", "console.meal_routes", step="meal_route", canteen=kitchen.id)


def _in_order(form: Mapping[str, str]) -> tuple[int, ...]:
    """The buildings that have a number, by that number."""
    named = [name for name in form if name.startswith(PLACE)]
    typed = [(whole(name, form), whole("id", {"id": name.removeprefix(PLACE)})) for name in named]
    numbered = sorted((place, building) for place, building in typed if place and building)
    return tuple(building for _, building in numbered)
