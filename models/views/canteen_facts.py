"""A canteen as a resident asks about it: where it is, when it serves what, until when one may order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, case, func, select

from models import tables as t
from models.store import Work
from models.views.calendar import today
from models.views.meals import canteen_for

_SLOTS = (
    select(t.meal_slot)
    .where(t.meal_slot.c.canteen_id == bindparam("canteen"), t.meal_slot.c.active)
    .order_by(case({"breakfast": 1, "lunch": 2, "dinner": 3}, value=t.meal_slot.c.meal))
)
_PRICES = (
    select(func.min(t.menu_dish.c.cents), func.max(t.menu_dish.c.cents))
    .join_from(t.menu_dish, t.menu)
    .where(t.menu.c.canteen_id == bindparam("canteen"), t.menu.c.day >= bindparam("today"))
    .where(t.menu.c.state.in_(("published", "frozen")))
)


def canteen_facts(work: Work, person_id: int) -> dict[str, Any] | None:
    """The person's canteen: name, address, phone, its slots as rows of meal_slot, the lowest and the highest price of
    a dish on the menus from today on (cents, None without any); None for a person whom no canteen serves."""
    canteen = canteen_for(work, person_id)
    if canteen is None:
        return None
    slots = work.run(_SLOTS, {"canteen": canteen.id})
    low, high = work.run(_PRICES, {"canteen": canteen.id, "today": today(work)}).one()
    return {
        "name": canteen.name,
        "address": canteen.address,
        "phone": canteen.phone,
        "slots": [_slot(row._mapping) for row in slots],
        "lowest": low,
        "highest": high,
    }


def _slot(row: Any) -> dict[str, Any]:
    """What is said of a meal, as JSON can keep it."""
    told = ("meal", "days", "starts", "ends", "order_days", "order_until", "cancel_days", "cancel_until")
    return {name: row[name] for name in (*told, "delivers", "delivery_cents")}
