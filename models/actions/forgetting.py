"""The parts of erasing: an account's words, a person's name, phone and homes, and what they have to do with orders.

Each leaves a row in the log of erasures (Erased).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, exists, or_, select, update

from models import tables as t
from models.actions.forgetting_meals import forget_meals
from models.actions.stripping import Erased, forget_words, strip_orders
from models.store import Work
from models.views.privacy import open_order_count

LOOK_AGAIN = timedelta(days=1)  # whether the person's open orders are closed by now
TIMER = "forget_person"
VOICE_KEY = "voice_note:"  # begins the key of a message that says what was heard in another


def forget_account_words(erased: Erased, channel: str, address: str) -> None:
    """Empty what was heard of this address and answered; the rows' keys stay, so that a repeat is still known."""
    i = t.inbox.c
    heard = update(t.inbox).where(
        i.channel == channel, i.sender == address, i.state != "new", i.payload.is_not(None)
    )
    erased.erase("inbox", heard.values(payload=None, reply=None))


def forget_voice(erased: Erased, account_id: int, channel: str, address: str) -> None:
    """Delete the account's voice messages that nobody has listened to, and words of such that nobody has played."""
    i, n = t.inbox.c, t.voice_note.c
    erased.erase("voice_note", delete(t.voice_note).where(n.account_id == account_id))
    unplayed = (i.channel == channel, i.sender == address, i.state == "new", i.key.like(f"{VOICE_KEY}%"))
    erased.erase("inbox", delete(t.inbox).where(*unplayed))


def loose_photos(erased: Erased, account_id: int) -> list[str]:
    """Delete the account's photos outside orders and what was sent to it; the files that no other row names."""
    p, k = t.photo.c, t.person_talk.c
    talks = select(k.id).where(k.account_id == account_id)
    theirs = (p.account_id == account_id) | p.person_talk_id.in_(talks)
    return delete_photos(erased, theirs & p.work_order_id.is_(None))


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

    Meals do not wait. Gives how many orders are still open.
    """
    waits = open_order_count(erased.work, person_id)
    if not waits:
        forget_person(erased, person_id)
    else:
        forget_meals(erased, person_id)
        _look_again(erased.work, person_id)
    return waits


def callers_like(work: Work, person_id: int) -> Sequence[int]:
    """Whoever has the person's phone and is known from calls alone: no account, no home."""
    p, a, b, same = t.person.c, t.account.c, t.binding.c, t.person.alias()
    phone = select(same.c.phone_index).where(same.c.id == person_id).scalar_subquery()
    known = exists().where(a.person_id == p.id) | exists().where(b.person_id == p.id)
    query = select(p.id).where(p.phone_index == phone, p.id != person_id, ~known).order_by(p.id)
    return work.conn.execute(query).scalars().all()


def _look_again(work: Work, person_id: int) -> None:
    """Set the next timer, unless one is set. Its stamp counts them, since a timer is unique in kind and stamp."""
    m = t.timer.c
    known = select(m.stamp, m.due_at).where(m.kind == TIMER, m.subject == person_id).order_by(m.stamp.desc())
    last = work.conn.execute(known.limit(1)).first()
    if last is None or last.due_at <= work.now:
        work.remind(TIMER, person_id, last.stamp + 1 if last else 1, LOOK_AGAIN)


def forget_person(erased: Erased, person_id: int) -> None:
    """Take what is personal out of the person's closed orders, then empty name and phone and delete the homes.

    In orders of others they are nobody any more. Whoever still is here goes on being told of those that are open.
    """
    p, b, o = t.person.c, t.binding.c, t.work_order.c
    mine = select(o.id).where(o.reporter_id == person_id, o.state == "closed")
    strip_orders(erased, erased.work.conn.execute(mine).scalars().all())
    forget_words(erased, person_id)
    forget_meals(erased, person_id)
    _forget_following(erased, person_id)
    _forget_ratings(erased, person_id)
    nothing = {"name_sealed": None, "name_index": None, "phone_sealed": None, "phone_index": None}
    full = or_(p.name_sealed.is_not(None), p.phone_sealed.is_not(None), p.phone_index.is_not(None))
    erased.erase("person", update(t.person).where(p.id == person_id, full).values(nothing))
    erased.erase("binding", delete(t.binding).where(b.person_id == person_id))


def _forget_following(erased: Erased, person_id: int) -> None:
    f, a, o = t.order_follower.c, t.account.c, t.work_order.c
    here = select(a.id).where(a.id == f.account_id, a.left_at.is_(None)).correlate(t.order_follower).exists()
    done = (
        select(o.id).where(o.id == f.work_order_id, o.state == "closed").correlate(t.order_follower).exists()
    )
    gone = delete(t.order_follower).where(f.person_id == person_id, or_(~here, done))
    erased.erase("order_follower", gone)


def _forget_ratings(erased: Erased, person_id: int) -> None:
    r = t.rating.c
    mine = update(t.rating).where(r.person_id == person_id, r.sentence != "")
    erased.erase("rating", mine.values(sentence=""))
