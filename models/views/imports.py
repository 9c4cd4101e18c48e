"""Imports: what is being brought in, how far it is, and what was wrong. For administrators, and who imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from models import tables as t
from models.rules.importing import NOTES, SHEETS, Fault
from models.store import Work
from models.views.askers import User


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import. `facts`: new, changed, unchanged, wrong, or the problem.

    `errors` of lines that are left out and `notes` on others never hold what a cell held.
    """

    id: int
    kind: str
    state: str
    file: str
    total: int
    done: int
    facts: Mapping[str, Any]
    errors: tuple[Fault, ...]
    notes: tuple[Fault, ...]
    made_at: datetime
    ended_at: datetime | None
    next_at: datetime
    by: str

    @property
    def goes_on(self) -> bool:
        """Whether a worker is, or soon will be, at it."""
        return self.state in ("reading", "checking", "running")


def _runs(asker: User) -> Any:
    r = t.import_run.c
    columns = (
        r.id,
        r.kind,
        r.state,
        r.file,
        r.total,
        r.done,
        r.facts,
        r.errors,
        r.made_at,
        r.ended_at,
        r.next_at,
    )
    query = select(*columns, t.console_user.c.login).outerjoin_from(t.import_run, t.console_user)
    if asker.sees_all:
        return query.order_by(r.id.desc())
    kinds = [kind for kind, sheet in SHEETS.items() if sheet.staff]
    mine = and_(r.console_user_id.is_not(None), r.console_user_id == asker.user_id, r.kind.in_(kinds))
    return query.where(mine).order_by(r.id.desc())


def _run(row: Any) -> ImportRun:
    said = sorted((int(number), str(head), str(why)) for number, head, why in row.errors)
    errors, notes = (tuple(one for one in said if (one[2] in NOTES) is noted) for noted in (False, True))
    rest = {name: value for name, value in row._mapping.items() if name not in ("errors", "login")}
    return ImportRun(**rest, errors=errors, notes=notes, by=row.login or "")


def import_runs(work: Work, asker: User, most: int = 10) -> tuple[ImportRun, ...]:
    """The latest imports, the newest first."""
    return tuple(_run(row) for row in work.conn.execute(_runs(asker).limit(most)))


def import_run(work: Work, asker: User, run_id: int) -> ImportRun | None:
    """One import."""
    row = work.conn.execute(_runs(asker).where(t.import_run.c.id == run_id)).first()
    return _run(row) if row else None
