"""The duty roster: shifts, leaves with substitutes, skills and estates of workers.

`by` is the console user who does it, whose area the worker must be in; None: it is nobody's press of a button.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from models import tables as t
from models.actions.desk import may_lead, may_run
from models.actions.saving import row_of
from models.rules.orders import Refusal, Why
from models.rules.roster import Span, a_week_on
from models.store import Work
from models.views.roster import estates_of_worker
from models.views.users import asker_of


def _unit_of(work: Work, worker_id: int | None) -> int | None:
    """The unit of an active worker."""
    this = select(t.worker.c.unit_id).where(t.worker.c.id == worker_id, t.worker.c.active)
    return work.conn.execute(this).scalar() if worker_id is not None else None


def _unknown(work: Work, worker_id: int, by: int | None) -> Refusal | None:
    """The refusal for a worker who is not there, or not in this user's area."""
    mine = by is None or may_lead(work, by, worker_id)
    return None if mine and _unit_of(work, worker_id) else Refusal(Why.UNKNOWN, field="worker_id")


def _lock(work: Work, worker_ids: Iterable[int | None]) -> None:
    """Let nobody else plan these workers' time until this transaction ends: else two plans could overlap."""
    w = t.worker.c
    # NO KEY UPDATE: rows that refer to a worker can be written meanwhile.
    theirs = select(w.id).where(w.id.in_([one for one in worker_ids if one])).order_by(w.id)
    work.conn.execute(theirs.with_for_update(key_share=True))


def _clash(work: Work, table: Table, worker_id: int, span: Span) -> bool:
    """Whether the worker has another shift, or leave, in that time; one of the same start is the same one."""
    c = table.c
    inside = (c.starts_at < span[1], c.ends_at > span[0], c.starts_at != span[0])
    return work.conn.execute(select(c.id).where(c.worker_id == worker_id, *inside)).first() is not None


def _put_span(
    work: Work, table: Table, worker_id: int, starts_at: datetime, rest: dict[str, Any]
) -> tuple[int | None, bool]:
    """Insert the row of this start, or change it; its id and whether it is new. Two may do it at once."""
    made = work.made(table, {"worker_id": worker_id, "starts_at": starts_at, **rest})
    if made is not None:
        return made, True
    same = update(table).where(table.c.worker_id == worker_id, table.c.starts_at == starts_at)
    return work.conn.execute(same.values(rest).returning(table.c.id)).scalar(), False


@dataclass(frozen=True, slots=True)
class SetShift:
    """A worker is on duty from `starts_at` until `ends_at`. The same start again changes the end."""

    worker_id: int
    starts_at: datetime
    ends_at: datetime
    by: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. Refusals name the `field`: already, when they have a shift in that time."""
        if refusal := _unknown(work, self.worker_id, self.by):
            return refusal
        if self.ends_at <= self.starts_at:
            return Refusal(Why.UNKNOWN, field="ends_at")
        _lock(work, [self.worker_id])
        if _clash(work, t.shift, self.worker_id, (self.starts_at, self.ends_at)):
            return Refusal(Why.ALREADY, field="starts_at")
        row_id, new = _put_span(work, t.shift, self.worker_id, self.starts_at, {"ends_at": self.ends_at})
        return {"ok": True, "id": row_id, "new": new}


@dataclass(frozen=True, slots=True)
class DropShift:
    """Take a shift off the roster."""

    shift_id: int
    by: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Once."""
        row = row_of(work, t.shift, self.shift_id)
        if row is None or (self.by is not None and not may_lead(work, self.by, row.worker_id)):
            return Refusal(Why.ALREADY)
        work.conn.execute(delete(t.shift).where(t.shift.c.id == self.shift_id))
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class CopyWeek:
    """The shifts of a unit that begin in the week from `starts_at` on, once more a week later.

    What is there stays: a shift that would overlap another one of the same worker is left out.
    """

    unit_id: int
    starts_at: datetime
    by: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"made", "left": how many were left out}. Unknown (`starts_at`): nobody has a shift in that week."""
        if self.by is not None and not may_run(work, self.by, self.unit_id):
            return Refusal(Why.UNKNOWN, field="unit_id")
        zone, s, w = str(work.limits["time_zone"]), t.shift.c, t.worker.c
        query = select(s.worker_id, s.starts_at, s.ends_at).join_from(t.shift, t.worker)
        theirs = query.where(w.unit_id == self.unit_id, w.active, s.starts_at >= self.starts_at)
        week = theirs.where(s.starts_at < a_week_on(self.starts_at, zone)).order_by(s.id)
        rows = work.conn.execute(week).all()
        if not rows:
            return Refusal(Why.UNKNOWN, field="starts_at")
        _lock(work, {row.worker_id for row in rows})
        made = sum(_copied(work, row, zone) for row in rows)
        return {"ok": True, "made": made, "left": len(rows) - made}


def _copied(work: Work, row: Any, zone: str) -> bool:
    starts_at, ends_at = a_week_on(row.starts_at, zone), a_week_on(row.ends_at, zone)
    if _clash(work, t.shift, row.worker_id, (starts_at, ends_at)):
        return False
    new = {"worker_id": row.worker_id, "starts_at": starts_at, "ends_at": ends_at}
    return work.made(t.shift, new) is not None


@dataclass(frozen=True, slots=True)
class SetLeave:
    """A worker is away from `starts_at` until `ends_at`; `substitute_id` is given their work meanwhile.

    The substitute is a colleague of the same unit who is not away then. The same start again changes the rest. What
    they hold stays in their hands until somebody transfers it.
    """

    worker_id: int
    starts_at: datetime
    ends_at: datetime
    substitute_id: int | None = None
    by: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new", "replaces": the names of those whose substitute they were to be in that time}.

        Refusals name the `field`: already, when they are away in that time; away, when the substitute is.
        """
        span = self.starts_at, self.ends_at
        if refusal := _unknown(work, self.worker_id, self.by):
            return refusal
        if self.ends_at <= self.starts_at:
            return Refusal(Why.UNKNOWN, field="ends_at")
        _lock(work, [self.worker_id, self.substitute_id])
        if _clash(work, t.leave, self.worker_id, span):
            return Refusal(Why.ALREADY, field="starts_at")
        if self.substitute_id is not None and (refusal := self._unfit(work, self.substitute_id)):
            return refusal
        rest = {"ends_at": self.ends_at, "substitute_id": self.substitute_id}
        row_id, new = _put_span(work, t.leave, self.worker_id, self.starts_at, rest)
        return {"ok": True, "id": row_id, "new": new, "replaces": _replaces(work, self.worker_id, span)}

    def _unfit(self, work: Work, substitute_id: int) -> Refusal | None:
        theirs = _unit_of(work, substitute_id)
        if substitute_id == self.worker_id or theirs is None or theirs != _unit_of(work, self.worker_id):
            return Refusal(Why.UNKNOWN, field="substitute_id")
        v = t.leave.c
        then = (v.starts_at < self.ends_at, v.ends_at > self.starts_at)
        away = work.conn.execute(select(v.id).where(v.worker_id == substitute_id, *then)).first()
        return Refusal(Why.AWAY, field="substitute_id") if away else None


def _replaces(work: Work, worker_id: int, span: Span) -> list[str]:
    """Whose substitute somebody is in that time."""
    v, w = t.leave.c, t.worker.c
    query = select(w.name).join_from(t.leave, t.worker, w.id == v.worker_id).distinct().order_by(w.name)
    theirs = query.where(v.substitute_id == worker_id, v.starts_at < span[1], v.ends_at > span[0])
    return list(work.conn.execute(theirs).scalars())


@dataclass(frozen=True, slots=True)
class EndLeave:
    """A worker is back, or does not go after all."""

    leave_id: int
    by: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """A leave that has begun ends now; one that has not is gone."""
        v = t.leave.c
        row = row_of(work, t.leave, self.leave_id)
        if row is None or row.ends_at <= work.now:
            return Refusal(Why.ALREADY)
        if self.by is not None and not may_lead(work, self.by, row.worker_id):
            return Refusal(Why.ALREADY)
        if row.starts_at >= work.now:
            work.conn.execute(delete(t.leave).where(v.id == self.leave_id))
        else:
            work.conn.execute(update(t.leave).where(v.id == self.leave_id).values(ends_at=work.now))
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class SetSkills:
    """What a worker is given: orders of these categories and estates, up to `cap` open ones at a time.

    No category or estate means all; a `cap` of None keeps what is there. A user of the console names only estates
    that views.estates_of_worker() offers.
    """

    worker_id: int
    categories: tuple[str, ...] = ()
    estate_ids: tuple[int, ...] = ()
    cap: int | None = None
    by: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """In place of what was there. Refusals name the `field`."""
        if refusal := _unknown(work, self.worker_id, self.by):
            return refusal
        asker = asker_of(work, self.by) if self.by is not None else None
        if asker and not set(self.estate_ids) <= set(estates_of_worker(work, asker, self.worker_id)):
            return Refusal(Why.UNKNOWN, field="estate_ids")
        if self.cap is not None and self.cap < 1:
            return Refusal(Why.UNKNOWN, field="cap")
        if self.cap is not None:
            this = update(t.worker).where(t.worker.c.id == self.worker_id)
            work.conn.execute(this.values(cap=self.cap))
        self._put(work, t.worker_skill, "category", self.categories)
        self._put(work, t.worker_estate, "estate_id", self.estate_ids)
        return {"ok": True}

    def _put(self, work: Work, table: Table, column: str, values: Sequence[str | int]) -> None:
        work.conn.execute(delete(table).where(table.c.worker_id == self.worker_id))
        rows = [{"worker_id": self.worker_id, column: value} for value in dict.fromkeys(values)]
        if rows:
            work.conn.execute(insert(table), rows)
