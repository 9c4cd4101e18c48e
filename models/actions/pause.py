"""An order that has to wait, for a part or for somebody, and goes on by itself when the time has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.actions.authority import in_charge
from models.actions.order_in_hand import OrderInHand
from models.rules.orders import Refusal, Why
from models.store import Work


@dataclass(frozen=True, slots=True)
class Pause:
    """Let the order wait until then, with a reason that the resident reads; one that waits, until another time.

    Whoever holds it keeps it.

    Refusals: needs_words, needs_time (no time), too_late (it is past), too_far (days).
    """

    order_id: int
    by: str  # worker, console
    by_id: int
    words: str
    until: datetime | None
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"until"} as ISO text. A timer takes it up again by itself."""
        order = in_charge(work, self.order_id, "pause", self.by, self.by_id)
        if isinstance(order, Refusal):
            return order
        refusal = self._refused(work, order.row.number)
        if refusal:
            return refusal
        assert self.until is not None
        until = self.until.isoformat()
        paused = {"state": "paused", "paused_until": self.until}
        facts = {"until": until}
        if order.repeated("pause", self.by, self.by_id, self.words, facts):
            return order.done(until=until)
        order.write("pause", self.by, self.by_id, paused, words=self.words, facts=facts, origin=self.source)
        work.remind("paused", order.row.id, order.row.stage, self.until - work.now)
        order.tell_followers("order_paused", words=self.words, until=until)
        if self.by != "worker" or self.by_id != order.row.holder_id:
            words = order.masked(self.words)
            order.tell_groups("order_paused_group", mention=order.row.holder_id, words=words, until=until)
        return order.done(until=until)

    def _refused(self, work: Work, number: int) -> Refusal | None:
        days = int(work.limits["pause_days"])
        if not self.words.strip():
            return Refusal(Why.NEEDS_WORDS, number=number)
        if self.until is None:
            return Refusal(Why.NEEDS_TIME, number=number)
        if self.until <= work.now:
            return Refusal(Why.TOO_LATE, number=number)
        return Refusal(Why.TOO_FAR, number=number, days=days) if self._is_far(work, days) else None

    def _is_far(self, work: Work, days: int) -> bool:
        return self.until is not None and self.until > work.now + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Resume:
    """Take a paused order up again before its time. How long it was paused does not count as time of its holder."""

    order_id: int
    by: str  # worker, console
    by_id: int
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """The resident hears that it goes on."""
        order = in_charge(work, self.order_id, "resume", self.by, self.by_id)
        if isinstance(order, Refusal):
            return order
        _resume(order, self.by, self.by_id, self.source)
        return order.done()


@dataclass(frozen=True, slots=True)
class PauseOver:
    """The timer `paused` of that stage has gone off: the order goes on, and whoever holds it is told.

    Gives {"did": "nothing" | "resumed"}.
    """

    order_id: int
    stage: int

    def run(self, work: Work) -> dict[str, Any]:
        """A timer of a stage that is past does nothing."""
        order = OrderInHand.take(work, self.order_id)
        if order is None:
            return Refusal(Why.UNKNOWN)
        if order.row.stage != self.stage or order.row.state != "paused":
            return order.done(did="nothing")
        _resume(order, "system", None, "")
        order.tell_groups("order_resumed", mention=order.row.holder_id)
        return order.done(did="resumed")


def _resume(order: OrderInHand, by: str, by_id: int | None, source: str) -> None:
    """Back to where it was: at the place already, or on the way."""
    state = "claimed" if order.row.arrived_at is None else "arrived"
    order.write("resume", by, by_id, {"state": state}, origin=source)
    if state == "claimed":
        order.wait_for_arrival()
    order.tell_followers("order_resumed_resident")
