"""The kitchen's truth: counted once at the cut-off, corrected by number afterwards, handed out meal by meal.

The menu's row is locked first, by the UPDATE that freezes it or by a SELECT: who orders, changes or cancels locks it
too, so that a count has whatever was committed before and nothing of what comes later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, insert, select, update

from models import tables as t
from models.actions.diner_calls import asked_after
from models.actions.kitchen_unheard import heard_of, hearers, pass_up
from models.actions.meal_in_hand import Account, By
from models.actions.meal_money import PayAtCounter
from models.actions.meal_telling import tell_of_refund
from models.rules.days import day_words
from models.rules.kitchen import FROZEN, changes, corrected, correction
from models.rules.meals import MEAL_NAMES
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.askers import Staff, User
from models.views.calendar import today
from models.views.kitchen import dish_lines, live_counts, orders_with_code, own_menu_row
from models.views.meal_price import given_back
from models.views.staff import worker_by_id
from models.views.users import asker_of

COUNT_TIMER, OVER_TIMER, UNREAD_TIMER = "kitchen", "meal_over", "kitchen_unread"


@dataclass(frozen=True, slots=True)
class Freeze:
    """The timer `kitchen` of that stage: the cut-off is past, what is ordered now is what is cooked.

    Gives {"version", "orders"}. Late, repeated, of an earlier stage or too early it does nothing.
    """

    menu_id: int
    stage: int

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: already (it is frozen, withdrawn or has other times by now)."""
        m = t.menu.c
        due = (
            m.state == "published",
            m.stage == self.stage,
            m.order_until <= work.now,
            m.cancel_until <= work.now,
        )
        freeze = update(t.menu).where(m.id == self.menu_id, *due)
        frozen = freeze.values(state="frozen", frozen_at=work.now, version=FROZEN).returning(*t.menu.c)
        menu = work.conn.execute(frozen).first()
        if menu is None:
            return Refusal(Why.ALREADY)
        counts, orders = live_counts(work, menu.id)
        count_id = _keep(work, menu.id, FROZEN, counts, {}, orders)
        _tell(work, menu, "kitchen_count", counts, count_id=count_id, orders=orders)
        over = menu.ends_at + timedelta(minutes=work.limits["meal_over_minutes"]) - work.now
        work.remind(OVER_TIMER, menu.id, 0, max(over, timedelta(0)))
        return {"ok": True, "version": FROZEN, "orders": orders}


@dataclass(frozen=True, slots=True)
class Correct:
    """Staff have changed an order after the cut-off: the kitchen gets what differs, with a number.

    For the action that changes the order, in its transaction, after its change. Gives {"version", "correction"}; what
    changes nothing for the kitchen makes no version. `ways`: it goes elsewhere, so that sheets are printed anew.
    """

    menu_id: int
    ways: bool = False

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown, too_soon (the cut-off is still to come)."""
        menu = work.conn.execute(select(t.menu).where(t.menu.c.id == self.menu_id).with_for_update()).first()
        if menu is None or menu.state != "frozen":
            return Refusal(Why.UNKNOWN if menu is None else Why.TOO_SOON)
        counts, orders = live_counts(work, menu.id)
        differ = changes(_counts_of(work, menu.id, menu.version), counts)
        if not differ and not self.ways:
            return {"ok": True, "version": menu.version, "correction": correction(menu.version)}
        version = menu.version + 1
        work.conn.execute(update(t.menu).where(t.menu.c.id == menu.id).values(version=version))
        count_id = _keep(work, menu.id, version, counts, differ, orders)
        _tell_correction(work, menu, "kitchen_correction", count_id, version, counts, differ)
        work.remind(UNREAD_TIMER, count_id, 0, timedelta(minutes=work.limits["kitchen_again_minutes"]))
        return {"ok": True, "version": version, "correction": correction(version)}


@dataclass(frozen=True, slots=True)
class RepeatCorrection:
    """The timer `kitchen_unread`: a correction that nobody has acknowledged is told once more."""

    count_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: already (acknowledged, told once more, or the menu is withdrawn)."""
        k = t.kitchen_count.c
        unread = (k.acknowledged_at.is_(None), k.repeated_at.is_(None), k.version > FROZEN)
        this = update(t.kitchen_count).where(k.id == self.count_id, *unread)
        row = work.conn.execute(this.values(repeated_at=work.now).returning(*t.kitchen_count.c)).first()
        if row is None:
            return Refusal(Why.ALREADY)
        menu = work.conn.execute(select(t.menu).where(t.menu.c.id == row.menu_id)).one()
        if menu.state != "frozen":
            return Refusal(Why.ALREADY)
        again = (row.id, row.version, row.counts, row.changes)
        _tell_correction(work, menu, "kitchen_correction_again", *again)
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class AcknowledgeCount:
    """Somebody of the canteen, or a user who looks after it, has read the correction that made this version; or the
    kitchen was told on the phone what nobody of it had heard.

    Gives {"correction"}.
    """

    menu_id: int
    version: int
    worker_id: int | None = None
    user_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown (no such correction, or of another unit's canteen), already."""
        asker = asker_acting(work, self.worker_id, self.user_id)
        menu = own_menu_row(work, asker, self.menu_id) if asker is not None else None
        if menu is None:
            return Refusal(Why.UNKNOWN)
        k = t.kitchen_count.c
        to_be_read = (k.version > FROZEN) | k.unheard_at.is_not(None)
        this = (k.menu_id == self.menu_id, k.version == self.version, to_be_read)
        who = {"acknowledged_by": self.worker_id, "acknowledged_user_id": self.user_id}
        unread = update(t.kitchen_count).where(*this, k.acknowledged_at.is_(None))
        if work.conn.execute(unread.values(acknowledged_at=work.now, **who)).rowcount:
            heard_of(work, menu)
            return {"ok": True, "correction": correction(self.version)}
        known = work.conn.execute(select(k.id).where(*this)).first()
        return Refusal(Why.ALREADY if known else Why.UNKNOWN, correction=correction(self.version))


@dataclass(frozen=True, slots=True)
class ServeMeal:
    """A meal is handed out by its code, once. `menu_id`: as the QR code tells it; else any meal of today.
    `canteen_id`: where the code was typed, where that is known.

    What is paid when it is fetched counts as paid with it. Gives {"meal_order_id", "number", "meal", "dishes",
    "portions", "how", "collect_cents": to be taken at the counter}.
    """

    code: str
    worker_id: int | None = None
    user_id: int | None = None
    menu_id: int | None = None
    canteen_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown, closed (cancelled), already ("at" in ISO), too_soon and too_late ("day", "meal"),
        not_same (two meals that are served now have it).
        """
        asker = asker_acting(work, self.worker_id, self.user_id)
        here = self.menu_id, None if self.menu_id is not None else self.canteen_id
        found = orders_with_code(work, asker, self.code, *here) if asker else ()
        if not found:
            return Refusal(Why.UNKNOWN)
        row, *others = sorted(found, key=lambda one: _how_likely(work, one))
        if any(_either(work, row, one) for one in others):
            return Refusal(Why.NOT_SAME)
        if row.person_id is not None:
            Account.lock(work, row.person_id)  # before the order, as everywhere
            known = orders_with_code(work, asker, self.code, row.menu_id) if asker else ()
            row = next(one for one in known if one.id == row.id)  # as it is now that nobody changes it
        if refusal := self._refused(work, row):
            return refusal
        o = t.meal_order.c
        this = update(t.meal_order).where(o.id == row.id, o.state.in_(_handed_from(work)))
        if not work.conn.execute(this.values(state="served", ended_at=work.now, missed_sealed="")).rowcount:
            again = work.conn.execute(select(o.state, o.ended_at).where(o.id == row.id)).one()
            return _ended(again)
        if row.missed_sealed:
            asked_after(work, row)
        return handed_out(work, row, self.worker_id, self.user_id)

    def _refused(self, work: Work, row: Any) -> Refusal | None:
        if row.state not in _handed_from(work):
            return _ended(row)
        opens = row.starts_at - timedelta(minutes=work.limits["serve_early_minutes"])
        facts = {"day": day_words(row.day), "meal": row.meal}
        if row.day < today(work):
            return Refusal(Why.TOO_LATE, **facts, at=row.ends_at.isoformat())
        return Refusal(Why.TOO_SOON, **facts, at=row.starts_at.isoformat()) if work.now < opens else None


@dataclass(frozen=True, slots=True)
class MissMeals:
    """The timer `meal_over`: who has not fetched their meal an hour after its end has not come.

    What was taken to the door counts as handed out, unless whoever took it there said otherwise. Gives {"missed",
    "served", "delivered", "not_delivered"}; the groups hear of it.
    """

    menu_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown, too_soon, already (nothing is left to be done)."""
        menu = work.conn.execute(select(t.menu).where(t.menu.c.id == self.menu_id)).first()
        if menu is None or menu.state != "frozen":
            return Refusal(Why.UNKNOWN)
        if work.now < menu.ends_at + timedelta(minutes=work.limits["meal_over_minutes"]):
            return Refusal(Why.TOO_SOON)
        o, accounts = t.meal_order.c, self._accounts(work)
        left = update(t.meal_order).where(o.menu_id == menu.id, o.state == "placed")
        ends = case((o.how == "pickup", "no_show"), else_="served")
        columns = (o.id, o.how, o.person_id, o.pays, o.paid_at, o.pay_cents)
        ended = work.conn.execute(left.values(state=ends, ended_at=work.now).returning(*columns)).all()
        if not ended:
            return Refusal(Why.ALREADY)
        for row in ended:
            if row.how == "pickup" and row.person_id in accounts and (back := given_back(row)):
                accounts[row.person_id].enter("refund", back, By("standing"), row.id)
                tell_of_refund(work, row.id, "pickup", back)
        delivered = sum(row.how == "delivery" for row in ended)
        states = select(o.state, o.how, func.count()).where(o.menu_id == menu.id).group_by(o.state, o.how)
        count = Counter({(row.state, row.how): row[2] for row in work.conn.execute(states)})
        told = {
            "missed": len(ended) - delivered,
            "delivered": delivered,
            "served": count["served", "pickup"] + count["served", "delivery"],
            "not_delivered": count["no_show", "delivery"],
        }
        _tell(work, menu, "meal_over", {}, **told)
        return {"ok": True, **told}

    def _accounts(self, work: Work) -> dict[int, Account]:
        """The accounts of all to whom money may go back, if the town gives it back; locked before the orders.

        Also of those who have not paid: they may do so while this waits.
        """
        if not work.limits["no_show_refund"]:
            return {}
        o = t.meal_order.c
        mine = (o.menu_id == self.menu_id, o.state == "placed", o.how == "pickup", o.person_id.is_not(None))
        whose = select(o.person_id).where(*mine, o.pay_cents > 0).order_by(o.person_id)
        found = (Account.lock(work, person_id) for person_id in work.conn.execute(whose).scalars().all())
        return {one.person_id: one for one in found if one is not None}


def handed_out(work: Work, row: Any, worker_id: int | None, user_id: int | None) -> dict[str, Any]:
    """What ServeMeal gives of an order whose account is locked; what was still to be paid has been taken with it."""
    collect = row.pay_cents if row.pays == "pickup" and row.paid_at is None else 0
    if collect and row.person_id is not None:
        collect = PayAtCounter(row.id, *_hand(worker_id, user_id)).run(work).get("paid_cents", 0)
    return {
        "ok": True,
        "meal_order_id": row.id,
        "number": row.number,
        "meal": row.meal,
        "dishes": "、".join(dish_lines(work, [row.id])[row.id]),
        "portions": row.portions,
        "how": row.how,
        "collect_cents": collect,
    }


def _hand(worker_id: int | None, user_id: int | None) -> tuple[str, int]:
    """By whose hand, as money is written down."""
    return ("worker", worker_id) if worker_id is not None else ("console", user_id or 0)


def asker_acting(work: Work, worker_id: int | None, user_id: int | None) -> Staff | User | None:
    """Whoever acts, read anew; None for somebody who may not act any more."""
    if user_id is not None:
        return asker_of(work, user_id)
    worker = worker_by_id(work, worker_id) if worker_id is not None else None
    return Staff(worker.id, worker.unit_id) if worker and worker.active else None


def _handed_from(work: Work) -> tuple[str, ...]:
    """The states from which a meal is handed out; who comes late gets it, unless the money has been given back."""
    return ("placed",) if work.limits["no_show_refund"] else ("placed", "no_show")


def _how_likely(work: Work, row: Any) -> tuple[bool, bool, timedelta]:
    """Of several meals with one code the one that is served now, then one that is still to be handed out.

    Codes are short, and each meal has its own: one of another day may be the same.
    """
    opens = row.starts_at - timedelta(minutes=work.limits["serve_early_minutes"])
    over = row.ends_at + timedelta(minutes=work.limits["meal_over_minutes"])
    away = max(opens - work.now, work.now - over, timedelta(0))
    return away > timedelta(0), row.state != "placed", away


def _either(work: Work, row: Any, other: Any) -> bool:
    """Whether the code may mean the other meal as well: both are served now, and nothing tells which is meant.

    At another canteen also one that has been handed out: whoever comes twice must not get a stranger's meal.
    """
    now = not (_how_likely(work, row)[0] or _how_likely(work, other)[0])
    apart = row.canteen_id != other.canteen_id and "cancelled" not in (row.state, other.state)
    return now and (apart or row.state == other.state == "placed")


def _ended(row: Any) -> Refusal:
    why = {"cancelled": Why.CLOSED, "no_show": Why.TOO_LATE}.get(row.state, Why.ALREADY)
    return Refusal(why, at=row.ended_at.isoformat() if row.ended_at else "")


def _counts_of(work: Work, menu_id: int, version: int) -> Mapping[str, int]:
    k = t.kitchen_count.c
    this = select(k.counts).where(k.menu_id == menu_id, k.version == version)
    return dict(work.conn.execute(this).scalar() or {})


def _keep(
    work: Work, menu_id: int, version: int, counts: Mapping[str, int], differ: Mapping[str, int], orders: int
) -> int:
    row = {"menu_id": menu_id, "version": version, "counts": dict(counts), "changes": dict(differ)}
    made = insert(t.kitchen_count).values(**row, orders=orders, made_at=work.now)
    return int(work.conn.execute(made.returning(t.kitchen_count.c.id)).scalar_one())


def _tell_correction(
    work: Work,
    menu: Any,
    kind: str,
    count_id: int,
    version: int,
    counts: Mapping[str, int],
    differ: Mapping[str, int],
) -> None:
    names = _names(work, differ)
    said = corrected((names[dish], more) for dish, more in differ.items())
    _tell(work, menu, kind, counts, count_id=count_id, correction=correction(version), changes=said)


def _names(work: Work, counts: Mapping[str, int]) -> dict[str, str]:
    """The names of these dishes, in the order of their ids."""
    d = t.dish.c
    rows = work.conn.execute(select(d.id, d.name).where(d.id.in_([int(one) for one in counts])))
    return {str(row.id): row.name for row in rows}


def _tell(work: Work, menu: Any, kind: str, counts: Mapping[str, int], **more: Any) -> None:
    """Tell the canteen's groups, and whoever of it is on duty in its app; without any of them the level above.

    Nothing in it says who eats.
    """
    canteen = work.conn.execute(select(t.canteen).where(t.canteen.c.id == menu.canteen_id)).one()
    names = _names(work, counts)
    total = sum(counts.values())
    facts = {
        "canteen": canteen.name,
        "day": day_words(menu.day),
        "meal": MEAL_NAMES[menu.meal],
        "dishes": [f"{names[dish]} {count} 份" for dish, count in counts.items() if count],
        "portions": total,
        **_ways(work, menu.id),
        **more,
    }
    heard = [work.tell(to, kind, {**facts, **said}) for to, said in hearers(work, canteen.unit_id)]
    if not heard and "count_id" in facts:
        pass_up(work, kind, facts)


def tell_withdrawn(work: Work, menu: Any) -> None:
    """The canteen has its count of that menu and is told not to cook it, before its orders are cancelled."""
    counts, orders = live_counts(work, menu.id)
    k = t.kitchen_count.c
    newest = select(k.id).where(k.menu_id == menu.id, k.version == menu.version)
    count_id = work.conn.execute(newest).scalar()
    _tell(
        work, menu, "kitchen_withdrawn", counts, orders=orders, **({"count_id": count_id} if count_id else {})
    )


def _ways(work: Work, menu_id: int) -> dict[str, int]:
    """How many portions are fetched, and how many are taken to the door."""
    o = t.meal_order.c
    ways = select(o.how, func.sum(o.portions)).where(o.menu_id == menu_id, o.state != "cancelled")
    found = {row.how: int(row[1]) for row in work.conn.execute(ways.group_by(o.how))}
    return {"pickup": found.get("pickup", 0), "delivery": found.get("delivery", 0)}
