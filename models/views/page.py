"""The page of an order: a signed address for a group that can only be written to, and the phones that may act there.

The address opens nothing by itself: it shows what the group has read. A phone on which a worker typed their
binding word once acts for that worker.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select

from models import tables as t
from models.store import Work
from models.views.staff import Worker, select_workers

SIGNATURE = 32  # hex digits: 128 bits


@dataclass(frozen=True, slots=True)
class PageHead:
    """What whoever holds the address sees: no more than the group was told. `unit_id`: whose group it was."""

    number: int
    category: str
    urgency: str
    place: str
    state: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class WorkerPhone:
    """A phone that acts for a worker until `ends_at`. `device`: in words, for a list."""

    id: int
    worker: Worker
    device: str
    bound_at: datetime
    ends_at: datetime
    seen_at: datetime | None


def page_link(work: Work, order_id: int, unit_id: int) -> str:
    """The address for a group of `unit_id`; empty when people cannot reach this server by any address."""
    if not work.limits["public_url"]:
        return ""
    ends = work.now + timedelta(days=work.limits["page_days"])
    told = f"{order_id}.{unit_id}.{int(ends.timestamp())}"
    return f"{work.limits['public_url']}/p/{told}.{_signature(work, told)}"


def page_of(work: Work, token: str) -> PageHead | None:
    """What the address shows; None when it is not ours, has ended, or the order is of another unit that nobody
    of this one helps."""
    told, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(work, told).encode()):
        return None
    order_id, unit_id, ends = (int(part) for part in told.split("."))
    if work.now > datetime.fromtimestamp(ends, UTC):
        return None
    o = t.work_order.c
    columns = (o.number, o.category, o.urgency, o.place, o.state)
    theirs = or_(o.unit_id == unit_id, o.id.in_(_helped_in(unit_id)))
    row = work.conn.execute(select(*columns).where(o.id == order_id, theirs)).first()
    return PageHead(*row, unit_id) if row else None


def _helped_in(unit_id: int) -> Select[Any]:
    """Ids of the orders that somebody of this unit helps with and has not finished."""
    h, w = t.order_helper.c, t.worker.c
    helped = select(h.work_order_id).join_from(t.order_helper, t.worker)
    return helped.where(w.unit_id == unit_id, h.done_at.is_(None))


def _signature(work: Work, told: str) -> str:
    return work.index(f"page:{told}")[:SIGNATURE]


def phone_of(work: Work, phone_id: int) -> WorkerPhone | None:
    """The phone, while it may act: not ended, not over, its worker still at work. `work.now` is real time."""
    p = t.worker_phone.c
    mine = (p.id == phone_id, p.ended_at.is_(None), p.ends_at > work.now, t.worker.c.active)
    row = work.conn.execute(_phones().where(*mine)).first()
    return _phone(row) if row else None


def worker_phones(work: Work, unit_id: int) -> tuple[WorkerPhone, ...]:
    """The phones of a unit's workers that may act now; `id` is what EndPhone takes. `work.now` is real time."""
    p = t.worker_phone.c
    theirs = (t.worker.c.unit_id == unit_id, p.ended_at.is_(None), p.ends_at > work.now)
    return tuple(_phone(row) for row in work.conn.execute(_phones().where(*theirs)))


def _phones() -> Select[Any]:
    p = t.worker_phone.c
    joined = select_workers().join(t.worker_phone, p.worker_id == t.worker.c.id)
    return joined.add_columns(p.id, p.device, p.bound_at, p.ends_at, p.seen_at).order_by(p.id)


def _phone(row: Any) -> WorkerPhone:
    *worker, phone_id, device, bound_at, ends_at, seen_at = row
    return WorkerPhone(phone_id, Worker(*worker), device, bound_at, ends_at, seen_at)
