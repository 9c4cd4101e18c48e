"""The duty roster: shifts, leaves with substitutes, skills and estates of workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from models import tables as t
from models.rules.orders import Refusal, Why
from models.store import Work


def _works(work: Work, worker_id: int | None) -> bool:
    this = select(t.worker.c.id).where(t.worker.c.id == worker_id, t.worker.c.active)
    return worker_id is not None and work.conn.execute(this).first() is not None


@dataclass(frozen=True, slots=True)
class SetShift:
    """A worker is on duty from `starts_at` until `ends_at`. The same start again changes the end."""

    worker_id: int
    starts_at: datetime
    ends_at: datetime

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. Refusals name the `field`."""
        if not _works(work, self.worker_id):
            return Refusal(Why.UNKNOWN, field="worker_id")
        if self.ends_at <= self.starts_at:
            return Refusal(Why.UNKNOWN, field="ends_at")
        s = t.shift.c
        same = update(t.shift).where(s.worker_id == self.worker_id, s.starts_at == self.starts_at)
        known = work.conn.execute(same.values(ends_at=self.ends_at).returning(s.id)).scalar()
        if known is not None:
            return {"ok": True, "id": known, "new": False}
        row = {"worker_id": self.worker_id, "starts_at": self.starts_at, "ends_at": self.ends_at}
        made = work.conn.execute(insert(t.shift).values(row).returning(s.id)).scalar_one()
        return {"ok": True, "id": made, "new": True}


@dataclass(frozen=True, slots=True)
class DropShift:
    """Take a shift off the roster."""

    shift_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Once."""
        gone = work.conn.execute(delete(t.shift).where(t.shift.c.id == self.shift_id))
        return {"ok": True} if gone.rowcount else Refusal(Why.ALREADY)


@dataclass(frozen=True, slots=True)
class SetLeave:
    """A worker is away from `starts_at` until `ends_at`; `substitute_id` is given their work meanwhile.

    The same start again changes the rest. What they hold stays in their hands until somebody transfers it.
    """

    worker_id: int
    starts_at: datetime
    ends_at: datetime
    substitute_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. Refusals name the `field`."""
        if not _works(work, self.worker_id):
            return Refusal(Why.UNKNOWN, field="worker_id")
        if self.ends_at <= self.starts_at:
            return Refusal(Why.UNKNOWN, field="ends_at")
        stranger = self.substitute_id is not None and not _works(work, self.substitute_id)
        if stranger or self.substitute_id == self.worker_id:
            return Refusal(Why.UNKNOWN, field="substitute_id")
        v = t.leave.c
        rest = {"ends_at": self.ends_at, "substitute_id": self.substitute_id}
        same = update(t.leave).where(v.worker_id == self.worker_id, v.starts_at == self.starts_at)
        known = work.conn.execute(same.values(rest).returning(v.id)).scalar()
        new = known is None
        if new:
            row = {"worker_id": self.worker_id, "starts_at": self.starts_at, **rest}
            known = work.conn.execute(insert(t.leave).values(row).returning(v.id)).scalar_one()
        return {"ok": True, "id": known, "new": new}


@dataclass(frozen=True, slots=True)
class EndLeave:
    """A worker is back, or does not go after all."""

    leave_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """A leave that has begun ends now; one that has not is gone."""
        v = t.leave.c
        row = work.conn.execute(select(t.leave).where(v.id == self.leave_id)).first()
        if row is None or row.ends_at <= work.now:
            return Refusal(Why.ALREADY)
        if row.starts_at >= work.now:
            work.conn.execute(delete(t.leave).where(v.id == self.leave_id))
        else:
            work.conn.execute(update(t.leave).where(v.id == self.leave_id).values(ends_at=work.now))
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class SetSkills:
    """What a worker is given: orders of these categories and estates. None of either means all."""

    worker_id: int
    categories: tuple[str, ...] = ()
    estate_ids: tuple[int, ...] = ()

    def run(self, work: Work) -> dict[str, Any]:
        """In place of what was there."""
        if not _works(work, self.worker_id):
            return Refusal(Why.UNKNOWN, field="worker_id")
        self._put(work, t.worker_skill, "category", self.categories)
        self._put(work, t.worker_estate, "estate_id", self.estate_ids)
        return {"ok": True}

    def _put(self, work: Work, table: Table, column: str, values: Sequence[str | int]) -> None:
        work.conn.execute(delete(table).where(table.c.worker_id == self.worker_id))
        rows = [{"worker_id": self.worker_id, column: value} for value in dict.fromkeys(values)]
        if rows:
            work.conn.execute(insert(table), rows)
