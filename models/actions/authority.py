"""Who may take a step with an order: whoever holds it or helps, a colleague on duty, the console."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.actions.desk import may_act
from models.actions.dispatch import crew_of
from models.actions.order_in_hand import OrderInHand
from models.rules.orders import HELD, Refusal, Why
from models.store import Work

BY_HELPERS = frozenset({"progress", "ask", "reply"})


def worker_row(work: Work, worker_id: int, *, lock: bool = False) -> Any:
    """An active worker. Lock it only after the order: everybody who gives an order away does it that way round."""
    w = t.worker.c
    query = select(w.id, w.name, w.unit_id, w.on_duty, w.cap).where(w.id == worker_id, w.active)
    # NO KEY UPDATE: whoever has the order in hand may go on giving it to this worker meanwhile.
    return work.conn.execute(query.with_for_update(key_share=True) if lock else query).first()


DESK = "工作台"


def name_of(work: Work, by: str, by_id: int) -> str:
    """Whoever took a step as the groups read it: a worker's name, or the desk for any user of the console."""
    worker = worker_row(work, by_id) if by == "worker" else None
    return worker.name if worker else DESK


def is_on_duty(work: Work, worker: Any) -> bool:
    """Whether they have a shift now; where their unit keeps no roster, whether they are switched on."""
    hands = crew_of(work, worker.unit_id).get(worker.id)
    return hands is not None and hands.on_duty


def is_helping(work: Work, order_id: int, worker_id: int) -> bool:
    """Whether this worker helps with the order and has not finished."""
    h = t.order_helper.c
    this = select(h.id).where(h.work_order_id == order_id, h.worker_id == worker_id, h.done_at.is_(None))
    return work.conn.execute(this).first() is not None


class Standing:
    """A worker before an order: which steps they may take. What the answer rests on is read once, and if needed."""

    def __init__(self, order: OrderInHand, worker: Any) -> None:
        self.order = order
        self.worker = worker

    @property
    def holds(self) -> bool:
        """Whether they hold the order, or did when it was closed."""
        return bool(self.order.row.holder_id == self.worker.id)

    @cached_property
    def helps(self) -> bool:
        """Whether they help with it and have not finished."""
        return is_helping(self.order.work, self.order.row.id, self.worker.id)

    @cached_property
    def on_duty(self) -> bool:
        """Whether they may act for colleagues."""
        return is_on_duty(self.order.work, self.worker)

    def refusal(self, step: str) -> Refusal | None:
        """Why they may not take this step: it is for whoever holds the order or is on duty in the same unit.

        Who helps, of whichever unit, may speak of it.
        """
        row = self.order.row
        if row.unit_id != self.worker.unit_id and not (step in BY_HELPERS and self.helps):
            why = Why.NOT_YOURS if self.helps and row.holder_id else Why.NOT_YOUR_UNIT
            return Refusal(why, number=row.number, by=self.order.holder_name())
        refusal = self.order.refusal(step, "worker")
        # What waits or is closed is in nobody's hands: any colleague may speak to the resident.
        if refusal or row.state not in HELD or self.holds:
            return refusal
        if (step in BY_HELPERS and self.helps) or self.on_duty:
            return None
        return Refusal(Why.NOT_YOURS, number=row.number, by=self.order.holder_name())


def by_worker(work: Work, order_id: int, worker_id: int, step: str) -> OrderInHand | Refusal:
    """The order, if this worker may take this step."""
    order, worker = OrderInHand.take(work, order_id), worker_row(work, worker_id)
    if order is None or worker is None:
        return Refusal(Why.UNKNOWN)
    return Standing(order, worker).refusal(step) or order


def by_console(work: Work, order_id: int, user_id: int, step: str) -> OrderInHand | Refusal:
    """The order, if this user of the console may take this step; one that they may not see is unknown to them."""
    order = OrderInHand.take(work, order_id)
    if order is None or not may_act(work, user_id, order_id):
        return Refusal(Why.UNKNOWN)
    return order.refusal(step, "console") or order


def in_charge(work: Work, order_id: int, step: str, by: str, by_id: int) -> OrderInHand | Refusal:
    """The order, if the worker or the user of the console (`by`) may take this step."""
    if by == "console":
        return by_console(work, order_id, by_id, step)
    return by_worker(work, order_id, by_id, step)
