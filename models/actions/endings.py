"""What residents do about the end of an order: withdraw it, or say that it is not fixed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.following import followed, others_follow
from models.actions.order_in_hand import OrderInHand
from models.rules.orders import Refusal, Why
from models.store import Work


@dataclass(frozen=True, slots=True)
class NotFixed:
    """A closed order is not fixed after all: it is open again, in the same hands if they still work here."""

    order_id: int
    account_id: int
    words: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Within `reopen_days` of the end. Gives {"state", "holder"}."""
        found = followed(work, self.order_id, self.account_id, "reopen")
        if isinstance(found, Refusal):
            return found
        order, person_id = found
        if order.row.closed_at + timedelta(days=work.limits["reopen_days"]) < work.now:
            return Refusal(Why.TOO_LATE, number=order.row.number)
        self._reopen(order, person_id)
        return order.done(state=order.row.state, holder=order.holder_name())

    def _reopen(self, order: OrderInHand, person_id: int) -> None:
        holder_id = self._active(order)
        state = "claimed" if holder_id is not None else "waiting"
        changes: dict[str, Any] = {"closed_at": None, "close": None, "arrived_at": None, "urged_at": None}
        held: dict[str, Any] = {"state": state, "holder_id": holder_id}
        held["claimed_at"] = None if holder_id is None else order.work.now  # they have to come anew
        order.write("reopen", "resident", person_id, changes | held, words=self.words)
        q = t.open_question.c
        asked = update(t.open_question).where(q.kind == "rating", q.subject == order.row.id)
        order.work.conn.execute(asked.where(q.ends_at > order.work.now).values(ends_at=order.work.now))
        if holder_id is None:
            order.wait_for_claim()
        else:
            order.wait_for_arrival()
        order.tell_groups("order_reopened", mention=holder_id, words=order.masked(self.words))

    @staticmethod
    def _active(order: OrderInHand) -> int | None:
        w, v, now = t.worker.c, t.leave.c, order.work.now
        away = select(v.id).where(v.worker_id == w.id, v.starts_at <= now, v.ends_at > now).exists()
        same = select(w.id).where(w.id == order.row.holder_id, w.active, w.unit_id == order.row.unit_id)
        return order.work.conn.execute(same.where(~away)).scalar()


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The resident takes the order back. While neighbours follow it too it goes on, without this account.

    Gives {"closed"}: whether the order ended.
    """

    order_id: int
    account_id: int
    words: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """The last one to leave closes it."""
        found = followed(work, self.order_id, self.account_id, "withdraw")
        if isinstance(found, Refusal):
            return found
        order, person_id = found
        if others_follow(order, self.account_id):
            return self._leave(order, person_id)
        end = {"state": "closed", "close": "withdrawn", "closed_at": work.now}
        order.write("withdraw", "resident", person_id, end, words=self.words)
        order.tell_groups("order_withdrawn", mention=order.row.holder_id)
        return order.done(closed=True)

    def _leave(self, order: OrderInHand, person_id: int) -> dict[str, Any]:
        f = t.order_follower.c
        mine = (f.work_order_id == order.row.id) & (f.account_id == self.account_id)
        order.work.conn.execute(t.order_follower.delete().where(mine))
        order.write("leave", "resident", person_id, words=self.words)
        return order.done(closed=False)
