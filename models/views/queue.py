"""The work list: orders by state, place, unit, category, urgency, day, and by what is late or one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from models import tables as t
from models.rules.orders import OPEN, WAITS_ANEW
from models.store import Work
from models.views.askers import Asker
from models.views.orders import URGENCY_FIRST, Order, hidden, seen_by, select_orders, shown

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the work list. `more`: there is another one after it."""

    orders: tuple[Order, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list; None and False leave nothing out. `state` may also be "open".

    `late`: waits, or is not attended to, longer than the limits say, pauses not counted; what was reopened, given
    back or passed on waits from then on.
    `by`: a console user who had it in hand.
    `since`, `until`: when it was opened, from and before.
    """

    state: str | None = None
    unit_id: int | None = None
    category: str | None = None
    urgency: str | None = None
    estate_id: int | None = None
    number: int | None = None
    late: bool = False
    by: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def queue(work: Work, asker: Asker, wanted: Wanted = Wanted(), page: int = 1) -> Page:
    """What is open comes with emergencies first, then the oldest; other lists begin with the newest order.

    `page` counts from 1.
    """
    query = _listed(work, asker, wanted)
    rows = work.conn.execute(query.limit(PAGE + 1).offset(PAGE * (max(page, 1) - 1))).all()
    return Page(tuple(shown(work, row, asker) for row in rows[:PAGE]), len(rows) > PAGE)


def _listed(work: Work, asker: Asker, wanted: Wanted) -> Select[Any]:
    o = t.work_order.c
    where = [seen_by(asker), *_conditions(work, wanted)]
    order = (URGENCY_FIRST, o.opened_at, o.id) if wanted.state in ("open", *OPEN) else (o.id.desc(),)
    return select_orders().where(*where).order_by(*order)


def whole_queue(work: Work, asker: Asker, wanted: Wanted) -> Page:
    """The whole list in the order of its pages, up to the limit `export_orders`.

    It is to leave the house, so whoever asks: the summaries hide door, phone and name.
    """
    most = int(work.limits["export_orders"])
    rows = work.conn.execute(_listed(work, asker, wanted).limit(most + 1)).all()
    orders = (replace(shown(work, row, asker), summary=hidden(work, row, row.summary)) for row in rows[:most])
    return Page(tuple(orders), len(rows) > most)


def queue_length(work: Work, asker: Asker, wanted: Wanted) -> int:
    """How many orders the whole list has."""
    counted = select(func.count()).select_from(t.work_order).where(seen_by(asker), *_conditions(work, wanted))
    return work.conn.execute(counted).scalar_one()


def _conditions(work: Work, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    o = t.work_order.c
    plain = {
        o.unit_id: wanted.unit_id,
        o.category: wanted.category,
        o.urgency: wanted.urgency,
        o.estate_id: wanted.estate_id,
        o.number: wanted.number,
    }
    yield from (column == value for column, value in plain.items() if value is not None)
    if wanted.state is not None:
        yield o.state.in_(OPEN) if wanted.state == "open" else o.state == wanted.state
    if wanted.late:
        yield _late(work)
    if wanted.by is not None:
        e = t.order_entry.c
        yield o.id.in_(select(e.work_order_id).where(e.by == "console", e.by_id == wanted.by))
    if wanted.since is not None:
        yield o.opened_at >= wanted.since
    if wanted.until is not None:
        yield o.opened_at < wanted.until


def _late(work: Work) -> ColumnElement[bool]:
    o, e, limits = t.work_order.c, t.order_entry.c, work.limits
    anew = select(func.max(e.at)).where(e.work_order_id == o.id, e.step.in_(WAITS_ANEW)).scalar_subquery()

    def over(state: str, since: Any, minutes: dict[str, int]) -> ColumnElement[bool]:
        ends = ((urgency, work.now - timedelta(minutes=most)) for urgency, most in minutes.items())
        return and_(
            o.state == state, or_(*(and_(o.urgency == urgency, since < end) for urgency, end in ends))
        )

    return or_(
        over("waiting", func.coalesce(anew, o.opened_at), limits["unclaimed_minutes"]),
        and_(
            over("claimed", o.claimed_at, limits["unattended_minutes"]),
            or_(o.visit_ends_at.is_(None), o.visit_ends_at <= work.now),
        ),
    )
