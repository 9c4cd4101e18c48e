"""The phones that act on the page of an order: bound by a worker's one-time word, ended in the console."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update

from models import tables as t
from models.actions.binding import spend, tries, used_for
from models.rules.orders import Refusal, Why
from models.store import Work

SEEN = timedelta(minutes=10)  # how exact the time of the last look is
DEVICE = 64  # characters


@dataclass(frozen=True, slots=True)
class BindPhone:
    """A phone proves with a worker's word whose it is. Gives {"phone_id", "worker_id"}.

    `unit_id`: whose group the page was sent to; `visitor`: the secret of the phone's cookie; `address`: where it
    calls from; both are kept as digests only. `at` is real time, which no rehearsal moves: wrong words are counted
    by it, and the phone's days. Refusals: unknown (wrong, used or expired word, or one of another unit), too_many
    (minutes) after five from one address or `binding_tries_unit` for the whole unit.
    """

    unit_id: int
    word: str = field(repr=False)
    visitor: str = field(repr=False)
    address: str = field(repr=False)
    device: str
    at: datetime

    def run(self, work: Work) -> dict[str, Any]:
        """The same word again from the same cookie is fine: a button may be pressed twice."""
        if self._too_many(work):
            return Refusal(Why.TOO_MANY, minutes=work.limits["binding_try_minutes"])
        worker_id = spend(work, self.word, "worker_id", self.unit_id)
        if worker_id is None:
            return self._again(work) or self._wrong(work)
        days = timedelta(days=work.limits["page_phone_days"])
        row = {"worker_id": worker_id, "visitor": self._visitor(work), "device": self.device[:DEVICE]}
        bound = insert(t.worker_phone).values(
            **row, bound_at=self.at, seen_at=self.at, ends_at=self.at + days
        )
        phone_id = work.conn.execute(bound.returning(t.worker_phone.c.id)).scalar_one()
        return {"ok": True, "phone_id": phone_id, "worker_id": worker_id}

    def _again(self, work: Work) -> dict[str, Any] | None:
        p = t.worker_phone.c
        worker_id = used_for(work, self.word, "worker_id")
        mine = (p.visitor == self._visitor(work), p.ended_at.is_(None), p.ends_at > self.at)
        bound = work.conn.execute(select(p.id).where(*mine, p.worker_id == worker_id)).scalar()
        return None if bound is None else {"ok": True, "phone_id": bound, "worker_id": worker_id}

    def _visitor(self, work: Work) -> str:
        return work.index(f"page-visitor:{self.visitor}")

    def _counted(self, work: Work) -> tuple[tuple[str, int], ...]:
        """Whose wrong words are counted, each with how many there may be."""
        here = work.index(f"page-address:{self.unit_id}:{self.address}")
        limits = work.limits
        return (here, limits["binding_tries"]), (f"unit:{self.unit_id}", limits["binding_tries_unit"])

    def _too_many(self, work: Work) -> bool:
        return any(tries(work, None, who, self.at) >= most for who, most in self._counted(work))

    def _wrong(self, work: Work) -> Refusal:
        rows = [{"bot_id": None, "userid": who, "at": self.at} for who, _ in self._counted(work)]
        work.conn.execute(insert(t.binding_try), rows)
        return Refusal(Why.UNKNOWN)


@dataclass(frozen=True, slots=True)
class EndPhone:
    """A phone acts for nobody any more (views.worker_phones has the ids)."""

    phone_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """What the worker holds stays in their hands."""
        p = t.worker_phone.c
        this = update(t.worker_phone).where(p.id == self.phone_id, p.ended_at.is_(None))
        done = work.conn.execute(this.values(ended_at=work.now))
        return {"ok": True} if done.rowcount else Refusal(Why.ALREADY)


@dataclass(frozen=True, slots=True)
class PhoneSeen:
    """The phone was used at `at`, in real time; for the console's list."""

    phone_id: int
    at: datetime

    def run(self, work: Work) -> dict[str, Any]:
        """Written every ten minutes at most."""
        p = t.worker_phone.c
        stale = or_(p.seen_at.is_(None), p.seen_at <= self.at - SEEN)
        work.conn.execute(update(t.worker_phone).where(p.id == self.phone_id, stale).values(seen_at=self.at))
        return {"ok": True}
