"""What residents answer: a rating, a sentence about it, a worker's question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.authority import is_helping, worker_row
from models.actions.desk import OpenDeskItem
from models.actions.following import followed
from models.actions.order_in_hand import OrderInHand
from models.rules.orders import Refusal, Why
from models.rules.ratings import WORDS, is_low, word_of
from models.store import Work

MENDED, ADDED = (
    "更正",
    "补充",
)  # how the group reads that an answer takes the place of an earlier one, or goes on


@dataclass(frozen=True, slots=True)
class Rate:
    """Rate one closure of an order with 1 to 5. The first score counts; giving it again gives it back.

    Gives {"score", "word", "low", "new"}; a low score makes a return visit due.
    """

    account_id: int
    order_id: int
    closure: int
    score: int

    def run(self, work: Work) -> dict[str, Any]:
        """For `rating_days` after the end, while the order is closed by that closure."""
        found = followed(work, self.order_id, self.account_id)
        if isinstance(found, Refusal):
            return found
        order, person_id = found
        if self.score not in WORDS or not 0 < self.closure <= order.row.closures:
            return Refusal(Why.UNKNOWN, number=order.row.number)
        known = self._known(order, person_id)
        if known is None:
            why = self._why_not(order)
            if why is not None:
                return Refusal(why, number=order.row.number)
            self._keep(order, person_id)
        score = self.score if known is None else known
        return order.done(score=score, word=word_of(score), low=is_low(score), new=known is None)

    def _known(self, order: OrderInHand, person_id: int) -> int | None:
        r = t.rating.c
        mine = (r.work_order_id == self.order_id, r.person_id == person_id, r.closure == self.closure)
        return order.work.conn.execute(select(r.score).where(*mine)).scalar()

    def _why_not(self, order: OrderInHand) -> Why | None:
        if order.row.state != "closed" or self.closure != order.row.closures:
            return Why.NOT_CLOSED
        ends = order.row.closed_at + timedelta(days=order.work.limits["rating_days"])
        return Why.TOO_LATE if ends < order.work.now else None

    def _keep(self, order: OrderInHand, person_id: int) -> None:
        work, q = order.work, t.open_question.c
        row = {"work_order_id": self.order_id, "person_id": person_id, "closure": self.closure}
        said = {"score": self.score, "word": word_of(self.score), "at": work.now}
        work.conn.execute(work.insert_once(t.rating).values(**row, **said))
        asked = update(t.open_question).where(q.account_id == self.account_id, q.kind == "rating")
        this = asked.where(q.subject == self.order_id, q.stamp == self.closure, q.answered_at.is_(None))
        work.conn.execute(this.values(answered_at=work.now))
        order.write("rate", "resident", person_id, facts={"closure": self.closure, "score": self.score})
        if is_low(self.score):
            OpenDeskItem("return_visit", order_id=self.order_id, account_id=self.account_id).run(work)


@dataclass(frozen=True, slots=True)
class AddSentence:
    """One sentence to a rating that was given, for instance what was wrong."""

    account_id: int
    order_id: int
    closure: int
    words: str

    def run(self, work: Work) -> dict[str, Any]:
        """A later sentence replaces it. Whoever makes the return visit reads it."""
        found = followed(work, self.order_id, self.account_id)
        if isinstance(found, Refusal):
            return found
        order, person_id = found
        r = t.rating.c
        mine = (r.work_order_id == self.order_id, r.person_id == person_id, r.closure == self.closure)
        said = update(t.rating).where(*mine).values(sentence=self.words).returning(r.score)
        score = work.conn.execute(said).scalar()
        if score is None:
            return Refusal(Why.UNKNOWN, number=order.row.number)
        d = t.desk_item.c
        visit = update(t.desk_item).where(d.kind == "return_visit", d.state == "open")
        this = visit.where(d.work_order_id == self.order_id, d.account_id == self.account_id)
        work.conn.execute(this.values(words=self.words))
        return order.done(score=score)


@dataclass(frozen=True, slots=True)
class AnswerStaff:
    """Answer a worker's question or appointment (`question_id`: the open_question row). The group is told, masked."""

    account_id: int
    question_id: int
    words: str

    def run(self, work: Work) -> dict[str, Any]:
        """Compare-and-set on the question: the first answer counts."""
        found = _asked_of(work, self.account_id, self.question_id, self.words)
        if isinstance(found, Refusal):
            return found
        question, order, person_id = found
        q = t.open_question.c
        mine = update(t.open_question).where(q.id == self.question_id, q.answered_at.is_(None))
        if work.conn.execute(mine.values(answered_at=work.now)).rowcount == 0:
            return Refusal(Why.ALREADY, number=order.row.number)
        return _told_staff(order, person_id, question, self.words)


@dataclass(frozen=True, slots=True)
class CorrectAnswer:
    """What was answered to a worker's question was wrong (or, `how`, is added to): the group is told, masked."""

    account_id: int
    question_id: int  # the open_question row
    words: str
    how: str = MENDED

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown (nothing was answered), closed (nobody works on it any more), needs_words.

        The very same words twice in a row are one.
        """
        found = _asked_of(work, self.account_id, self.question_id, self.words)
        if isinstance(found, Refusal):
            return found
        question, order, person_id = found
        if question.answered_at is None:
            return Refusal(Why.UNKNOWN, number=order.row.number)
        if order.row.state == "closed":
            return Refusal(Why.CLOSED, number=order.row.number)
        if order.repeated("answer", "resident", person_id, self.words):
            return order.done()
        return _told_staff(order, person_id, question, self.words, mended=self.how)


def _asked_of(
    work: Work, account_id: int, question_id: int, words: str
) -> tuple[Any, OrderInHand, int] | Refusal:
    """The question that staff asked of this account, the order it is about, and whose account it is."""
    q, e = t.open_question.c, t.order_entry.c
    columns = (e.work_order_id, e.step, e.words, e.facts, e.by, e.by_id, q.answered_at)
    asked = select(*columns).join(t.open_question, q.subject == e.id)
    mine = (q.id == question_id, q.account_id == account_id, q.kind == "staff_question")
    question = work.conn.execute(asked.where(*mine)).first()
    if question is None:
        return Refusal(Why.UNKNOWN)
    if not words.strip():
        return Refusal(Why.NEEDS_WORDS)
    found = followed(work, question.work_order_id, account_id)
    return found if isinstance(found, Refusal) else (question, *found)


def _told_staff(
    order: OrderInHand, person_id: int, question: Any, words: str, *, mended: str = ""
) -> dict[str, Any]:
    visit = question.step == "appoint"
    about: dict[str, Any] = {"visit": question.facts["visit"]} if visit else {"question": question.words}
    order.write("answer", "resident", person_id, words=words, facts=about)
    facts = {**about, "mended": mended} if mended else about
    kind = "order_visit_answer" if visit else "order_answer"
    said: dict[str, Any] = {"words": order.masked(words), **facts}
    order.tell_groups(kind, mention=order.row.holder_id, **said)
    if question.by == "worker":
        _tell_helper(order, question.by_id, kind, said)
    return order.done()


def _tell_helper(order: OrderInHand, worker_id: int, kind: str, said: dict[str, Any]) -> None:
    """Who asked while helping from another unit reads the answer in that unit's group."""
    worker = worker_row(order.work, worker_id)
    elsewhere = worker is not None and worker.unit_id != order.row.unit_id
    if elsewhere and is_helping(order.work, order.row.id, worker_id):
        order.tell_groups(kind, mention=worker_id, unit_id=worker.unit_id, **said)


def end_questions(order: OrderInHand, *steps: str) -> None:
    """What staff asked by these steps of the ledger (none: by any) waits for no answer any more."""
    q, e, now = t.open_question.c, t.order_entry.c, order.work.now
    entries = select(e.id).where(e.work_order_id == order.row.id)
    entries = entries.where(e.step.in_(steps)) if steps else entries
    asked = update(t.open_question).where(q.kind == "staff_question", q.subject.in_(entries))
    order.work.conn.execute(asked.where(q.answered_at.is_(None), q.ends_at > now).values(ends_at=now))


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """The message that asks has reached the person (fact `question_id` of order_finished and order_asked).

    Only a question that was shown can be answered by a bare digit; the one shown last is meant.
    """

    question_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Shown again (a held message, a second try) counts from then."""
        q = t.open_question.c
        this = update(t.open_question).where(q.id == self.question_id, q.answered_at.is_(None))
        done = work.conn.execute(this.values(shown_at=work.now))
        return {"ok": True} if done.rowcount else Refusal(Why.ALREADY)
