"""A visit at a time that suits the resident: agreed upon, moved, remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.actions.answers import end_questions
from models.actions.authority import in_charge
from models.actions.order_in_hand import OrderInHand
from models.rules.orders import Refusal, Why
from models.store import Work

WORDS = "约定上门时间"


@dataclass(frozen=True, slots=True)
class Appoint:
    """Whoever holds the order comes from `visit_at` until `visit_ends_at` (None: `visit_minutes` later).

    The followers may answer with another time, which goes to the group. Until the visit's end nobody is expected
    to have come. A new appointment takes the place of the old one. Refusals: needs_time, too_late (about: past,
    turned), too_far (days).
    """

    order_id: int
    by: str  # worker, console
    by_id: int
    visit_at: datetime | None
    visit_ends_at: datetime | None = None
    words: str = ""
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"visit"}: from and until, as ISO text. The same appointment twice is `already`."""
        order = in_charge(work, self.order_id, "appoint", self.by, self.by_id)
        if isinstance(order, Refusal):
            return order
        visit_at, number = self.visit_at, order.row.number
        if visit_at is None:
            return Refusal(Why.NEEDS_TIME, number=number)
        ends_at = self.visit_ends_at or visit_at + timedelta(minutes=work.limits["visit_minutes"])
        days = int(work.limits["visit_days"])
        if visit_at <= work.now or ends_at <= visit_at:
            about = "past" if visit_at <= work.now else "turned"
            return Refusal(Why.TOO_LATE, number=number, about=about)
        if ends_at > work.now + timedelta(days=days):
            return Refusal(Why.TOO_FAR, number=number, days=days)
        if (order.row.visit_at, order.row.visit_ends_at) == (visit_at, ends_at):
            return Refusal(Why.ALREADY, number=number)
        self._agree(order, visit_at, ends_at)
        return order.done(visit=order.visit())

    def _agree(self, order: OrderInHand, visit_at: datetime, ends_at: datetime) -> None:
        agreed = {"state": "claimed", "arrived_at": None, "visit_at": visit_at, "visit_ends_at": ends_at}
        facts: dict[str, Any] = {"visit": [visit_at.isoformat(), ends_at.isoformat()]}
        end_questions(order, "appoint")
        entry = order.write(
            "appoint",
            self.by,
            self.by_id,
            agreed,
            words=self.words or WORDS,
            facts=facts,
            origin=self.source,
        )
        order.wait_for_arrival()
        days = int(order.work.limits["question_days"])
        asked = order.ask_followers("staff_question", entry, 0, days)
        order.tell_followers("order_visit", questions=asked, **facts)
        if self.by != "worker" or self.by_id != order.row.holder_id:
            order.tell_groups("order_visit_group", mention=order.row.holder_id, **facts)


@dataclass(frozen=True, slots=True)
class VisitSoon:
    """The timer `visit_soon` of that stage has gone off: whoever holds the order is reminded in their group.

    Gives {"did": "nothing" | "reminded"}.
    """

    order_id: int
    stage: int

    def run(self, work: Work) -> dict[str, Any]:
        """A timer of a stage that is past does nothing; one that comes twice is one."""
        order = OrderInHand.take(work, self.order_id)
        if order is None:
            return Refusal(Why.UNKNOWN)
        due = (
            order.row.stage == self.stage and order.row.state == "claimed" and order.row.visit_at is not None
        )
        if not due or order.row.visit_ends_at <= work.now or _reminded(order):
            return order.done(did="nothing")
        order.tell_groups("order_visit_soon", mention=order.row.holder_id, visit=order.visit())
        return order.done(did="reminded")


def _reminded(order: OrderInHand) -> bool:
    """Whether the group has been told of this very appointment."""
    return any(facts.get("visit") == order.visit() for facts in order.told("order_visit_soon"))
