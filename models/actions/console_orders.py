"""What the console does with orders besides assigning them (models.actions.staff.Assign)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.actions.desk import may_act
from models.actions.order_in_hand import OrderInHand
from models.actions.staff import close, reply
from models.rules.orders import ENDS, Refusal, Why
from models.store import Work

SOURCE = "console"


def _at_desk(work: Work, order_id: int, user_id: int, step: str) -> OrderInHand | Refusal:
    order = OrderInHand.take(work, order_id)
    if order is None or not may_act(work, user_id, order_id):
        return Refusal(Why.UNKNOWN)
    return order.refusal(step, "console") or order


@dataclass(frozen=True, slots=True)
class CloseOrder:
    """The console closes an order with an honest end (see Finish) and a result in words."""

    order_id: int
    user_id: int
    words: str
    end: str = "resolved"

    def run(self, work: Work) -> dict[str, Any]:
        """The followers are told as when a worker finishes."""
        order = _at_desk(work, self.order_id, self.user_id, "close")
        if isinstance(order, Refusal):
            return order
        if not self.words.strip():
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        if self.end not in ENDS:
            return Refusal(Why.UNKNOWN, number=order.row.number)
        close(order, "close", "console", self.user_id, self.words, self.end, source=SOURCE)
        words = order.masked(self.words)
        order.tell_groups("order_done", mention=order.row.holder_id, words=words, worker="")
        return order.done(end=self.end)


@dataclass(frozen=True, slots=True)
class ReplyFromDesk:
    """The console writes to everybody who follows the order."""

    order_id: int
    user_id: int
    words: str

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"people"}: how many are told."""
        order = _at_desk(work, self.order_id, self.user_id, "reply")
        if isinstance(order, Refusal):
            return order
        return reply(order, "console", self.user_id, self.words, SOURCE)


@dataclass(frozen=True, slots=True)
class NoteOrder:
    """A note in the ledger that residents do not see."""

    order_id: int
    user_id: int
    words: str

    def run(self, work: Work) -> dict[str, Any]:
        """The same words twice in a row are one."""
        order = _at_desk(work, self.order_id, self.user_id, "note")
        if isinstance(order, Refusal):
            return order
        if not self.words.strip():
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        if not order.repeated("note", "console", self.user_id, self.words):
            order.write("note", "console", self.user_id, words=self.words, origin=SOURCE)
        return order.done()
