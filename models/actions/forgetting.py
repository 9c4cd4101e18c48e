"""The parts of erasing: an account's words, a person's name, phone and homes, the personal parts of orders.

Each leaves a row in the log of erasures: when, why, what and how many, nothing of whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from models import tables as t
from models.rules.masking import mask
from models.store import Work
from models.views.privacy import open_order_count

LOOK_AGAIN = timedelta(days=1)  # whether the person's open orders are closed by now
TIMER = "forget_person"
UNSENT = ("queued", "sending", "held")


@dataclass(frozen=True, slots=True)
class Erased:
    """The log of one erasure. `why`: unfollow, asked, console, withdrawn, retention."""

    work: Work
    why: str

    def note(self, what: str, rows: int) -> None:
        """So many rows of this kind were erased."""
        if rows:
            row = {"at": self.work.now, "why": self.why, "what": what, "rows": rows}
            self.work.conn.execute(insert(t.erasure).values(row))

    def erase(self, what: str, statement: Any) -> None:
        """Carry out the statement that erases, and note how many rows it met."""
        self.note(what, self.work.conn.execute(statement).rowcount)


def forget_account_words(erased: Erased, channel: str, address: str) -> None:
    """Empty what was heard of this address and answered; the rows' keys stay, so that a repeat is still known."""
    i = t.inbox.c
    heard = update(t.inbox).where(
        i.channel == channel, i.sender == address, i.state != "new", i.payload.is_not(None)
    )
    erased.erase("inbox", heard.values(payload=None, reply=None))


def loose_photos(erased: Erased, account_id: int) -> list[str]:
    """Delete the account's photos outside orders; the files that no other row names."""
    p = t.photo.c
    return delete_photos(erased, (p.account_id == account_id) & p.work_order_id.is_(None))


def delete_photos(erased: Erased, which: ColumnElement[bool]) -> list[str]:
    """Delete these photos' rows; gives the files that no other row names."""
    work, p = erased.work, t.photo.c
    gone = work.conn.execute(delete(t.photo).where(which).returning(p.file)).scalars().all()
    erased.note("photo", len(gone))
    files = {file for file in gone if file}
    kept = work.conn.execute(select(p.file).where(p.file.in_(files))).scalars().all() if files else []
    return sorted(files - set(kept))


def forget_when_closed(erased: Erased, person_id: int) -> int:
    """Erase the person's name, phone and homes, or have that done once their open orders are closed.

    Gives how many orders are still open.
    """
    waits = open_order_count(erased.work, person_id)
    if not waits:
        forget_person(erased, person_id)
    else:
        _look_again(erased.work, person_id)
    return waits


def _look_again(work: Work, person_id: int) -> None:
    """Set the next timer, unless one is set. Its stamp counts them, since a timer is unique in kind and stamp."""
    m = t.timer.c
    known = select(m.stamp, m.due_at).where(m.kind == TIMER, m.subject == person_id).order_by(m.stamp.desc())
    last = work.conn.execute(known.limit(1)).first()
    if last is None or last.due_at <= work.now:
        work.remind(TIMER, person_id, last.stamp + 1 if last else 1, LOOK_AGAIN)


def forget_person(erased: Erased, person_id: int) -> None:
    """Empty name and phone, delete the homes, and take what is personal out of the person's closed orders."""
    p, b, o = t.person.c, t.binding.c, t.work_order.c
    nothing = {"name_sealed": None, "name_index": None, "phone_sealed": None, "phone_index": None}
    full = or_(p.name_sealed.is_not(None), p.phone_sealed.is_not(None), p.phone_index.is_not(None))
    erased.erase("person", update(t.person).where(p.id == person_id, full).values(nothing))
    erased.erase("binding", delete(t.binding).where(b.person_id == person_id))
    mine = select(o.id).where(o.reporter_id == person_id, o.state == "closed")
    strip_orders(erased, erased.work.conn.execute(mine).scalars().all())
    _forget_ratings(erased, person_id)


def _forget_ratings(erased: Erased, person_id: int) -> None:
    r = t.rating.c
    mine = update(t.rating).where(r.person_id == person_id, r.sentence != "")
    erased.erase("rating", mine.values(sentence=""))


def strip_orders(erased: Erased, order_ids: Sequence[int]) -> None:
    """Take reporter, home, map point and followers out of closed orders, and doors and phones out of their words.

    What remains is what a statistic needs: category, building, times, steps, score. Each is marked, until
    somebody writes in its ledger again.
    """
    if not order_ids:
        return
    conn, o = erased.work.conn, t.work_order.c
    columns = (o.id, o.summary, t.home.c.room)
    query = select(*columns).outerjoin_from(t.work_order, t.home, t.home.c.id == o.home_id)
    for row in conn.execute(query.where(o.id.in_(order_ids))).all():
        rooms = [row.room] if row.room else []
        bare = {"reporter_id": None, "home_id": None, "latitude": None, "longitude": None}
        words = mask(row.summary, rooms=rooms)
        marked = {"summary": words, "stripped_at": erased.work.now}
        conn.execute(update(t.work_order).where(o.id == row.id).values(bare | marked))
        _mask_ledger(erased.work, row.id, rooms)
    erased.note("work_order", len(order_ids))
    _strip_around(erased, order_ids)


def _mask_ledger(work: Work, order_id: int, rooms: Sequence[str]) -> None:
    e = t.order_entry.c
    mine = select(e.id, e.by, e.words).where(e.work_order_id == order_id)
    for row in work.conn.execute(mine).all():
        values: dict[str, Any] = {"words": mask(row.words, rooms=rooms)}
        if row.by == "resident":
            values["by_id"] = None
        work.conn.execute(update(t.order_entry).where(e.id == row.id).values(values))


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
