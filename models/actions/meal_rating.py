"""Rating a meal by one digit in the same evening: asked seldom, and only whoever can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from models import tables as t
from models.rules.meals import MEAL_NAMES
from models.rules.orders import Refusal, Why
from models.rules.ratings import WORDS, is_low
from models.store import To, Work
from models.views.calendar import today

ASKS = "meal_rating"  # the kind of open question
WEEK, EVENING, ANSWERED_WITHIN = timedelta(days=7), timedelta(hours=12), timedelta(days=1)
RESERVE = 2  # messages that an account's window keeps for what must be told
FEW = 100  # people of one transaction


@dataclass(frozen=True, slots=True)
class AskMealRatings:
    """Ask those who ate today for a digit: of their last meal, in their own account, while it may be written to.

    A meal that has not been fetched is not asked about. Nobody is asked more than `meal_ratings_a_week` times within
    seven days, nor twice about one order.
    """

    def run(self, work: Work) -> dict[str, Any]:
        """A batch. Gives {"asked"} and {"more"}: whether there may be others."""
        rows = work.conn.execute(_who_ate(work)).all()
        last = {row.person_id: row for row in reversed(rows)}  # the last meal of each comes first
        for row in last.values():
            self._ask(work, row)
        return {"ok": True, "asked": len(last), "more": len(rows) == FEW}

    @staticmethod
    def _ask(work: Work, row: Any) -> None:
        asked = {"meal_order_id": row.id, "person_id": row.person_id, "asked_at": work.now}
        if work.made(t.meal_rating, asked) is None:
            return
        q = t.open_question.c
        older = update(t.open_question).where(
            q.account_id == row.account_id, q.kind == ASKS, q.ends_at > work.now
        )
        work.conn.execute(older.values(ends_at=work.now))
        question = {"account_id": row.account_id, "kind": ASKS, "subject": row.id, "stamp": 0}
        made = insert(t.open_question).values({**question, "ends_at": work.now + ANSWERED_WITHIN})
        question_id = work.conn.execute(made.returning(q.id)).scalar_one()
        facts = {"meal": MEAL_NAMES[row.meal], "canteen": row.canteen, "question_id": question_id}
        work.tell(To(account_id=row.account_id), "meal_rating_asked", facts)


@dataclass(frozen=True, slots=True)
class RateMeal:
    """The diner gives one to five for a meal that was asked about; the first digit counts."""

    account_id: int
    meal_order_id: int
    score: int

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"score", "new", "low"}. Refusals: unknown (not theirs, not asked, no such score)."""
        r, a, q = t.meal_rating.c, t.account.c, t.open_question.c
        mine = select(a.person_id).where(a.id == self.account_id, a.left_at.is_(None)).scalar_subquery()
        this = (r.meal_order_id == self.meal_order_id, r.person_id == mine)
        if self.score not in WORDS or work.conn.execute(select(r.id).where(*this)).first() is None:
            return Refusal(Why.UNKNOWN)
        rated = update(t.meal_rating).where(*this, r.score.is_(None)).values(score=self.score, at=work.now)
        new = work.conn.execute(rated).rowcount == 1
        asked = update(t.open_question).where(q.account_id == self.account_id, q.kind == ASKS)
        work.conn.execute(asked.where(q.subject == self.meal_order_id).values(answered_at=work.now))
        score = work.conn.execute(select(r.score).where(*this)).scalar_one()
        return {"ok": True, "score": score, "new": new, "low": is_low(score)}


def _who_ate(work: Work) -> Any:
    """Today's meals that are over, the last first, of people who may be asked, with an account of theirs."""
    o, a, r = t.meal_order.c, t.account.c, t.meal_rating.c
    lately = select(func.count()).where(r.person_id == o.person_id, r.asked_at > work.now - WEEK)
    tonight = select(r.id).where(r.person_id == o.person_id, r.asked_at > work.now - EVENING)
    known = select(r.id).where(r.meal_order_id == o.id)
    reached = (
        select(func.max(a.id))
        .where(a.person_id == o.person_id, a.left_at.is_(None), a.refused_at.is_(None))
        .where(a.talk_ends_at > work.now, a.talk_left > RESERVE)
        .correlate(t.meal_order)
        .scalar_subquery()
    )
    most = int(work.limits["meal_ratings_a_week"])
    return (
        select(o.id, o.person_id, o.meal, t.canteen.c.name.label("canteen"), reached.label("account_id"))
        .join_from(t.meal_order, t.menu)
        .join(t.canteen, t.canteen.c.id == o.canteen_id)
        .where(o.day == today(work), o.state == "served", t.menu.c.ends_at <= work.now)
        .where(o.person_id.is_not(None), reached.is_not(None))
        .where(lately.correlate(t.meal_order).scalar_subquery() < most)
        .where(~tonight.correlate(t.meal_order).exists(), ~known.correlate(t.meal_order).exists())
        .order_by(t.menu.c.ends_at.desc(), o.id.desc())
        .limit(FEW)
    )
