"""What is personal is taken out of orders; what a statistic needs stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from models import tables as t
from models.rules.masking import SAID, hide
from models.store import Work

UNSENT = ("queued", "sending", "held")

# Facts of a ledger that say nothing of residents. Whatever else there is goes.
HARMLESS = frozenset(
    (
        "worker_id", "worker", "helper", "held_by", "returned_by", "turn_of", "charge_of", "instead_of",
        "from_unit", "unit", "returns", "minutes", "hours", "photos", "end", "into", "number", "until", "visit",
        "closure", "score", "caller", "gave_up_id", "like",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Erased:
    """The log of one erasure. `why`: unfollow, asked, console, withdrawn, retention.

    `rule`, `days`: of retention, which rule of the table it was and how long that kept what went.
    """

    work: Work
    why: str
    rule: str = ""
    days: int | None = None

    def note(self, what: str, rows: int) -> None:
        """So many rows of this kind were erased."""
        if rows:
            row = {"at": self.work.now, "why": self.why, "rule": self.rule, "days": self.days}
            self.work.conn.execute(insert(t.erasure).values(what=what, rows=rows, **row))

    def erase(self, what: str, statement: Any) -> None:
        """Carry out the statement that erases, and note how many rows it met."""
        self.note(what, self.work.conn.execute(statement).rowcount)


@dataclass(frozen=True, slots=True)
class Known:
    """Whose name and door, however it is spelt, must not be read any more; phones and other doors never may."""

    names: tuple[str, ...]
    rooms: tuple[str, ...]

    @classmethod
    def of(cls, work: Work, person_ids: Iterable[int], home_id: int | None = None) -> Known:
        """Of these people and their homes, and of this home."""
        p, b, h = t.person.c, t.binding.c, t.home.c
        ids = tuple(person_ids)
        sealed = select(p.name_sealed).where(p.id.in_(ids), p.name_sealed.is_not(None))
        names = (work.unseal(one) for one in work.conn.execute(sealed).scalars())
        theirs = select(b.home_id).where(b.person_id.in_(ids))
        rooms = work.conn.execute(select(h.room).where(h.id.in_(theirs) | (h.id == home_id)).distinct())
        return cls(tuple(names), tuple(room for room in rooms.scalars() if room))

    def hidden(self, words: str, letters: int | None = None) -> str:
        """The words without them, at most so many letters."""
        return hide(words, self.names, self.rooms)[:letters]


def strip_orders(erased: Erased, order_ids: Sequence[int]) -> None:
    """Take reporter, home, map point and followers out of closed orders, and who they are out of all words.

    What remains is what a statistic needs: category, building, times, steps, score. Each is marked, until
    somebody writes in its ledger again.
    """
    if not order_ids:
        return
    work, o = erased.work, t.work_order.c
    columns = (o.id, o.summary, o.place, o.public_part, o.home_id, o.reporter_id)
    for row in work.conn.execute(select(*columns).where(o.id.in_(order_ids))).all():
        known = Known.of(work, _people_of(work, row), row.home_id)
        bare = {"reporter_id": None, "home_id": None, "latitude": None, "longitude": None}
        words = {"summary": known.hidden(row.summary), "place": known.hidden(row.place, 120)}
        words["public_part"] = known.hidden(row.public_part, 32) if row.public_part else row.public_part
        stripped = update(t.work_order).where(o.id == row.id)
        work.conn.execute(stripped.values(**bare, **words, stripped_at=work.now))
        _clean_ledger(work, known, t.order_entry.c.work_order_id == row.id)
        _clean_around(work, known, row.id)
    erased.note("work_order", len(order_ids))
    _strip_around(erased, order_ids)


def forget_words(erased: Erased, person_id: int) -> None:
    """Nobody reads any more who wrote what this person has written in the ledger of others' orders."""
    e = t.order_entry.c
    theirs = (e.by == "resident") & (e.by_id == person_id)
    erased.note("order_entry", _clean_ledger(erased.work, Known.of(erased.work, [person_id]), theirs))


def _people_of(work: Work, order: Any) -> set[int]:
    """Who reported it, follows it, or has written in its ledger."""
    f, e = t.order_follower.c, t.order_entry.c
    follow = select(f.person_id).where(f.work_order_id == order.id)
    wrote = select(e.by_id).where(e.work_order_id == order.id, e.by == "resident", e.by_id.is_not(None))
    found = set(work.conn.execute(follow.union(wrote)).scalars())
    return found | ({order.reporter_id} - {None})


def _clean_ledger(work: Work, known: Known, which: ColumnElement[bool]) -> int:
    """Gives how many lines there were."""
    e = t.order_entry.c
    rows = work.conn.execute(select(e.id, e.by, e.words, e.facts).where(which)).all()
    for row in rows:
        facts = {name: fact for name, fact in row.facts.items() if name in HARMLESS}
        # A door that somebody wrote goes whole: there is no telling how it is spelt.
        words = "" if row.facts.get("door") else known.hidden(row.words)
        values: dict[str, Any] = {"words": words, "facts": facts}
        if row.by == "resident":
            values["by_id"] = None
        work.conn.execute(update(t.order_entry).where(e.id == row.id).values(values))
    return len(rows)


def _clean_around(work: Work, known: Known, order_id: int) -> None:
    """What is still to be said or done about the order keeps its words, without who."""
    m, d = t.outbox.c, t.desk_item.c
    unsent = select(m.id, m.facts).where(m.work_order_id == order_id, m.state.in_(UNSENT))
    for row in work.conn.execute(unsent).all():
        work.conn.execute(update(t.outbox).where(m.id == row.id).values(facts=_cleaned(row.facts, known)))
    undone = select(d.id, d.words).where(d.work_order_id == order_id, d.state != "done", d.words != "")
    for row in work.conn.execute(undone).all():
        words = known.hidden(row.words)
        work.conn.execute(update(t.desk_item).where(d.id == row.id).values(words=words))


def _cleaned(facts: Mapping[str, Any], known: Known) -> dict[str, Any]:
    free = {name: known.hidden(facts[name]) for name in SAID if isinstance(facts.get(name), str)}
    return {**facts, **free}


def _strip_around(erased: Erased, order_ids: Sequence[int]) -> None:
    """What hangs on the orders and holds words: messages, items of the desk, sentences of ratings, who follows."""
    f, m, d, r = t.order_follower.c, t.outbox.c, t.desk_item.c, t.rating.c
    erased.erase("order_follower", delete(t.order_follower).where(f.work_order_id.in_(order_ids)))
    told = update(t.outbox).where(m.work_order_id.in_(order_ids), m.state.not_in(UNSENT))
    erased.erase("outbox", told.values(facts={}))
    items = update(t.desk_item).where(d.work_order_id.in_(order_ids), d.words != "", d.state == "done")
    erased.erase("desk_item", items.values(words=""))
    sentences = update(t.rating).where(r.work_order_id.in_(order_ids), r.sentence != "")
    erased.erase("rating", sentences.values(sentence=""))
