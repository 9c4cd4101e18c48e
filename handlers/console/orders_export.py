"""The work list as a file, narrowed as it is on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.export import about_people, export
from handlers.console.pages import looking, me, working
from handlers.console.queue import listed
from handlers.console.words import word
from models import views
from models.actions.desk import AuditAll

PEOPLE = ("door", "name", "phone")


def export_orders() -> ResponseReturnValue:
    """A file. With door, name and phone only for a role that may, and when asked: each order is then written down."""
    with looking() as work:
        page = views.whole_queue(work, me().asker, listed())
    doors = _doors(page.orders) if request.form.get("people") and about_people("orders", me().role) else {}
    return export("orders", [_row(one, doors.get(one.id)) for one in page.orders], cut=page.more)


def _doors(orders: Sequence[views.Order]) -> Mapping[int, views.Door]:
    with working() as work:
        doors = views.doors_of(work, me().asker, [one.id for one in orders])
        seen = [str(one.number) for one in orders if one.id in doors]
        AuditAll(g.me.id, "door_exported", tuple(seen)).run(work)
    return doors


def _row(one: views.Order, door: views.Door | None) -> dict[str, Any]:
    row = {
        "number": one.number,
        "category": here().categories.get(one.category, one.category),
        "urgency": word(one.urgency, "urgency"),
        "state": word(one.state, "state"),
        "place": one.place,
        "summary": one.summary,
        "unit": one.unit,
        "holder": one.holder,
        "opened_at": one.opened_at,
        "closed_at": one.closed_at,
        "close": word(one.close, "end"),
    }
    return {**row, **({name: getattr(door, name) for name in PEOPLE} if door else {})}
