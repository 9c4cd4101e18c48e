"""The audit trail: who looked at whom, and who changed what gives power. It is only ever read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from models import tables as t
from models.store import Work
from models.views.askers import User

PAGE = 100


@dataclass(frozen=True, slots=True)
class Trace:
    """One line. `login`: a user's, or a worker's name; empty when nobody of the staff did it.

    `subject`: an order's number, a login or an id, by `what`; never anything of a person."""

    id: int
    at: datetime
    login: str
    what: str
    subject: str


def audit_trail(
    work: Work,
    asker: User,
    *,
    user_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    page: int = 1,
) -> tuple[Trace, ...]:
    """The newest lines, of one user, from `since` up to before `until`; for an admin.

    One more than PAGE when there is another page.
    """
    if not asker.sees_all:
        return ()
    a = t.audit.c
    query = (
        select(a.id, a.at, func.coalesce(t.console_user.c.login, t.worker.c.name, ""), a.what, a.subject)
        .select_from(t.audit)
        .outerjoin(t.console_user, t.console_user.c.id == a.console_user_id)
        .outerjoin(t.worker, t.worker.c.id == a.worker_id)
    )
    if user_id is not None:
        query = query.where(a.console_user_id == user_id)
    if since is not None:
        query = query.where(a.at >= since)
    if until is not None:
        query = query.where(a.at < until)
    rows = work.conn.execute(query.order_by(a.id.desc()).limit(PAGE + 1).offset(PAGE * (max(page, 1) - 1)))
    return tuple(Trace(*row) for row in rows)
