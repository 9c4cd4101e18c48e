"""The duty roster as the console shows it: shifts and leaves of a unit, and what each worker is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select

from models import tables as t
from models.store import Work
from models.views.askers import User
from models.views.register import own_estates
from models.views.staff import looked_after


@dataclass(frozen=True, slots=True)
class Shift:
    """A worker of a unit is on duty from `starts_at` until `ends_at`."""

    id: int
    worker_id: int
    worker: str
    unit_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class LeaveOf:
    """A worker of a unit is away from `starts_at` until `ends_at`; `substitute` is empty when nobody stands in."""

    id: int
    worker_id: int
    worker: str
    unit_id: int
    starts_at: datetime
    ends_at: datetime
    substitute_id: int | None
    substitute: str


@dataclass(frozen=True, slots=True)
class Skills:
    """What a worker is given. No category or estate means all; `grids`: those whose officer they are."""

    categories: tuple[str, ...]
    estate_ids: tuple[int, ...]
    grids: tuple[str, ...]


def _shifts(asker: User) -> Select[Any]:
    s, w = t.shift.c, t.worker.c
    columns = (s.id, s.worker_id, w.name, w.unit_id, s.starts_at, s.ends_at)
    theirs = (
        select(*columns).join_from(t.shift, t.worker).join(t.handling_unit, t.handling_unit.c.id == w.unit_id)
    )
    return theirs.where(looked_after(asker)).order_by(s.starts_at, s.id)


def shifts(work: Work, asker: User, unit_id: int, since: datetime, until: datetime) -> tuple[Shift, ...]:
    """The shifts of a unit's active workers that lie in that time, or reach into it, by their start."""
    s, w = t.shift.c, t.worker.c
    theirs = _shifts(asker).where(w.unit_id == unit_id, w.active, s.starts_at < until, s.ends_at > since)
    return tuple(Shift(*row) for row in work.conn.execute(theirs))


def own_shift(work: Work, asker: User, shift_id: int) -> Shift | None:
    """A shift of somebody whom the asker looks after."""
    row = work.conn.execute(_shifts(asker).where(t.shift.c.id == shift_id)).first()
    return Shift(*row) if row else None


def _leaves(asker: User) -> Select[Any]:
    v, w, other = t.leave.c, t.worker.c, t.worker.alias()
    columns = (v.id, v.worker_id, w.name, w.unit_id, v.starts_at, v.ends_at, v.substitute_id, other.c.name)
    theirs = (
        select(*columns)
        .join_from(t.leave, t.worker, w.id == v.worker_id)
        .join(t.handling_unit, t.handling_unit.c.id == w.unit_id)
        .outerjoin(other, other.c.id == v.substitute_id)
    )
    return theirs.where(looked_after(asker)).order_by(v.starts_at, v.id)


def _leave(row: Any) -> LeaveOf:
    return LeaveOf(*(*row[:-1], row[-1] or ""))


def leaves(work: Work, asker: User, unit_id: int, since: datetime) -> tuple[LeaveOf, ...]:
    """The leaves of a unit's active workers that end after `since`, by their start."""
    v, w = t.leave.c, t.worker.c
    theirs = _leaves(asker).where(w.unit_id == unit_id, w.active, v.ends_at > since)
    return tuple(_leave(row) for row in work.conn.execute(theirs))


def own_leave(work: Work, asker: User, leave_id: int) -> LeaveOf | None:
    """A leave of somebody whom the asker looks after."""
    row = work.conn.execute(_leaves(asker).where(t.leave.c.id == leave_id)).first()
    return _leave(row) if row else None


def skills_of(work: Work, worker_id: int) -> Skills:
    """What the worker is given."""
    k, e, g = t.worker_skill.c, t.worker_estate.c, t.grid.c
    found = (
        select(k.category).where(k.worker_id == worker_id).order_by(k.id),
        select(e.estate_id).where(e.worker_id == worker_id).order_by(e.estate_id),
        select(g.name).where(g.officer_id == worker_id).order_by(g.id),
    )
    return Skills(*(tuple(work.conn.execute(query).scalars()) for query in found))


def estates_of_unit(work: Work, unit_id: int) -> dict[int, str]:
    """The estates from which a unit gets orders: by its routes, or as the unit that the estate names, by name."""
    e, r = t.estate.c, t.route.c
    routed = select(r.estate_id).where(r.unit_id == unit_id, r.estate_id.is_not(None))
    everywhere = select(r.id).where(r.unit_id == unit_id, r.estate_id.is_(None)).exists()
    theirs = select(e.id, e.name).where(or_(e.id.in_(routed), e.community_unit_id == unit_id, everywhere))
    return {row.id: row.name for row in work.conn.execute(theirs.order_by(e.id))}


def estates_of_worker(work: Work, asker: User, worker_id: int) -> dict[int, str]:
    """The estates that the asker may give to a worker, by id: of their unit, of the asker's area, those they have."""
    w, e, own = t.worker.c, t.estate.c, t.worker_estate.c
    unit_id = work.conn.execute(select(w.unit_id).where(w.id == worker_id)).scalar()
    theirs = select(e.id, e.name).join_from(t.estate, t.worker_estate).where(own.worker_id == worker_id)
    found = {row.id: row.name for row in work.conn.execute(theirs)}
    if unit_id is not None:
        mine = {one.id for one in own_estates(work, asker)}
        served = estates_of_unit(work, unit_id).items()
        found |= {key: name for key, name in served if asker.is_firm or key in mine}
    return dict(sorted(found.items()))
