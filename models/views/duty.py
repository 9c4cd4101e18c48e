"""Who is on duty and who is away now: the one place that reads it, for dispatch and for every page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from models import tables as t
from models.rules.dispatch import has_duty
from models.store import Work


@dataclass(frozen=True, slots=True)
class Duty:
    """Of some units: `shifts`: who has a shift now, by each unit that keeps a roster; `away`: who is on leave."""

    shifts: Mapping[int, frozenset[int]]
    away: frozenset[int]

    def has(self, worker_id: int, unit_id: int, switched: bool) -> bool:
        """Whether this worker is on duty; `switched`: their switch, which counts where there is no roster."""
        return has_duty(worker_id, switched, self.shifts.get(unit_id))


def duty_now(work: Work, unit_ids: Collection[int]) -> Duty:
    """Who is on duty and who is away in these units."""
    v, w = t.leave.c, t.worker.c
    away = select(v.worker_id).join_from(t.leave, t.worker, w.id == v.worker_id)
    now = away.where(w.unit_id.in_(unit_ids), v.starts_at <= work.now, v.ends_at > work.now)
    return Duty(_shifts(work, unit_ids), frozenset(work.conn.execute(now).scalars()))


def on_shift(work: Work, unit_id: int) -> frozenset[int] | None:
    """Who has a shift now; None without a roster: no active worker had one lately or is to have one."""
    return _shifts(work, (unit_id,)).get(unit_id)


def _shifts(work: Work, unit_ids: Collection[int]) -> dict[int, frozenset[int]]:
    s, w = t.shift.c, t.worker.c
    since = work.now - timedelta(days=work.limits["roster_days"])
    theirs = select(w.unit_id, s.worker_id, s.starts_at, s.ends_at).join_from(t.shift, t.worker)
    found: dict[int, set[int]] = {}
    for row in work.conn.execute(theirs.where(w.unit_id.in_(unit_ids), w.active, s.ends_at > since)):
        now = {row.worker_id} if row.starts_at <= work.now < row.ends_at else set()
        found.setdefault(row.unit_id, set()).update(now)
    return {unit_id: frozenset(workers) for unit_id, workers in found.items()}
