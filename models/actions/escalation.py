"""What happens when nobody does anything: timers give an order to whoever is on duty, or to the next level up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from models import tables as t
from models.actions.desk import OpenDeskItem
from models.actions.dispatch import give, next_in_turn, place_in_hands
from models.actions.order_in_hand import OrderInHand
from models.actions.routing import Region
from models.rules.orders import STEPS, Refusal, Why
from models.store import Work

ATTENDS = ("progress", "ask", "reply")
MOVES = tuple(name for name, step in STEPS.items() if step.moves)
HOUR = 60  # minutes
NOBODY_CAME = "{unit} {worker} 接手后一直没有到场，也没有进展，上面没有可以转的单位。请打电话问，或者改派。"


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """The timer `unclaimed` of that stage has gone off: nobody took the order in time.

    Whose turn it is of the unit's people on duty gets it; without any the next level does; at the top a person is
    called.
    Gives {"did": "nothing" | "assigned" | "escalated" | "called"}.
    """

    order_id: int
    stage: int

    def run(self, work: Work) -> dict[str, Any]:
        """A timer of a stage that is past does nothing."""
        order = OrderInHand.take(work, self.order_id)
        if order is None:
            return Refusal(Why.UNKNOWN)
        if order.row.stage != self.stage or order.row.state != "waiting":
            return order.done(did="nothing")
        minutes = int(work.limits["unclaimed_minutes"][order.row.urgency])
        region = Region.of(work, order.row.estate_id)
        chosen = next_in_turn(order) if order.row.unit_id in region.reachable else None
        if chosen is not None:
            give(order, chosen, minutes=minutes)
            return order.done(did="assigned", worker=chosen.worker.name)
        if _escalate(order, region, {"minutes": minutes}):
            return order.done(did="escalated")
        OpenDeskItem("unrouted", order_id=order.row.id).run(work)
        return order.done(did="called")


@dataclass(frozen=True, slots=True)
class Unattended:
    """The timer `unattended` of that stage has gone off: who was given the order has not come or said a word.

    The next level gets it; at the top it stays in the same hands and a person is called.
    Gives {"did": "nothing" | "escalated" | "called"}.
    """

    order_id: int
    stage: int

    def run(self, work: Work) -> dict[str, Any]:
        """A timer of a stage that is past does nothing."""
        order = OrderInHand.take(work, self.order_id)
        if order is None:
            return Refusal(Why.UNKNOWN)
        if order.row.stage != self.stage or order.row.state != "claimed" or _attended(order):
            return order.done(did="nothing")
        minutes, holder = int(work.limits["unattended_minutes"][order.row.urgency]), order.holder_name()
        waited: dict[str, Any] = {"minutes": minutes} if minutes % HOUR else {"hours": minutes // HOUR}
        if order.row.visit_ends_at is not None and order.row.visit_ends_at <= work.now:
            waited = {"visit": order.visit()}
        if _escalate(order, Region.of(work, order.row.estate_id), {"held_by": holder, **waited}):
            return order.done(did="escalated")
        words = NOBODY_CAME.format(unit=order.facts()["unit"], worker=holder)
        OpenDeskItem("unrouted", words, order_id=order.row.id).run(work)
        return order.done(did="called")


def _attended(order: OrderInHand) -> bool:
    """Whether staff have let the resident hear of it since it was given into these hands."""
    e = t.order_entry.c
    of_order = e.work_order_id == order.row.id
    given = select(func.max(e.id)).where(of_order, e.step.in_(MOVES)).scalar_subquery()
    word = select(e.id).where(of_order, e.id > given, e.by == "worker", e.step.in_(ATTENDS))
    return order.work.conn.execute(word.limit(1)).first() is not None


def _escalate(order: OrderInHand, region: Region, why: dict[str, Any]) -> bool:
    """Give the order to the next level that can be reached, out of whosever hands; False at the top."""
    up = region.charge(order.row.unit_id, above=True, level=order.row.level)
    if not up.reached:
        return False
    before, holder_id = order.row.unit_id, order.row.holder_id
    facts = {"from_unit": order.facts()["unit"], **why}
    free = {"state": "waiting", "holder_id": None, "claimed_at": None}
    moved = {**free, "unit_id": up.unit_id, "level": up.level}
    order.write("escalate", "system", None, moved, facts=facts)
    if not place_in_hands(order, region, "order_escalated", **facts):
        order.tell_followers("order_escalated_resident", **facts)
    order.tell_left(before, mention=holder_id, from_unit=facts["from_unit"])
    return True
