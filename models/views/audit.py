"""The audit trail: who looked at whom, and who changed what gives power. It is only ever read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from models import tables as t
from models.store import Work
from models.views.askers import User
from models.views.audit_names import names_of

PAGE = 100


@dataclass(frozen=True, slots=True)
class Trace:
    """One line. `login`: a user's, or a worker's name; empty when nobody of the staff did it. `place`: the unit or
    the area that they are of.

    `subject`: an order's number, a login or an id, by `what`; never anything of a person. `name`: what it is called
    now, of a resident masked; empty when it is gone or has none.
    """

    id: int
    at: datetime
    login: str
    what: str
    subject: str
    place: str = ""
    name: str = ""


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
    query = _lines()
    if user_id is not None:
        query = query.where(a.console_user_id == user_id)
    if since is not None:
        query = query.where(a.at >= since)
    if until is not None:
        query = query.where(a.at < until)
    rows = work.conn.execute(query.order_by(a.id.desc()).limit(PAGE + 1).offset(PAGE * (max(page, 1) - 1)))
    traces = [Trace(*row) for row in rows]
    names = names_of(work, ((one.what, one.subject) for one in traces))
    return tuple(replace(one, name=names.get((one.what, one.subject), "")) for one in traces)


def _lines() -> Select[Any]:
    a, u, w, h = t.audit.c, t.console_user.c, t.worker.c, t.handling_unit.c
    who, place = func.coalesce(u.login, w.name, ""), func.coalesce(h.name, t.area.c.name, "")
    return (
        select(a.id, a.at, who, a.what, a.subject, place)
        .select_from(t.audit)
        .outerjoin(t.console_user, u.id == a.console_user_id)
        .outerjoin(t.worker, w.id == a.worker_id)
        .outerjoin(t.handling_unit, h.id == func.coalesce(w.unit_id, u.unit_id))
        .outerjoin(t.area, t.area.c.id == u.area_id)
    )
