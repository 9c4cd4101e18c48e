"""Standing orders, and what can be ordered for good."""

from __future__ import annotations

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
    "canteen", "paused_from", "paused_until"}, breakfast first."""
    s = t.standing_order.c
    query = select(t.standing_order, t.canteen.c.name.label("canteen")).join_from(t.standing_order, t.canteen)
    rows = work.conn.execute(query.where(s.person_id == person_id, s.state == "active")).all()
    return [
        {
            "standing_order_id": row.id,
            "meal": row.meal,
            "days": days_named(row.days),
            "how": row.how,
            "holidays": row.holidays,
            "canteen": row.canteen,
            "paused_from": row.paused_from.isoformat() if row.paused_from else "",
            "paused_until": row.paused_until.isoformat() if row.paused_until else "",
        }
        for row in sorted(rows, key=lambda row: MEALS.index(row.meal))
    ]


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
