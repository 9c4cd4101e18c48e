"""Who helps with an order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from models import tables as t
from models.store import Work
from models.views.askers import Asker, Resident
from models.views.orders import order_by_id


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who works on an order besides whoever holds it. `done`: their part is finished."""

    worker_id: int
    name: str
    done: bool


def helpers_of(work: Work, asker: Asker, order_id: int) -> tuple[Helper, ...]:
    """Who helps, in the order they were called; empty when the order is not for this asker, and for residents."""
    if isinstance(asker, Resident) or order_by_id(work, asker, order_id) is None:
        return ()
    h, w = t.order_helper.c, t.worker.c
    query = select(w.id, w.name, h.done_at.is_not(None)).join_from(t.order_helper, t.worker)
    rows = work.conn.execute(query.where(h.work_order_id == order_id).order_by(h.id))
    return tuple(Helper(*row) for row in rows)
