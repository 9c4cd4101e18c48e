"""The log of erasures: when, why, what and how many; it never held of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from models import tables as t
from models.store import Work
from models.views.askers import User

PAGE = 50


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased at one moment. `why`: unfollow, asked, console, withdrawn, retention.

    `rule`, `days`: of retention, by which rule of workers/retention.py, and how long that kept it. `login`: the user
    of the console who did it for somebody, if one did. `rows`: how many, by the table they are in.
    """

    at: datetime
    why: str
    rule: str
    days: int | None
    login: str
    rows: Mapping[str, int]


def erasures(work: Work, asker: User, page: int = 1) -> tuple[Erasure, ...]:
    """The newest first, for an admin; one more than PAGE when there is another page. `page` counts from 1."""
    if not asker.sees_all:
        return ()
    e = t.erasure.c
    heads = select(e.at, e.why, e.rule, e.days).distinct().order_by(e.at.desc(), e.why, e.rule, e.days)
    found = work.conn.execute(heads.limit(PAGE + 1).offset(PAGE * (max(page, 1) - 1))).all()
    counts, who = _counts(work, [row.at for row in found]), _who(work, [row.at for row in found])
    return tuple(
        Erasure(*row, who.get(row.at, "") if row.why == "console" else "", counts[tuple(row)])
        for row in found
    )


def _counts(work: Work, moments: list[datetime]) -> dict[tuple[Any, ...], dict[str, int]]:
    e = t.erasure.c
    columns = (e.at, e.why, e.rule, e.days, e.what)
    summed = select(*columns, func.sum(e.rows)).where(e.at.in_(moments)).group_by(*columns).order_by(e.what)
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    for *head, what, rows in work.conn.execute(summed):
        found.setdefault(tuple(head), {})[what] = int(rows)
    return found


def _who(work: Work, moments: list[datetime]) -> dict[datetime, str]:
    """Who erased somebody at these moments: the audit's row is of the same transaction, so of the same moment."""
    a, u = t.audit.c, t.console_user.c
    query = select(a.at, u.login).join_from(t.audit, t.console_user, u.id == a.console_user_id)
    erased = and_(a.what == "erase_person", a.at.in_(moments))
    return {row.at: row.login for row in work.conn.execute(query.where(erased))}
