"""What follows from the end of a link between an elder and who ordered for them."""

from __future__ import annotations

from sqlalchemy import select, update

from models import tables as t
from models.store import Work
from models.views.people import own_account

ASKS = "carer"  # the kind of open question


def hand_back(work: Work, elder_id: int, carer_id: int) -> None:
    """What the carer ordered for the elder goes on, and from now on the elder is told, or called by staff."""
    a, o, s = t.account.c, t.meal_order.c, t.standing_order.c
    theirs = select(a.id).where(a.person_id == carer_id)
    own = own_account(work, elder_id)
    placed = update(t.meal_order).where(o.person_id == elder_id, o.state == "placed")
    work.conn.execute(placed.where(o.account_id.in_(theirs)).values(account_id=own))
    standing = update(t.standing_order).where(s.person_id == elder_id)
    work.conn.execute(standing.where(s.account_id.in_(theirs)).values(account_id=own))
    work.conn.execute(standing.where(s.by_person_id == carer_id).values(by_person_id=None))


def end_carer_questions(work: Work, carer_id: int) -> None:
    """Whoever was asked about it need not answer any more."""
    q = t.open_question.c
    asked = update(t.open_question).where(q.kind == ASKS, q.subject == carer_id, q.answered_at.is_(None))
    work.conn.execute(asked.values(answered_at=work.now))
