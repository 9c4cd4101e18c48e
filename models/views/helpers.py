"""Who helps with an order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, select

from models import tables as t
from models.store import Work
from models.views.askers import Asker, Resident
from models.views.orders import order_by_id


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who works on an order besides whoever holds it. `done`: their part is finished.

    `name`: with their unit's before it where that is another than the one in charge.
    """

    worker_id: int
    name: str
    done: bool


def helpers_of(work: Work, asker: Asker, order_id: int) -> tuple[Helper, ...]:
    """Who helps, in the order they were called; empty when the order is not for this asker, and for residents."""
    if isinstance(asker, Resident) or order_by_id(work, asker, order_id) is None:
        return ()
    h, w, u, o = t.order_helper.c, t.worker.c, t.handling_unit.c, t.work_order.c
    name = case((w.unit_id == o.unit_id, w.name), else_=u.name + " " + w.name)
    joined = select(w.id, name, h.done_at.is_not(None)).join_from(t.order_helper, t.worker)
    joined = joined.join(t.handling_unit, u.id == w.unit_id).join(t.work_order, o.id == h.work_order_id)
    rows = work.conn.execute(joined.where(h.work_order_id == order_id).order_by(h.id))
    return tuple(Helper(*row) for row in rows)
