"""A diner's money as staff take it in and give it out. Whole cents; the balance is the sum of the entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.desk import Audit, CloseDeskItem
from models.actions.looking_after import not_theirs
from models.actions.meal_in_hand import Account, By
from models.rules.money import PAYS
from models.rules.orders import Refusal, Why
from models.store import Work

MOST_CENTS = 1_000_000  # more at once is a slip of the keyboard


@dataclass(frozen=True, slots=True)
class TopUp:
    """Staff have taken money for a diner's balance; from then on meals are paid from it.

    Gives {"balance_cents"}. Refusals: already (the same sum by the same user, less than `same_words_minutes` ago),
    cap (most, in cents), unknown, elsewhere (those of another area keep the account).
    """

    person_id: int
    cents: int
    user_id: int
    note: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Who paid at the counter pays from the balance from now on."""
        done = _moved(work, self.person_id, "top_up", self.cents, self.user_id, self.note)
        if isinstance(done, Account) and done.pays == "pickup":
            _set_pays(work, done, "balance")
        return _told(work, done, Audit(self.user_id, "meal_top_up", str(self.person_id)))


@dataclass(frozen=True, slots=True)
class PayOut:
    """Staff give a diner money back from the balance.

    Gives {"balance_cents"}. Refusals: no_money (left), and those of TopUp.
    """

    person_id: int
    cents: int
    user_id: int
    note: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Never more than there is."""
        done = _moved(work, self.person_id, "payout", -self.cents, self.user_id, self.note)
        return _told(work, done, Audit(self.user_id, "meal_payout", str(self.person_id)))


@dataclass(frozen=True, slots=True)
class PayOutLeft:
    """All that is left in the account of an erased diner has been given to whoever came with its number.

    Gives {"cents"}. Refusals: unknown (no such item, or its account is somebody's), no_money, already (it is done).
    """

    desk_item_id: int
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """The item is done with it."""
        d, a = t.desk_item.c, t.meal_account.c
        whose = select(d.meal_account_id).where(d.id == self.desk_item_id)
        left = select(a.id, a.balance_cents).where(a.id == whose.scalar_subquery(), a.person_id.is_(None))
        row = work.conn.execute(left.with_for_update()).first()
        if row is None:
            return Refusal(Why.UNKNOWN)
        if row.balance_cents <= 0:
            return Refusal(Why.NO_MONEY, left=0)
        closed = CloseDeskItem(self.desk_item_id, self.user_id).run(work)
        if not closed["ok"]:
            return closed
        Account(work, row.id, 0, "pickup", row.balance_cents).enter(
            "payout", -row.balance_cents, By("console", self.user_id)
        )
        Audit(self.user_id, "meal_left_paid", str(row.id)).run(work)
        return {"ok": True, "cents": row.balance_cents}


@dataclass(frozen=True, slots=True)
class PayBill:
    """A diner has paid what they owe, or a part of it.

    Gives {"balance_cents"}. Refusals as of TopUp.
    """

    person_id: int
    cents: int
    user_id: int
    note: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """What is paid beyond the bill stays in the balance."""
        done = _moved(work, self.person_id, "bill_paid", self.cents, self.user_id, self.note)
        return _told(work, done, Audit(self.user_id, "meal_bill_paid", str(self.person_id)))


@dataclass(frozen=True, slots=True)
class SetPays:
    """From now on the diner pays so: balance, pickup (at the counter), bill (by the month).

    Refusals: no_money (owes): a bill is paid before it ends; unknown; elsewhere.
    """

    person_id: int
    pays: str
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """What is in the balance stays there. Gives {"pays"}."""
        if refusal := not_theirs(work, self.user_id, self.person_id):
            return refusal
        account = Account.lock(work, self.person_id) if self.pays in PAYS else None
        if account is None:
            return Refusal(Why.UNKNOWN)
        if self.pays != "bill" and account.balance_cents < 0:
            return Refusal(Why.NO_MONEY, owes=-account.balance_cents)
        if account.pays != self.pays:
            _set_pays(work, account, self.pays)
            Audit(self.user_id, "meal_pays", str(self.person_id)).run(work)
        return {"ok": True, "pays": self.pays}


@dataclass(frozen=True, slots=True)
class PayAtCounter:
    """A meal that is paid when it is fetched has been paid. `by`: worker or console.

    Gives {"paid_cents"}. Refusals: already (paid, cancelled), unknown.
    """

    meal_order_id: int
    by: str
    by_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """The ledger shows the money coming in and going for the meal; the balance stays."""
        o = t.meal_order.c
        found = work.conn.execute(select(o.person_id).where(o.id == self.meal_order_id)).first()
        account = Account.lock(work, found.person_id) if found and found.person_id else None
        if account is None:
            return Refusal(Why.UNKNOWN)
        unpaid = (o.id == self.meal_order_id, o.pays == "pickup", o.paid_at.is_(None))
        paid = update(t.meal_order).where(*unpaid, o.state != "cancelled").values(paid_at=work.now)
        cents = work.conn.execute(paid.returning(o.pay_cents)).scalar()
        if cents is None:
            return Refusal(Why.ALREADY)
        by = By("group" if self.by == "worker" else "console", self.by_id)
        account.enter("counter", cents, by, self.meal_order_id)
        account.enter("meal", -cents, by, self.meal_order_id)
        return {"ok": True, "paid_cents": cents}


def _moved(work: Work, person_id: int, kind: str, cents: int, user_id: int, note: str) -> Account | Refusal:
    """Enter what a user takes in or gives out, once."""
    if refusal := not_theirs(work, user_id, person_id):
        return refusal
    account = Account.lock(work, person_id) if cents else None
    if account is None or (cents > 0) is (kind == "payout"):
        return Refusal(Why.UNKNOWN)
    if abs(cents) > MOST_CENTS:
        return Refusal(Why.CAP, most=MOST_CENTS)
    if _repeated(work, account, kind, cents, user_id, note):
        return Refusal(Why.ALREADY)
    if kind == "payout" and account.balance_cents + cents < 0:
        return Refusal(Why.NO_MONEY, left=max(account.balance_cents, 0))
    account.enter(kind, cents, By("console", user_id), note=note)
    return account


def _repeated(work: Work, account: Account, kind: str, cents: int, user_id: int, note: str) -> bool:
    """Whether the same was entered a moment ago: a button that was pressed twice."""
    e, minutes = t.meal_entry.c, int(work.limits["same_words_minutes"])
    same = (e.meal_account_id == account.id, e.kind == kind, e.cents == cents, e.note == note)
    by = (e.by == "console", e.by_id == user_id, e.at > work.now - timedelta(minutes=minutes))
    return work.conn.execute(select(e.id).where(*same, *by).limit(1)).first() is not None


def _set_pays(work: Work, account: Account, pays: str) -> None:
    account.pays = pays
    work.conn.execute(update(t.meal_account).where(t.meal_account.c.id == account.id).values(pays=pays))


def _told(work: Work, done: Account | Refusal, audit: Audit) -> dict[str, Any]:
    if isinstance(done, Refusal):
        return done
    audit.run(work)
    return {"ok": True, "balance_cents": done.balance_cents}
