"""Meals that can no longer be ordered though they are still to be eaten: so that it can be said since when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from models import tables as t
from models.columns import Moment
from models.store import Work
from models.views.calendar import today
from models.views.meals import canteen_for

_SOON = timedelta(days=1)
_CLOSED = (
    select(t.menu.c.id, t.menu.c.day, t.menu.c.meal, t.menu.c.order_until)
    .where(
        t.menu.c.canteen_id == bindparam("canteen"),
        t.menu.c.day.between(bindparam("first"), bindparam("last")),
        t.menu.c.state.in_(("published", "frozen")),
        t.menu.c.order_until <= bindparam("now", type_=Moment),
        t.menu.c.ends_at > bindparam("now", type_=Moment),
    )
    .order_by(t.menu.c.starts_at)
)


def meals_closed(work: Work, person_id: int) -> list[dict[str, Any]]:
    """Today's and tomorrow's meals of a person's canteen whose orders have ended: day, meal, since when."""
    canteen = canteen_for(work, person_id)
    if canteen is None:
        return []
    first = today(work)
    said = {"canteen": canteen.id, "first": first, "last": first + _SOON, "now": work.now}
    return [
        {
            "menu_id": row.id,
            "day": row.day.isoformat(),
            "meal": row.meal,
            "order_until": row.order_until.isoformat(),
        }
        for row in work.conn.execute(_CLOSED, said)
    ]
