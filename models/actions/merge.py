"""Two orders about the same thing become one; everybody who followed either follows the one that goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from models import tables as t
from models.actions.answers import end_questions
from models.actions.authority import in_charge
from models.actions.desk import may_act
from models.actions.following import carry_over, people
from models.actions.helpers import helping
from models.actions.order_in_hand import OrderInHand
from models.rules.orders import Refusal, Why
from models.store import To, Work

URGENCIES = ("normal", "urgent", "emergency")  # the least first


@dataclass(frozen=True, slots=True)
class Merge:
    """The order becomes part of another open one of the same unit and is closed as a duplicate of it.

    By whoever holds it, a colleague on duty, or the console (`by`, `by_id`). Whose home the other one is about must
    be this one's too, since everybody reads there what is told. Whoever held it or helped with it is told.
    Refusals: not_same (about: itself, unit, home), closed, unknown, needs_words (no number).
    """

    order_id: int
    into: int | None  # its number
    by: str  # worker, console
    by_id: int
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"into", "people"}: the other's number, and how many follow it now. Ratings are of that one alone."""
        into_id = self._locked(work)
        order = in_charge(work, self.order_id, "merged", self.by, self.by_id)
        if isinstance(order, Refusal):
            return order
        if self.into is None:
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        into = OrderInHand.take(work, into_id) if into_id is not None else None
        if into is None or (self.by == "console" and not may_act(work, self.by_id, into.row.id)):
            return Refusal(Why.UNKNOWN, number=self.into)
        if about := _difference(order.row, into.row):
            return Refusal(Why.NOT_SAME, number=order.row.number, into=into.row.number, about=about)
        refusal = into.refusal("merge", self.by)
        if refusal:
            return refusal
        carry_over(order, into)
        self._close(order, into)
        self._go_on(order, into)
        return order.done(into=into.row.number, people=people(into))

    def _locked(self, work: Work) -> int | None:
        """The other order's id. Both are locked in one sequence, so that two merges do not wait for each other."""
        o = t.work_order.c
        both = select(o.id, o.number).where(or_(o.id == self.order_id, o.number == self.into)).order_by(o.id)
        rows = work.conn.execute(both.with_for_update()).all()
        return next((row.id for row in rows if row.number == self.into), None)

    def _close(self, order: OrderInHand, into: OrderInHand) -> None:
        work, number = order.work, into.row.number
        hands = [one for one in (order.row.holder_id, *helping(order)) if one is not None]
        closed = {"state": "closed", "close": "duplicate", "closed_at": work.now}
        facts = {"into": number}
        merged = {**closed, "merged_into_id": into.row.id}
        order.write("merged", self.by, self.by_id, merged, facts=facts, origin=self.source)
        end_questions(order)
        said = {**order.facts(), "into": number}
        for account_id, _ in order.followers():
            work.tell(To(account_id=account_id), "order_merged", said, order_id=order.row.id)
        order.tell_groups("order_merged_group", mention=hands, into=number)

    def _go_on(self, order: OrderInHand, into: OrderInHand) -> None:
        """As urgent as the more urgent of the two; what is more urgent now has the shorter time."""
        urgency = max(order.row.urgency, into.row.urgency, key=URGENCIES.index)
        rises = urgency != into.row.urgency
        changes: dict[str, Any] = {"urgency": urgency, "stage": into.row.stage + 1} if rises else {}
        facts = {"number": order.row.number}
        into.write("merge", self.by, self.by_id, changes, facts=facts, origin=self.source)
        if rises:
            into.wait_again()
        said = {"people": people(into), "merged": order.row.number}
        into.tell_groups("order_joined", mention=into.row.holder_id, **said)


def _difference(order: Any, into: Any) -> str:
    """Why the two cannot be one: itself, unit, home; empty when they can."""
    if order.id == into.id:
        return "itself"
    if order.unit_id != into.unit_id:
        return "unit"
    return "" if into.home_id is None or into.home_id == order.home_id else "home"
