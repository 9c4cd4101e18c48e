"""Standing orders, and what can be ordered for good."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Text, or_, select, type_coerce

from models import tables as t
from models.rules.calendar import Calendar
from models.rules.meals import MEALS
from models.rules.standing import days_named, stands_for, stretches
from models.store import Work
from models.views.calendar import calendar, today
from models.views.meals import canteen_for
from models.views.people import homes_of

REOPENED = "reopened"  # there was no menu, of which the diner was told; now there is one
OFF = ("skipped", "paused")  # days of standing orders on which nothing is wanted
WAITING = ("paused", REOPENED)  # days that may still be ordered


def standing_of(work: Work, person_id: int) -> list[dict[str, Any]]:
    """A person's standing orders that go on: {"standing_order_id", "meal", "days" in words, "how", "holidays",
    "canteen", "dishes" in words, "paused_from": since when until it is taken up again, "pauses": [first, last] of
    each that is not over}, breakfast first. Days are ISO."""
    s = t.standing_order.c
    query = select(t.standing_order, t.canteen.c.name.label("canteen")).join_from(t.standing_order, t.canteen)
    rows = work.conn.execute(query.where(s.person_id == person_id, s.state == "active")).all()
    names = _dish_names(work, {one for row in rows for one in row.dishes})
    pauses = _pauses(work, [row.id for row in rows])
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
            "pauses": [[day.isoformat() for day in one] for one in stretches(pauses.get(row.id, []))],
        }
        for row in sorted(rows, key=lambda row: MEALS.index(row.meal))
    ]


def _pauses(work: Work, standing: Collection[int]) -> dict[int, list[date]]:
    """The days to come on which standing orders are paused."""
    d, found = t.standing_day.c, dict[int, list[date]]()
    query = select(d.standing_order_id, d.day).where(d.standing_order_id.in_(standing), d.outcome == "paused")
    for row in work.conn.execute(query.where(d.day >= today(work))) if standing else ():
        found.setdefault(row.standing_order_id, []).append(row.day)
    return found


def paused_today(work: Work, standing: Sequence[int]) -> set[int]:
    """Which of these standing orders are paused today."""
    s, d, day = t.standing_order.c, t.standing_day.c, today(work)
    now = select(s.id).where(s.id.in_(standing), s.paused_from <= day)
    bounded = select(d.standing_order_id).where(d.standing_order_id.in_(standing), d.outcome == "paused")
    return {*work.conn.execute(now).scalars(), *work.conn.execute(bounded.where(d.day == day)).scalars()}


def for_day(day: date, days: Calendar) -> list[Any]:
    """The conditions under which a standing order is for that day."""
    s = t.standing_order.c
    weekdays, holiday = stands_for(day, days)
    wanted = [s.state == "active", s.starts_on <= day, or_(s.ends_on.is_(None), s.ends_on >= day)]
    wanted.append(or_(s.paused_from.is_(None), s.paused_from > day))
    wanted.append(or_(*(type_coerce(s.days, Text).like(f"%{one}%") for one in weekdays)))
    return [*wanted, *([s.holidays.is_(True)] if holiday else [])]


def standing_on(work: Work, people: Sequence[int], days: Sequence[str]) -> list[dict[str, Any]]:
    """The meals of these days (ISO) that standing orders of `people` are for and have not ordered: {"person_id",
    "meal", "day" (ISO)}, earliest first. Days that were taken back before are among them."""
    s, d, known = t.standing_order.c, t.standing_day.c, calendar(work)
    found = []
    for day in map(date.fromisoformat, days):
        done = select(d.id).where(
            d.standing_order_id == s.id, d.day == day, d.outcome.not_in((*OFF, *WAITING))
        )
        mine = (s.person_id.in_(people), *for_day(day, known), ~done.correlate(t.standing_order).exists())
        rows = work.conn.execute(select(s.person_id, s.meal).where(*mine).order_by(s.id))
        found += [{"person_id": row.person_id, "meal": row.meal, "day": day.isoformat()} for row in rows]
    return sorted(found, key=lambda one: (one["day"], MEALS.index(one["meal"])))


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
