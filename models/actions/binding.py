"""Binding words: how a WeCom account becomes a worker's, and a group a unit's."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from models import tables as t
from models.rules.orders import Refusal, Why
from models.store import Work

# Without 0 O 1 I L and U V, which people mix up; 8 letters are 38 bits, guessed at 5 tries in 10 minutes.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
LETTERS = 8


@dataclass(frozen=True, slots=True)
class MakeBindingWord:
    """A word to be typed once in WeCom, for one worker or one group. Only its digest is kept.

    `ends` is when it expires, in `binding_word_hours` by default. Gives {"word", "ends" (ISO)}; earlier unused
    words of the same worker or group end.
    """

    worker_id: int | None = None
    work_group_id: int | None = None
    ends: datetime | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Exactly one of worker and group."""
        if (self.worker_id is None) == (self.work_group_id is None) or not self._known(work):
            return Refusal(Why.UNKNOWN)
        b = t.binding_word.c
        mine = b.worker_id == self.worker_id if self.worker_id else b.work_group_id == self.work_group_id
        work.conn.execute(delete(t.binding_word).where(mine, b.used_at.is_(None)))
        word = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
        ends = self.ends or work.now + timedelta(hours=work.limits["binding_word_hours"])
        row = {"digest": digest(work, word), "made_at": work.now, "ends_at": ends}
        whose = {"worker_id": self.worker_id, "work_group_id": self.work_group_id}
        work.conn.execute(insert(t.binding_word).values(**row, **whose))
        return {"ok": True, "word": word, "ends": ends.isoformat()}

    def _known(self, work: Work) -> bool:
        w, g = t.worker.c, t.work_group.c
        worker = select(w.id).where(w.id == self.worker_id, w.active)
        group = select(g.id).where(g.id == self.work_group_id)
        return work.conn.execute(worker if self.worker_id else group).first() is not None


def digest(work: Work, word: str) -> str:
    """What is kept of a word; blanks, dashes and small letters make no difference."""
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", word)).upper()
    return work.index(f"binding:{plain}")


def tries(work: Work, bot_id: int | None, userid: str, now: datetime) -> int:
    """How many wrong words came from there in the last `binding_try_minutes`. No bot: on the page of an order."""
    b = t.binding_try.c
    since = now - timedelta(minutes=work.limits["binding_try_minutes"])
    wrong = select(func.count()).where(b.bot_id == bot_id, b.userid == userid, b.at > since)
    return int(work.conn.execute(wrong).scalar_one())


def _too_many(work: Work, bot_id: int, userid: str) -> bool:
    return tries(work, bot_id, userid, work.now) >= int(work.limits["binding_tries"])


def _wrong(work: Work, bot_id: int, userid: str) -> Refusal:
    work.conn.execute(insert(t.binding_try).values(bot_id=bot_id, userid=userid, at=work.now))
    return Refusal(Why.UNKNOWN)


def _spend(work: Work, word: str, column: str, bot_id: int) -> int | None:
    unit = select(t.bot.c.unit_id).where(t.bot.c.id == bot_id)
    unit_id = work.conn.execute(unit).scalar()
    return spend(work, word, column, unit_id) if unit_id is not None else None


def spend(work: Work, word: str, column: str, unit_id: int) -> int | None:
    """Use the word up by compare-and-set, if it is good and its active worker or its group is of that unit."""
    b = t.binding_word.c
    fits = {
        "worker_id": select(t.worker.c.id).where(t.worker.c.unit_id == unit_id, t.worker.c.active),
        "work_group_id": select(t.work_group.c.id).where(t.work_group.c.unit_id == unit_id),
    }[column]
    spent = (
        update(t.binding_word)
        .where(b.digest == digest(work, word), b.used_at.is_(None), b.ends_at > work.now)
        .where(b[column].in_(fits))
        .values(used_at=work.now)
    )
    return work.conn.execute(spent.returning(b[column])).scalar()


def used_for(work: Work, word: str, column: str) -> int | None:
    """The worker or group that the word was used up for."""
    b = t.binding_word.c
    used = select(b[column]).where(b.digest == digest(work, word), b.used_at.is_not(None))
    return work.conn.execute(used).scalar()


@dataclass(frozen=True, slots=True)
class BindWorker:
    """A WeCom account proves with a word whose it is. Gives {"worker_id", "name", "unit"}.

    Refusals: unknown (wrong, used or expired word, or one of another unit), too_many (minutes) after five.
    """

    bot_id: int
    userid: str
    word: str

    def run(self, work: Work) -> dict[str, Any]:
        """The same word again from the same account is fine: a message may come twice."""
        if _too_many(work, self.bot_id, self.userid):
            return Refusal(Why.TOO_MANY, minutes=work.limits["binding_try_minutes"])
        worker_id = _spend(work, self.word, "worker_id", self.bot_id)
        if worker_id is None:
            return self._again(work) or _wrong(work, self.bot_id, self.userid)
        a = t.worker_account.c
        bound = {"worker_id": worker_id, "bound_at": work.now, "ended_at": None}
        this = update(t.worker_account).where(a.bot_id == self.bot_id, a.userid == self.userid)
        if work.conn.execute(this.values(**bound)).rowcount == 0:
            row = {"bot_id": self.bot_id, "userid": self.userid, **bound}
            work.conn.execute(insert(t.worker_account).values(row))
        return self._bound(work, worker_id)

    def _again(self, work: Work) -> dict[str, Any] | None:
        a = t.worker_account.c
        worker_id = used_for(work, self.word, "worker_id")
        mine = (a.bot_id == self.bot_id, a.userid == self.userid, a.ended_at.is_(None))
        bound = select(a.id).where(*mine, a.worker_id == worker_id)
        return self._bound(work, worker_id) if worker_id and work.conn.execute(bound).first() else None

    @staticmethod
    def _bound(work: Work, worker_id: int) -> dict[str, Any]:
        u = t.handling_unit.c.name.label("unit")
        query = select(t.worker.c.name, u).join_from(t.worker, t.handling_unit)
        row = work.conn.execute(query.where(t.worker.c.id == worker_id)).one()
        return {"ok": True, "worker_id": worker_id, "name": row.name, "unit": row.unit}


@dataclass(frozen=True, slots=True)
class BindGroup:
    """A chat proves with a word which work group it is: whoever holds the word may. Gives {"work_group_id", "name"}.

    `userid` is who typed it; wrong words are counted for them. Refusals as BindWorker.
    """

    bot_id: int
    chat: str
    word: str
    userid: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """A chat is one group: an earlier group of this chat is free again."""
        who = self.userid or self.chat
        if _too_many(work, self.bot_id, who):
            return Refusal(Why.TOO_MANY, minutes=work.limits["binding_try_minutes"])
        g = t.work_group.c
        group_id = _spend(work, self.word, "work_group_id", self.bot_id)
        if group_id is None:
            return self._again(work) or _wrong(work, self.bot_id, who)
        here = update(t.work_group).where(g.bot_id == self.bot_id, g.chat == self.chat, g.id != group_id)
        work.conn.execute(here.values(chat=None, bound_at=None))
        bound = {"chat": self.chat, "bot_id": self.bot_id, "bound_at": work.now, "silent_since": None}
        this = update(t.work_group).where(g.id == group_id).values(**bound)
        name = work.conn.execute(this.returning(g.name)).scalar_one()
        return {"ok": True, "work_group_id": group_id, "name": name}

    def _again(self, work: Work) -> dict[str, Any] | None:
        g = t.work_group.c
        group_id = used_for(work, self.word, "work_group_id")
        this = select(g.name).where(g.id == group_id, g.bot_id == self.bot_id, g.chat == self.chat)
        name = work.conn.execute(this).scalar()
        return {"ok": True, "work_group_id": group_id, "name": name} if name is not None else None


@dataclass(frozen=True, slots=True)
class UnbindWorker:
    """A WeCom account is not this worker's any more (views.worker_accounts has the ids)."""

    worker_account_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """What the worker holds stays in their hands until it is assigned anew."""
        a = t.worker_account.c
        this = update(t.worker_account).where(a.id == self.worker_account_id, a.ended_at.is_(None))
        done = work.conn.execute(this.values(ended_at=work.now))
        return {"ok": True} if done.rowcount else Refusal(Why.ALREADY)


@dataclass(frozen=True, slots=True)
class UnbindGroup:
    """A chat is not this work group's any more: nothing is sent there."""

    work_group_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Its orders go up the chain until it is bound again."""
        g = t.work_group.c
        this = update(t.work_group).where(g.id == self.work_group_id, g.bound_at.is_not(None))
        done = work.conn.execute(this.values(chat=None, bound_at=None))
        return {"ok": True} if done.rowcount else Refusal(Why.ALREADY)
