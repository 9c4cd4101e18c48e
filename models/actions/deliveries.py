"""A meal that was taken to the door: not delivered with a reason, so that somebody phones; or delivered after all.

The order counts once: as delivered, or as not. Both may be said any number of times, from the group and the console.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.desk import Audit
from models.actions.diner_calls import ask_after, asked_after
from models.actions.kitchen import ServeMeal, asker_acting, handed_out
from models.actions.meal_in_hand import Account, By
from models.actions.meal_telling import tell_of_refund
from models.rules.masking import mask
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.askers import Staff, User
from models.views.calendar import today
from models.views.kitchen import own_delivery
from models.views.meal_price import given_back

WHY_LETTERS = 40


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """Whoever brought a meal could not hand it over. Someone is asked to phone the diner, who may need help.

    `why`: in their words; kept sealed, without phones and doors. Gives {"meal_order_id", "number"}.
    """

    meal_order_id: int
    why: str
    worker_id: int | None = None
    user_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown (no delivery of theirs), needs_words (no reason), closed (cancelled), too_soon (it is
        not served yet), too_late (of another day), already (noted before, or paid at the door)."""
        row, account = _locked(work, asker_acting(work, self.worker_id, self.user_id), self.meal_order_id)
        if row is None:
            return Refusal(Why.UNKNOWN)
        why = mask(" ".join(self.why.split()))[:WHY_LETTERS]
        if not why:
            return Refusal(Why.NEEDS_WORDS, field="why")
        if refusal := _refused(work, row):
            return refusal
        o, d = t.meal_order.c, {"state": "no_show", "ended_at": work.now, "missed_sealed": work.seal(why)}
        unpaid = (o.pays != "pickup") | o.paid_at.is_(None)
        there = (o.state == "placed") | ((o.state == "served") & unpaid)
        if not work.conn.execute(update(t.meal_order).where(o.id == row.id, there).values(d)).rowcount:
            return Refusal(Why.ALREADY)
        if account is not None and work.limits["no_show_refund"] and (back := given_back(row)):
            account.enter("refund", back, self._by, row.id)
            tell_of_refund(work, row.id, "delivery", back)
        ask_after(work, row, why)
        Audit(self.user_id, "meal_not_delivered", str(row.number), worker_id=self.worker_id).run(work)
        return {"ok": True, "meal_order_id": row.id, "number": row.number}

    @property
    def _by(self) -> By:
        return By("group", self.worker_id) if self.worker_id is not None else By("console", self.user_id)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A meal has been handed over at the door, also one that was noted as not delivered: nobody need phone any more.

    Gives what ServeMeal gives; money that went back is taken again.
    """

    meal_order_id: int
    worker_id: int | None = None
    user_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown, too_late (of another day), no_money (what went back has been spent), and those of
        ServeMeal."""
        row, account = _locked(work, asker_acting(work, self.worker_id, self.user_id), self.meal_order_id)
        if row is None:
            return Refusal(Why.UNKNOWN)
        if refusal := _refused(work, row):
            return refusal
        if row.state == "no_show" and (refusal := self._taken_again(work, row, account)):
            return refusal
        done = self._handed(work, row)
        if done["ok"]:
            Audit(self.user_id, "meal_delivered", str(row.number), worker_id=self.worker_id).run(work)
        return done

    def _handed(self, work: Work, row: Any) -> dict[str, Any]:
        """It counted as delivered before anybody said so: what was paid at the door is written down all the same."""
        if row.state == "served" and row.pays == "pickup" and row.paid_at is None and row.pay_cents:
            return handed_out(work, row, self.worker_id, self.user_id)
        return ServeMeal(row.code, self.worker_id, self.user_id, menu_id=row.menu_id).run(work)

    def _taken_again(self, work: Work, row: Any, account: Account | None) -> Refusal | None:
        """Let the order be as if nobody had said so; None once it is, or was by somebody else."""
        e, o = t.meal_entry.c, t.meal_order.c
        back = select(e.id).where(e.meal_order_id == row.id, e.kind == "refund", e.at >= row.ended_at)
        owes = account is not None and work.conn.execute(back).first() is not None
        if account is not None and owes and account.pays != "bill" and account.balance_cents < row.pay_cents:
            return Refusal(Why.NO_MONEY, left=account.balance_cents)
        again = update(t.meal_order).where(o.id == row.id, o.state == "no_show")
        changed = again.values(state="placed", ended_at=None, missed_sealed="")
        if work.conn.execute(changed).rowcount:
            asked_after(work, row)
            if account is not None and owes:
                by = (
                    By("group", self.worker_id) if self.worker_id is not None else By("console", self.user_id)
                )
                account.enter("meal", -row.pay_cents, by, row.id)
                tell_of_refund(work, row.id, "taken", row.pay_cents)
        return None


def _locked(work: Work, asker: Staff | User | None, order_id: int) -> tuple[Any, Account | None]:
    """The order as it is while nobody changes it, with its diner's account; None for no delivery of theirs."""
    found = own_delivery(work, asker, order_id)
    account = Account.lock(work, found.person_id) if found and found.person_id is not None else None
    return own_delivery(work, asker, order_id) if account else found, account


def _refused(work: Work, row: Any) -> Refusal | None:
    if row.state == "cancelled":
        return Refusal(Why.CLOSED)
    if row.day < today(work):
        return Refusal(Why.TOO_LATE)
    opens = row.starts_at - timedelta(minutes=work.limits["serve_early_minutes"])
    return Refusal(Why.TOO_SOON) if work.now < opens else None
