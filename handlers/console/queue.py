"""The work list. What it is narrowed to stands in the address, so that it can be kept, sent and gone back to."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.export import about_people
from handlers.console.pages import day, filters, looking, me, midnight, show, units_of, whole
from handlers.console.words import WORDS
from models import views
from models.store import Work

STATES = {"open": "没办结的", **WORDS["state"], "all": "全部"}
MORE = ("unit", "category", "urgency", "estate", "from", "to", "number")
NAMES = ("state", "late", "mine", *MORE)


def queue() -> ResponseReturnValue:
    """All orders that the asker may see, emergencies first, then the oldest."""
    with looking() as work:
        rows = _rows(work)
        units = () if me().asker.is_firm else units_of(work)
        estates = views.own_estates(work, me().asker)
    return show("queue.html", states=STATES, units=units, estates=estates, **rows, **_export())


def _export() -> dict[str, Any]:
    return {"most": here().store.limits["export_orders"], "people": about_people("orders", me().role)}


def queue_rows() -> ResponseReturnValue:
    """The same list alone, for the page that looks for news; nothing when it has not changed."""
    with looking() as work:
        rows = _rows(work)
    facts = {"now": here().clock.now(), "categories": here().categories}
    made = make_response(render_template("console/queue_rows.html", **facts, **rows))
    made.set_etag(hashlib.sha256(made.get_data()).hexdigest()[:32])
    return made.make_conditional(request)


def _rows(work: Work) -> dict[str, Any]:
    state, page = _state(), max(whole("page", request.args) or 1, 1)
    found = views.queue(work, me().asker, listed(), page)
    wanted = {**request.args, "state": state}
    return {
        "orders": found.orders,
        "more": found.more,
        "page": page,
        "query": filters(*NAMES),
        "wanted": wanted,
        "narrowed": any(request.args.get(name) for name in MORE),
    }


def _state() -> str:
    state = request.args.get("state", "open")
    return state if state in STATES else "open"


def listed() -> views.Wanted:
    """What the address narrows the list to."""
    asked, state = request.args, _state()
    number = whole("number", asked)
    # Whoever types a number wants that order, closed or not.
    anyhow = number is not None or state == "all"
    return views.Wanted(
        state=None if anyhow else state,
        unit_id=whole("unit", asked),
        category=asked.get("category") or None,
        urgency=asked.get("urgency") or None,
        estate_id=whole("estate", asked),
        number=number,
        late=bool(asked.get("late")),
        by=me().id if asked.get("mine") else None,
        since=midnight(day("from", asked)),
        until=midnight(day("to", asked), 1),
    )
