"""What a worker can do with an order now, for whoever shows buttons: answered by what the actions refuse by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from models import tables as t
from models.actions.authority import Standing, worker_row
from models.actions.helpers import free_hands, helping, no_part, waits_for_helpers
from models.actions.order_in_hand import OrderInHand
from models.actions.staff import no_claim
from models.actions.transfer import no_transfer, takers
from models.rules.orders import Refusal, Why
from models.store import Work


@dataclass(frozen=True, slots=True)
class Offers:
    """`refused`: why a step would be refused whatever is said with it, None when it would not be.

    `helpers`: who helps and has not finished; `free`: who could be called to help; both by id. `takers`: who could be
    given the order, ("worker", id) and ("unit", id).
    """

    refused: Mapping[str, Refusal | None]
    helpers: Mapping[int, str]
    free: Mapping[int, str]
    takers: Mapping[tuple[str, int], str]
    holds: bool
    helps: bool


def offers(work: Work, order_id: int, worker_id: int, steps: Collection[str]) -> Offers | None:
    """What of `steps` is open to the worker. Nothing is locked: the actions decide again. None: no such order."""
    row = work.conn.execute(select(t.work_order).where(t.work_order.c.id == order_id)).first()
    worker = worker_row(work, worker_id)
    if row is None or worker is None:
        return None
    before, gives = Standing(OrderInHand(work, row), worker), "transfer" in steps
    choices = (
        helping(before.order),
        free_hands(before.order, worker_id),
        takers(before.order) if gives else {},
    )
    refused = {step: CHECKS.get(step, Standing.refusal)(before, step) for step in steps}
    for step, choice in zip(("dismiss", "help", "transfer"), choices, strict=True):
        if step in refused and not choice:
            refused[step] = refused[step] or Refusal(Why.NOT_FOUND, number=row.number, names="")
    return Offers(refused, *choices, before.holds, before.helps)


def _claim(before: Standing, step: str) -> Refusal | None:
    return no_claim(before.order, before.worker) or before.order.refusal(step, "worker")


def _finish(before: Standing, step: str) -> Refusal | None:
    """Who helps finishes their part with the same word."""
    if before.helps:
        return no_part(before.order, before.worker.id)
    return before.refusal(step) or waits_for_helpers(before.order)


def _transfer(before: Standing, step: str) -> Refusal | None:
    return before.refusal(step) or no_transfer(before.order, before.on_duty)


def _helped(before: Standing, step: str) -> Refusal | None:
    return no_part(before.order, before.worker.id)


# Steps whose actions refuse by more than who somebody is and how far the order has come.
CHECKS: Mapping[str, Callable[[Standing, str], Refusal | None]] = {
    "claim": _claim,
    "finish": _finish,
    "helped": _helped,
    "transfer": _transfer,
}
