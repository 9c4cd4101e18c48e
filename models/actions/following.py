"""Who follows an order: accounts, which are told, and people who called, who can only be called back."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from models import tables as t
from models.actions.order_in_hand import OrderInHand
from models.rules.orders import Refusal, Why
from models.store import Work

ANONYMOUS = {"caller": True}  # facts of a join by somebody who called and gave no number


def followed(work: Work, order_id: int, account_id: int, step: str = "") -> tuple[OrderInHand, int] | Refusal:
    """The order and the asker's person id, or a refusal: not theirs, or `step` may not be taken now."""
    order = OrderInHand.take(work, order_id)
    if order is None:
        return Refusal(Why.UNKNOWN)
    follower = order.follows(account_id)
    if follower is None:
        return Refusal(Why.NOT_YOURS)
    refusal = order.refusal(step, "resident") if step else None
    return refusal or (order, follower.person_id)


def follow(order: OrderInHand, account_id: int | None, person_id: int, *, joined: bool) -> bool:
    """The account follows the order from now on, or without one the person; whether it did not before."""
    row = {"work_order_id": order.row.id, "account_id": account_id, "person_id": person_id}
    made = order.work.made(t.order_follower, {**row, "joined": joined, "made_at": order.work.now})
    return made is not None


def follow_as(order: OrderInHand, person_id: int, *, joined: bool, far_id: int | None = None) -> bool:
    """Every account of the person follows the order, else the person alone; whether they did not before.

    `far_id`: the accounts of this one follow as the person's (models/actions/caller.py).
    """
    a, work = t.account.c, order.work
    if _is_following(order, person_id):
        return False
    mine = a.person_id.in_([person_id, far_id])
    accounts = select(a.id).where(mine, a.left_at.is_(None)).order_by(a.id)
    for account_id in work.conn.execute(accounts).scalars().all() or [None]:
        follow(order, account_id, person_id, joined=joined)
    return True


def _is_following(order: OrderInHand, person_id: int) -> bool:
    f, a = t.order_follower.c, t.account.c
    here = select(f.id).outerjoin_from(t.order_follower, t.account).where(f.work_order_id == order.row.id)
    theirs = here.where(f.person_id == person_id, or_(f.account_id.is_(None), a.left_at.is_(None)))
    return order.work.conn.execute(theirs.limit(1)).first() is not None


def carry_over(order: OrderInHand, into: OrderInHand) -> None:
    """Everybody who follows the one order follows the other too, those who called included."""
    f = t.order_follower.c
    every = select(f.account_id, f.person_id).where(f.work_order_id == order.row.id).order_by(f.id)
    for account_id, person_id in order.work.conn.execute(every).all():
        if account_id is not None or not _is_following(into, person_id):
            follow(into, account_id, person_id, joined=True)


def others_follow(order: OrderInHand, account_id: int) -> bool:
    """Whether somebody besides this account follows it, who has not left."""
    f, a = t.order_follower.c, t.account.c
    here = select(f.id).outerjoin_from(t.order_follower, t.account).where(f.work_order_id == order.row.id)
    others = here.where(or_(f.account_id.is_(None), a.left_at.is_(None) & (f.account_id != account_id)))
    return order.work.conn.execute(others.limit(1)).first() is not None


def people(order: OrderInHand) -> int:
    """How many have told of it: who follows it, and callers without a number, here and in what became part of it."""
    o, e, f = t.work_order.c, t.order_entry.c, t.order_follower.c
    one = or_(o.id == order.row.id, o.merged_into_id == order.row.id)
    follow = select(func.count(f.person_id.distinct())).where(f.work_order_id == order.row.id)
    nobody = select(func.count()).select_from(t.work_order).where(one, o.reporter_id.is_(None))
    joined = (
        select(func.count()).select_from(t.order_entry).where(e.work_order_id.in_(select(o.id).where(one)))
    )
    # Not e.by itself: SQLite would take the index on it and read whatever was ever done in the console.
    joined = joined.where(e.step == "join", e.by.concat("") == "console", e.facts == ANONYMOUS)
    counts = select(*(count.scalar_subquery() for count in (follow, nobody, joined)))
    return sum(order.work.conn.execute(counts).one())
