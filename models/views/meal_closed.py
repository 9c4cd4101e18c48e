"""Meals that can no longer be ordered, or that there are not, and why: so that it can be said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from models import tables as t
from models.rules.meals import MEALS, Slot, serves, times
from models.store import Work
from models.views.calendar import calendar, today
from models.views.meals import canteen_for

DAYS = 3  # today and the next ones, of which it is said why not
_SLOT = ("meal", "starts", "ends", "order_until", "cancel_until", "order_days", "cancel_days", "holidays")
_MENUS = (
    select(t.menu.c.id, t.menu.c.day, t.menu.c.meal, t.menu.c.state, t.menu.c.order_until, t.menu.c.ends_at)
    .where(
        t.menu.c.canteen_id == bindparam("canteen"),
        t.menu.c.day.between(bindparam("first"), bindparam("last")),
        t.menu.c.state != "draft",
    )
    .order_by(t.menu.c.starts_at)
)
_SLOTS = select(t.meal_slot).where(t.meal_slot.c.canteen_id == bindparam("canteen"), t.meal_slot.c.active)
_OWN = select(t.canteen_day.c.day, t.canteen_day.c.opens, t.canteen_day.c.note).where(
    t.canteen_day.c.canteen_id == bindparam("canteen"),
    t.canteen_day.c.day.between(bindparam("first"), bindparam("last")),
)


def meals_closed(work: Work, person_id: int) -> list[dict[str, Any]]:
    """The meals of the next days that a person cannot order at their canteen: day, meal, why.

    `why`: late (with order_until and menu_id, where there is a menu; "over" once it is eaten), withdrawn, closed
    (with the canteen's note), not_served (never, or not on such days), no_menu.
    """
    canteen = canteen_for(work, person_id)
    if canteen is None:
        return []
    first = today(work)
    said = {"canteen": canteen.id, "first": first, "last": first + timedelta(days=DAYS - 1)}
    menus = {(row.day, row.meal): row for row in work.run(_MENUS, said)}
    slots = {row.meal: _slot(row) for row in work.run(_SLOTS, said)}
    own = {row.day: row for row in work.run(_OWN, said)}
    days = calendar(work)
    found = []
    for day in (first + timedelta(days=after) for after in range(DAYS)):
        opens = {on: bool(row.opens) for on, row in own.items()}
        for meal in MEALS:
            menu = menus.get((day, meal))
            if menu is not None:
                late = menu.state != "published" or menu.order_until <= work.now
                why = "withdrawn" if menu.state == "withdrawn" else "late"
                found += [_late(work, day, meal, why, menu)] if late else []
                continue
            served = meal in slots and serves(slots[meal], day, days, opens)
            when = times(slots[meal], day, work.limits["time_zone"]) if served else None
            if when is not None and when.order_until <= work.now:
                found.append(_late(work, day, meal, "late", when))
                continue
            closed = day in own and not own[day].opens and meal in slots
            why = "no_menu" if served else "closed" if closed else "not_served"
            note = own[day].note if closed else ""
            found.append({"day": day.isoformat(), "meal": meal, "why": why, "note": note})
    return found


def _late(work: Work, day: date, meal: str, why: str, when: Any) -> dict[str, Any]:
    until, over = when.order_until.isoformat(), when.ends_at <= work.now
    told = {"day": day.isoformat(), "meal": meal, "why": why, "note": ""}
    return told | {"menu_id": getattr(when, "id", None), "order_until": until, "over": over}


def _slot(row: Any) -> Slot:
    return Slot(days=tuple(row.days), **{name: getattr(row, name) for name in _SLOT})
