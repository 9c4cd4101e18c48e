"""What residents ask of the service items: kept masked, answered once by staff, told to everybody who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from models import tables as t
from models.actions.catalogue import keep_aliases, keep_item, touched
from models.actions.desk import Audit
from models.actions.order_telling import groups_of
from models.actions.routing import Region
from models.actions.talk_in_hand import whereabouts
from models.rules.catalogue import ALIKE, DATA, SAME, likest, unnamed
from models.rules.masking import mask
from models.rules.orders import Refusal, Why
from models.rules.routing import fallback
from models.store import To, Work
from models.views.catalogue import today

LETTERS = 200  # of a question that is kept
ANSWER_LETTERS = 500
USEFUL = "useful"  # the open question after an answer
SAID_BY = {"worker": "社区工作人员群里的答复", "console": "社区工作人员在工作台的答复"}


def masked(work: Work, words: str, account_id: int | None) -> str:
    """A question as it may be kept: no phone, no identity number, no door, no name after 我叫."""
    rooms = whereabouts(work, account_id).rooms if account_id is not None else ()
    return mask(unnamed(" ".join(words.replace("\0", "").split())), LETTERS, rooms)


def _asked(work: Work, account_id: int, words: str, verdict: str, **more: Any) -> int:
    row = {"account_id": account_id, "words": masked(work, words, account_id), "asked_at": work.now}
    made = insert(t.question_asked).values(**row, verdict=verdict, **more).returning(t.question_asked.c.id)
    return int(work.conn.execute(made).scalar_one())


@dataclass(frozen=True, slots=True)
class NoteAnswer:
    """An item was shown for a question: kept for the weekly list. With `asks`, 有用吗 stands under the answer.

    Gives {"question_id"}.
    """

    account_id: int
    words: str
    verdict: str  # sure, suggest
    item_id: int
    asks: bool = True

    def run(self, work: Work) -> dict[str, Any]:
        """The very same within minutes is one; only the newest answer is asked about."""
        q, o = t.question_asked.c, t.open_question.c
        since = work.now - timedelta(minutes=work.limits["same_words_minutes"])
        words = masked(work, self.words, self.account_id)
        same = (q.account_id == self.account_id, q.words == words, q.service_item_id == self.item_id)
        known = work.conn.execute(select(q.id).where(*same, q.asked_at > since)).scalar()
        question_id = known or _asked(
            work, self.account_id, self.words, self.verdict, service_item_id=self.item_id
        )
        if self.asks:
            mine = (o.account_id == self.account_id, o.kind == USEFUL, o.answered_at.is_(None))
            work.conn.execute(
                update(t.open_question).where(*mine, o.ends_at > work.now).values(ends_at=work.now)
            )
            ends = work.now + timedelta(days=work.limits["question_days"])
            row = {"account_id": self.account_id, "kind": USEFUL, "subject": question_id, "stamp": 0}
            work.conn.execute(work.insert_once(t.open_question).values(**row, ends_at=ends))
            this = update(t.open_question).where(o.account_id == self.account_id, o.kind == USEFUL)
            work.conn.execute(
                this.where(o.subject == question_id).values(shown_at=work.now, ends_at=ends, answered_at=None)
            )
        return {"ok": True, "question_id": question_id}


@dataclass(frozen=True, slots=True)
class RateAnswer:
    """Whether an answer was of use to whoever asked."""

    account_id: int
    question_id: int
    useful: bool

    def run(self, work: Work) -> dict[str, Any]:
        """The last word counts."""
        q, o = t.question_asked.c, t.open_question.c
        mine = update(t.question_asked).where(q.id == self.question_id, q.account_id == self.account_id)
        if not work.conn.execute(mine.values(useful=int(self.useful))).rowcount:
            return Refusal(Why.UNKNOWN)
        asked = update(t.open_question).where(o.account_id == self.account_id, o.kind == USEFUL)
        work.conn.execute(asked.where(o.subject == self.question_id).values(answered_at=work.now))
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class FileQuestion:
    """A question that no item answers: kept with those alike, and staff are told of it when it is the first.

    Gives {"number", "new", "answer", "answered_on", "by"}: what staff have answered to a question just like it, which
    is told at once, with its day; empty when nobody has.
    """

    account_id: int
    words: str
    verdict: str = "none"

    def run(self, work: Work) -> dict[str, Any]:
        """The same words of the same person count once."""
        said = masked(work, self.words, self.account_id)
        where = whereabouts(work, self.account_id)
        unit_id = _unit(work, where.estate_id)
        u = t.unanswered.c
        columns = (u.id, u.words, u.state, u.number, u.answer, u.answered_at, u.answered_by)
        recent = select(*columns).where(u.state != "dropped", u.unit_id.is_not_distinct_from(unit_id))
        rows = work.conn.execute(recent.order_by(u.last_at.desc()).limit(DATA["newest"])).all()
        row = self._like(rows, said)
        if row is None:
            number = work.next_number(t.QUESTION_NUMBER)
            values = {"number": number, "words": said, "unit_id": unit_id, "estate_id": where.estate_id}
            values |= {"first_at": work.now, "last_at": work.now}
            made = insert(t.unanswered).values(values).returning(*columns)
            row = work.conn.execute(made).one()
            self._tell(work, unit_id, number, said, where.place)
            new = True
        else:
            new = False
        self._join(work, row.id, said)
        answered = row.answered_at.date() if row.answered_at else None
        return {
            "ok": True,
            "number": row.number,
            "new": new,
            "answer": row.answer if row.state == "answered" else "",
            "answered_on": answered.isoformat() if answered else "",
            "by": SAID_BY.get(row.answered_by, ""),
        }

    @staticmethod
    def _like(rows: Any, said: str) -> Any:
        """An answered one that is just like it, or an open one that is alike."""
        by_id = {row.id: row for row in rows}
        answered = [(row.id, row.words) for row in rows if row.state == "answered"]
        found = likest(said, answered, SAME)
        found = found or likest(said, [(row.id, row.words) for row in rows if row.state == "open"], ALIKE)
        return by_id.get(found) if found is not None else None

    def _join(self, work: Work, unanswered_id: int, said: str) -> None:
        q, u = t.question_asked.c, t.unanswered.c
        same = (q.account_id == self.account_id, q.unanswered_id == unanswered_id, q.words == said)
        if work.conn.execute(select(q.id).where(*same, q.told_at.is_(None))).first() is None:
            _asked(work, self.account_id, self.words, self.verdict, unanswered_id=unanswered_id)
            this = update(t.unanswered).where(u.id == unanswered_id)
            work.conn.execute(this.values(asked=u.asked + 1, last_at=work.now))

    def _tell(self, work: Work, unit_id: int | None, number: int, words: str, place: str) -> None:
        for group_id, display, _ in groups_of(work, None, unit_id):
            if display is not None:
                facts = {"ask": number, "words": words, "place": place, "bot": display}
                work.tell(To(work_group_id=group_id), "question_unanswered", facts)


def _unit(work: Work, estate_id: int | None) -> int | None:
    """Whose staff answer: the community of the estate, or whoever above it can be reached.

    Of somebody without a home it is the only community there is; among several whoever is above.
    """
    region = Region.of(work, estate_id, talks=True)
    first = fallback(region.units, region.levels, region.estates_unit_id)
    if estate_id is None:
        communities = [key for key, one in region.units.items() if one.kind == region.levels.of_estate]
        first = communities[0] if len(communities) == 1 else first
    return region.charge(first).unit_id


@dataclass(frozen=True, slots=True)
class AnswerUnanswered:
    """Staff answer a question once: everybody who asked it and waits gets the words.

    What they write is not masked: it names the office to go to and its phone. Gives {"number", "told"}: how many were
    told. An answer may be corrected; who was told the first is told again.
    """

    unanswered_id: int
    by: str  # worker, console
    by_id: int
    words: str

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown, needs_words (about: long, with count and most), already (the very same answer)."""
        u = t.unanswered.c
        this = select(t.unanswered).where(u.id == self.unanswered_id).with_for_update()
        row = work.conn.execute(this).first()
        words = " ".join(self.words.replace("\0", "").split())
        if row is None or row.state == "dropped":
            return Refusal(Why.UNKNOWN)
        if not words:
            return Refusal(Why.NEEDS_WORDS, number=row.number)
        if len(words) > ANSWER_LETTERS:
            return Refusal(
                Why.NEEDS_WORDS, number=row.number, about="long", count=len(words), most=ANSWER_LETTERS
            )
        if row.answer == words:
            return Refusal(Why.ALREADY, number=row.number)
        values = {"state": "answered", "answer": words, "answered_at": work.now}
        values |= {"answered_by": self.by, "by_id": self.by_id, "review": ""}
        work.conn.execute(update(t.unanswered).where(u.id == row.id).values(values))
        Audit(
            self.by_id if self.by == "console" else None,
            "question_answered",
            f"Q{row.number}",
            self.by_id if self.by == "worker" else None,
        ).run(work)
        return {"ok": True, "number": row.number, "told": self._tell_askers(work, row, words)}

    @staticmethod
    def _tell_askers(work: Work, row: Any, words: str) -> int:
        q, a = t.question_asked.c, t.account.c
        askers = select(q.account_id, q.words).join_from(t.question_asked, t.account, a.id == q.account_id)
        waiting = askers.where(q.unanswered_id == row.id, a.left_at.is_(None)).order_by(q.id)
        latest = {one.account_id: one.words for one in work.conn.execute(waiting)}
        for account_id, asked in latest.items():
            facts = {"question": asked, "words": words, "number": f"Q{row.number}"}
            work.tell(To(account_id=account_id), "question_answered", facts)
        told = update(t.question_asked).where(q.unanswered_id == row.id, q.told_at.is_(None))
        work.conn.execute(told.values(told_at=work.now))
        return len(latest)


@dataclass(frozen=True, slots=True)
class DropUnanswered:
    """Not a question for the service items: it goes off the list."""

    unanswered_id: int
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """While nobody has answered it."""
        u = t.unanswered.c
        mine = update(t.unanswered).where(u.id == self.unanswered_id, u.state == "open")
        number = work.conn.execute(mine.values(state="dropped").returning(u.number)).scalar()
        if number is None:
            return Refusal(Why.ALREADY)
        Audit(self.user_id, "question_dropped", f"Q{number}").run(work)
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class MakeAlias:
    """After review: an answered question becomes another way to ask for an item."""

    unanswered_id: int
    item_id: int
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown (question or item), closed (the item is over), already (it became something)."""
        row = _answered(work, self.unanswered_id)
        i, a = t.service_item.c, t.item_alias.c
        item = work.conn.execute(select(i.state, i.ends_on).where(i.id == self.item_id)).first()
        if row is None or item is None:
            return Refusal(Why.UNKNOWN)
        if item.state != "live" or (item.ends_on and item.ends_on < today(work)):
            return Refusal(Why.CLOSED)
        if row.review:
            return Refusal(Why.ALREADY)
        known = work.conn.execute(select(a.words).where(a.service_item_id == self.item_id)).scalars().all()
        item_id = keep_item(work, {}, self.item_id, self.user_id)
        keep_aliases(work, item_id, (*known, row.words[:64]))
        return _became(work, row, "alias", item_id, self.user_id)


@dataclass(frozen=True, slots=True)
class MakeItem:
    """After review: an answered question becomes an item of its own, told in the community that answered it.

    `title`: what it is called; the question stays as another way to ask. Gives {"id"}.
    """

    unanswered_id: int
    title: str
    class_key: str
    field_key: str
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown, already, needs_words (a title)."""
        row = _answered(work, self.unanswered_id)
        if row is None:
            return Refusal(Why.UNKNOWN)
        if row.review:
            return Refusal(Why.ALREADY)
        if not self.title.strip():
            return Refusal(Why.NEEDS_WORDS)
        values: dict[str, Any] = {
            "title": self.title.strip()[:64],
            "class_key": self.class_key,
            "field_key": self.field_key,
        }
        values |= {"steps": [row.answer], "unit_id": row.unit_id, "source": SAID_BY[row.answered_by]}
        values |= {"source_on": today(work), "state": "live"}
        item_id = keep_item(work, values, None, self.user_id)
        keep_aliases(work, item_id, (row.words[:64],))
        return _became(work, row, "item", item_id, self.user_id)


def _answered(work: Work, unanswered_id: int) -> Any:
    u = t.unanswered.c
    this = select(t.unanswered).where(u.id == unanswered_id, u.state == "answered").with_for_update()
    return work.conn.execute(this).first()


def _became(work: Work, row: Any, what: str, item_id: int, user_id: int) -> dict[str, Any]:
    u = t.unanswered.c
    this = update(t.unanswered).where(u.id == row.id)
    work.conn.execute(this.values(review=what, service_item_id=item_id))
    touched(work)
    Audit(user_id, f"question_{what}", f"Q{row.number}").run(work)
    return {"ok": True, "id": item_id, "number": row.number}
