"""What residents do with themselves: accounts, consent, homes, phone; and being forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from models import tables as t
from models.actions.diets import forget_diet
from models.actions.forgetting import forget_voice, loose_photos
from models.actions.outbox import WINDOWS
from models.actions.stripping import Erased
from models.actions.talk_in_hand import erase_talks
from models.rules.orders import Refusal, Why
from models.rules.phones import callable_number, line_of, tail
from models.store import Work
from models.views.diets import agreed_to_health

# NO KEY UPDATE: others may go on queueing messages for this account meanwhile.
_LOCK = (
    select(t.account.c.id, t.account.c.person_id, t.account.c.consent_version)
    .add_columns(t.conversation.c.state, t.conversation.c.turn)
    .join_from(t.account, t.conversation)
    .where(t.account.c.channel == bindparam("channel"), t.account.c.address == bindparam("address"))
    .with_for_update(key_share=True)
)


def _lock_at_once() -> Select[Any]:
    a, c, q = t.account.c, t.conversation.c, t.open_question.c
    earlier = exists().where(
        t.inbox.c.channel == bindparam("channel"),
        t.inbox.c.sender == bindparam("address"),
        t.inbox.c.state == "new",
        t.inbox.c.id < bindparam("inbox"),
    )
    held = exists().where(t.outbox.c.account_id == a.id, t.outbox.c.state == "held")
    asked = exists().where(q.account_id == a.id, q.answered_at.is_(None), q.ends_at > bindparam("now"))
    talks = exists().where(t.person_talk.c.account_id == a.id, t.person_talk.c.state == "open")
    renewed = and_(
        a.talk_left == WINDOWS["talk"].count, a.talk_ends_at > bindparam("soon"), a.refused_at.is_(None)
    )
    return (
        select(a.id, a.person_id, a.consent_version, c.state, c.turn)
        .add_columns(earlier.label("earlier"), held.label("held"), asked.label("asked"))
        .add_columns(talks.label("talks"), func.coalesce(renewed, false()).label("renewed"))
        .join_from(t.account, t.conversation)
        .where(a.channel == bindparam("channel"), a.address == bindparam("address"))
        .with_for_update(key_share=True, skip_locked=True, of=[t.account, t.conversation])
    )


_LOCK_AT_ONCE = _lock_at_once()
RENEWED = timedelta(
    minutes=1
)  # a window that was opened so lately, and from which nothing was spent, is as good as new


@dataclass(frozen=True, slots=True)
class EnsureAccount:
    """The account the platform calls `address` (openid), made with a new person if it is not known.

    Gives {"account_id", "person_id", "new"}.
    """

    channel: str
    address: str

    def run(self, work: Work) -> dict[str, Any]:
        """Look first: nearly everybody is known."""
        a = t.account.c
        known = select(a.id, a.person_id).where(a.channel == self.channel, a.address == self.address)
        row = work.conn.execute(known).first()
        if row is None and self._made(work):
            return {"ok": True, **self._found(work.conn.execute(known).one()), "new": True}
        return {"ok": True, **self._found(row or work.conn.execute(known).one()), "new": False}

    def _made(self, work: Work) -> bool:
        person_id = work.conn.execute(
            insert(t.person).values(made_at=work.now).returning(t.person.c.id)
        ).scalar_one()
        row = {"channel": self.channel, "address": self.address, "person_id": person_id, "made_at": work.now}
        made = work.made(t.account, row) is not None
        if not made:  # another transaction was quicker
            work.conn.execute(delete(t.person).where(t.person.c.id == person_id))
        return made

    @staticmethod
    def _found(row: Any) -> dict[str, Any]:
        return {"account_id": row.id, "person_id": row.person_id}


@dataclass(frozen=True, slots=True)
class LockAccount:
    """Begin a turn: the account, made if need be, its row and its conversation's locked until the commit.

    Gives {"account_id", "person_id", "new", "consent" (the version agreed to, or None), "state" (the talk, as
    text), "turn", "left"}. `left`: the account was erased while this turn waited for the lock; begin again and a
    new one is made.
    """

    channel: str
    address: str

    def run(self, work: Work) -> dict[str, Any]:
        """One statement for whoever is known. On SQLite the writing transaction already is the lock."""
        who = {"channel": self.channel, "address": self.address}
        row = work.run(_LOCK, who).first()
        if row is not None:
            found = {"ok": True, "account_id": row.id, "person_id": row.person_id, "new": False}
            return {**found, **_talk_of(row), "left": False}
        found = EnsureAccount(self.channel, self.address).run(work)
        first = {"account_id": found["account_id"], "state": "{}", "turn": 0, "changed_at": work.now}
        work.conn.execute(work.insert_once(t.conversation), first)
        row = work.run(_LOCK, who).first()
        if row is None:  # its address is a tombstone by now
            return {**found, "consent": None, "state": "{}", "turn": 0, "left": True}
        return {**found, **_talk_of(row), "left": False}


@dataclass(frozen=True, slots=True)
class LockAtOnce:
    """Begin a turn in the transaction that has just kept its message as `inbox_id`, if nothing stands in the way.

    Refused where the account is not known, is busy with another turn, or has said something earlier that is not
    answered. Gives what LockAccount gives, and {"held", "asked": whether messages and questions wait for this
    person, "talks": whether they talk with staff, "renewed": whether the window for writing to them is as good
    as new}.
    """

    channel: str
    address: str
    inbox_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """One statement, which never waits."""
        soon = work.now + WINDOWS["talk"].lasts - RENEWED
        who = {"channel": self.channel, "address": self.address, "inbox": self.inbox_id}
        row = work.run(_LOCK_AT_ONCE, {**who, "now": work.now, "soon": soon}).first()
        if row is None or row.earlier:
            return Refusal(Why.ALREADY)
        found = {"ok": True, "account_id": row.id, "person_id": row.person_id, "new": False, "left": False}
        waits = {"held": bool(row.held), "asked": bool(row.asked), "renewed": bool(row.renewed)}
        return {**found, **_talk_of(row), "talks": bool(row.talks), **waits}


def _talk_of(row: Any) -> dict[str, Any]:
    return {"consent": row.consent_version, "state": row.state, "turn": row.turn}


@dataclass(frozen=True, slots=True)
class Follow:
    """The person follows the account (again): pushes are welcome. Windows are opened by note_heard()."""

    account_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Forget that the account once refused us."""
        mine = update(t.account).where(t.account.c.id == self.account_id, t.account.c.left_at.is_(None))
        done = work.conn.execute(mine.values(refused_at=None))
        return {"ok": True} if done.rowcount else Refusal(Why.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Erase the account, as the platform demands of whoever unfollows; the person's orders stay.

    The address becomes a tombstone, consent and talk are emptied, open questions end, what was heard is
    emptied, talks with a person end and lose their words, photos outside orders are deleted. `inbox_id` is the
    row of the unfollowing itself: it and older ones are emptied even if they are not marked done yet; what came
    later stays.
    Gives {"files": photo files that nobody needs any more}.
    """

    account_id: int
    inbox_id: int = 0
    why: str = "unfollow"  # unfollow, asked, console

    def run(self, work: Work) -> dict[str, Any]:
        """Each kind of trace in its own statement."""
        a = t.account.c
        row = work.conn.execute(
            select(a.channel, a.address, a.left_at, a.person_id)
            .where(a.id == self.account_id)
            .with_for_update()
        ).first()
        if row is None:
            return Refusal(Why.UNKNOWN, files=[])
        if row.left_at is not None:
            return {"ok": True, "files": []}
        erased = Erased(work, self.why)
        self._bury(work)
        erased.note("account", 1)
        if agreed_to_health(work, self.account_id):
            forget_diet(erased, row.person_id)
        self._part_from_consents(erased)
        self._forget_talk(erased, row.channel, row.address)
        forget_voice(erased, self.account_id, row.channel, row.address)
        files = loose_photos(erased, self.account_id)
        erase_talks(work, self.account_id)
        asked = update(t.question_asked).where(t.question_asked.c.account_id == self.account_id)
        erased.erase("question_asked", asked.values(account_id=None))
        self._stop_telling(work)
        self._clear_desk(work)
        return {"ok": True, "files": files}

    def _bury(self, work: Work) -> None:
        nothing = {"consent_version": None, "consent_at": None, "talk_left": 0, "tap_left": 0}
        nothing |= {"talk_ends_at": None, "tap_ends_at": None}
        values = {"address": f"left:{self.account_id}", "left_at": work.now, **nothing}
        work.conn.execute(update(t.account).where(t.account.c.id == self.account_id).values(values))

    def _part_from_consents(self, erased: Erased) -> None:
        """That somebody agreed, and when, stays on record; who it was does not."""
        c, now = t.consent.c, erased.work.now
        mine = update(t.consent).where(c.account_id == self.account_id)
        ended = func.coalesce(c.withdrawn_at, bindparam("ended", now, c.withdrawn_at.type))
        erased.erase("consent", mine.values(account_id=None, withdrawn_at=ended))

    def _forget_talk(self, erased: Erased, channel: str, address: str) -> None:
        work = erased.work
        talk = update(t.conversation).where(t.conversation.c.account_id == self.account_id)
        work.conn.execute(talk.values(state="{}", turn=t.conversation.c.turn + 1, changed_at=work.now))
        i = t.inbox.c
        heard = update(t.inbox).where(
            i.channel == channel, i.sender == address, or_(i.state != "new", i.id <= self.inbox_id)
        )
        erased.erase("inbox", heard.values(payload=None, reply=None, sender=f"left:{self.account_id}"))

    def _stop_telling(self, work: Work) -> None:
        q, m = t.open_question.c, t.outbox.c
        unsent = update(t.outbox).where(m.account_id == self.account_id, m.state.in_(("queued", "held")))
        work.conn.execute(unsent.values(state="failed", reason="NoSuchPerson"))
        work.conn.execute(
            update(t.outbox).where(m.account_id == self.account_id, m.kind == "said").values(facts={})
        )
        # After the messages, as whoever sends one locks them.
        mine = update(t.open_question).where(q.account_id == self.account_id, q.ends_at > work.now)
        work.conn.execute(mine.values(ends_at=work.now))

    def _clear_desk(self, work: Work) -> None:
        d = t.desk_item.c
        talk = update(t.desk_item).where(
            d.account_id == self.account_id, d.kind.in_(("wants_person", "defect"))
        )
        work.conn.execute(talk.values(words=""))


@dataclass(frozen=True, slots=True)
class BindHome:
    """The person says that they live in this home; somebody may live in several.

    A home is claimed until the register or staff verify it. Gives {"state", "new"}.
    """

    person_id: int
    home_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Again after UnbindHome begins anew as claimed."""
        b = t.binding.c
        if work.conn.execute(select(t.home.c.id).where(t.home.c.id == self.home_id)).first() is None:
            return Refusal(Why.UNKNOWN)
        pair = {"person_id": self.person_id, "home_id": self.home_id}
        made = work.made(t.binding, {**pair, "state": "claimed", "made_at": work.now})
        this = (b.person_id == self.person_id) & (b.home_id == self.home_id)
        back = update(t.binding).where(this, b.ended_at.is_not(None))
        again = work.conn.execute(back.values(state="claimed", made_at=work.now, ended_at=None))
        state = work.conn.execute(select(b.state).where(this)).scalar_one()
        return {"ok": True, "state": state, "new": made or again.rowcount == 1}


@dataclass(frozen=True, slots=True)
class UnbindHome:
    """The person does not live there any more."""

    person_id: int
    home_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"ended"}: whether there was anything to end."""
        b = t.binding.c
        this = update(t.binding).where(
            b.person_id == self.person_id, b.home_id == self.home_id, b.ended_at.is_(None)
        )
        return {"ok": True, "ended": work.conn.execute(this.values(ended_at=work.now)).rowcount == 1}


@dataclass(frozen=True, slots=True)
class SetPhone:
    """Keep a number to call back, mobile or fixed with its area code, encrypted, with a blind index of its line."""

    person_id: int
    phone: str

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"tail"}, the last four digits, to be read back."""
        digits = callable_number(self.phone)
        if not digits:
            return Refusal(Why.UNKNOWN)
        values = {"phone_sealed": work.seal(digits), "phone_index": work.index(line_of(digits))}
        work.conn.execute(update(t.person).where(t.person.c.id == self.person_id).values(values))
        return {"ok": True, "tail": tail(digits)}


@dataclass(frozen=True, slots=True)
class KeepPhotos:
    """Keep photos that somebody sent before saying what they are of; OpenOrder and AddPhotos take their ids."""

    account_id: int
    media: tuple[str, ...]

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"photo_ids"}, one for each of `media`, known ones included."""
        p = t.photo.c
        channel = work.conn.execute(
            select(t.account.c.channel).where(t.account.c.id == self.account_id)
        ).scalar()
        if channel is None:
            return Refusal(Why.UNKNOWN, photo_ids=[])
        mine = select(p.media, p.id).where(p.account_id == self.account_id, p.media.in_(self.media))
        known = {row.media: row.id for row in work.conn.execute(mine)}
        row = {"account_id": self.account_id, "channel": channel, "made_at": work.now, "next_at": work.now}
        for media in dict.fromkeys(self.media):
            if media not in known:
                made = insert(t.photo).values(**row, media=media).returning(p.id)
                known[media] = work.conn.execute(made).scalar_one()
        return {"ok": True, "photo_ids": [known[media] for media in self.media]}
