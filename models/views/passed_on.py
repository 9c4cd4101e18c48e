"""Where an order is that has left somebody's hands."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from models import tables as t
from models.store import Work
from models.views.askers import Staff


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Whose an order is now: the unit, and who holds it there, both empty where nobody does. Nothing of the order."""

    unit: str
    holder: str


def passed_on(work: Work, asker: Staff, number: int) -> PassedOn | None:
    """Who has the open order that this worker had a part in and that another unit has now; None otherwise."""
    o, e, h = t.work_order.c, t.order_entry.c, t.order_helper.c
    wrote = select(e.id).where(e.work_order_id == o.id, e.by == "worker", e.by_id == asker.worker_id)
    helped = select(h.id).where(h.work_order_id == o.id, h.worker_id == asker.worker_id)
    unit, holder = func.coalesce(t.handling_unit.c.name, ""), func.coalesce(t.worker.c.name, "")
    query = (
        select(unit, holder)
        .select_from(t.work_order)
        .outerjoin(t.handling_unit, t.handling_unit.c.id == o.unit_id)
        .outerjoin(t.worker, t.worker.c.id == o.holder_id)
        .where(
            o.number == number,
            o.state != "closed",
            o.unit_id != asker.unit_id,
            or_(wrote.exists(), helped.exists()),
        )
    )
    row = work.conn.execute(query).first()
    return None if row is None else PassedOn(*row)
