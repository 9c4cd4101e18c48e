"""Standing orders, and what can be ordered for good."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.rules.meals import MEALS
from models.rules.standing import days_named
from models.store import Work
from models.views.meals import canteen_for
from models.views.people import homes_of


def standing_of(work: Work, person_id: int) -> list[dict[str, Any]]:
    """A person's standing orders that go on: {"standing_order_id", "meal", "days" in words, "how", "holidays",
    "canteen", "dishes" in words, "paused_from", "paused_until"}, breakfast first."""
    s = t.standing_order.c
    query = select(t.standing_order, t.canteen.c.name.label("canteen")).join_from(t.standing_order, t.canteen)
    rows = work.conn.execute(query.where(s.person_id == person_id, s.state == "active")).all()
    names = _dish_names(work, {one for row in rows for one in row.dishes})
    return [
        {
            "standing_order_id": row.id,
            "meal": row.meal,
            "days": days_named(row.days),
            "how": row.how,
            "holidays": row.holidays,
            "canteen": row.canteen,
            "dishes": "、".join(f"{names[one]} {n} 份" for one, n in row.dishes.items() if one in names),
            "paused_from": row.paused_from.isoformat() if row.paused_from else "",
            "paused_until": row.paused_until.isoformat() if row.paused_until else "",
        }
        for row in sorted(rows, key=lambda row: MEALS.index(row.meal))
    ]


def _dish_names(work: Work, ids: Collection[str]) -> dict[str, str]:
    """Names of dishes by id, which is text as JSON keeps it."""
    if not ids:
        return {}
    d = t.dish.c
    rows = work.conn.execute(select(d.id, d.name).where(d.id.in_([int(one) for one in ids])))
    return {str(row.id): row.name for row in rows}


def dishes_cooked(work: Work, canteen_id: int) -> dict[str, str]:
    """The dishes of a canteen by id, those that may be on a menu one day."""
    d = t.dish.c
    rows = work.conn.execute(select(d.id, d.name).where(d.canteen_id == canteen_id, d.active).order_by(d.id))
    return {str(row.id): row.name for row in rows}


def standing_choices(work: Work, person_id: int) -> dict[str, Any] | None:
    """What a person may order for good: {"canteen_id", "canteen", "meals": {meal: delivered}, "home_id", "home"}.

    None where no canteen serves their home.
    """
    canteen = canteen_for(work, person_id)
    if canteen is None:
        return None
    s = t.meal_slot.c
    slots = work.conn.execute(select(s.meal, s.delivers).where(s.canteen_id == canteen.id, s.active)).all()
    known = {slot.meal: slot.delivers for slot in slots}
    home = homes_of(work, person_id)[0].home
    return {
        "canteen_id": canteen.id,
        "canteen": canteen.name,
        "meals": {meal: known[meal] for meal in MEALS if meal in known},
        "home_id": home.id,
        "home": home.door,
    }
