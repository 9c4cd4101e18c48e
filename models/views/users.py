"""The console's users, and what each of them may see."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select

from models import tables as t
from models.rules.areas import subtree
from models.store import Work
from models.views.askers import User

NOBODY = User("nobody")


@dataclass(frozen=True, slots=True)
class Area:
    """A district, street or community. `parent`: the name of the next one up, empty at the top."""

    id: int
    level: str
    name: str
    parent_id: int | None
    parent: str = ""


@dataclass(frozen=True, slots=True)
class ConsoleUser:
    """Somebody who signs in to the console. `password` is an argon2 hash; `asker`: this user as views want it."""

    id: int
    login: str
    role: str
    unit_id: int | None
    area_id: int | None
    active: bool
    locked_until: datetime | None
    epoch: int
    password: str = field(repr=False)
    asker: User = field(default=NOBODY, repr=False)


def _users() -> Select[Any]:
    u = t.console_user.c
    return select(u.id, u.login, u.role, u.unit_id, u.area_id, u.active, u.locked_until, u.epoch, u.password)


def _user(work: Work, row: Any) -> ConsoleUser:
    areas, estates = under(work, row.area_id) if row.area_id is not None else (frozenset(), frozenset())
    return replace(ConsoleUser(*row), asker=User(row.role, row.unit_id, row.id, areas, estates))


def under(work: Work, area_id: int) -> tuple[frozenset[int], frozenset[int]]:
    """The area with all areas under it, and the estates that lie there."""
    a, e = t.area.c, t.estate.c
    parents = {row.id: row.parent_id for row in work.conn.execute(select(a.id, a.parent_id))}
    areas = subtree(parents, area_id)
    return areas, frozenset(work.conn.execute(select(e.id).where(e.area_id.in_(areas))).scalars())


def console_user(work: Work, *, login: str | None = None, user_id: int | None = None) -> ConsoleUser | None:
    """The user of that login or id, also a locked one."""
    u = t.console_user.c
    row = work.conn.execute(_users().where(or_(u.login == login, u.id == user_id))).first()
    return _user(work, row) if row else None


def console_users(work: Work) -> tuple[ConsoleUser, ...]:
    """Every user, by id, without what they see. For an admin."""
    return tuple(ConsoleUser(*row) for row in work.conn.execute(_users().order_by(t.console_user.c.id)))


def asker_of(work: Work, user_id: int) -> User | None:
    """The user as views want it, read anew; None for one who may not act any more."""
    user = console_user(work, user_id=user_id)
    return user.asker if user and user.active else None


def areas(work: Work) -> tuple[Area, ...]:
    """Every area, the districts first, each with what it lies in."""
    a, above = t.area.c, t.area.alias()
    query = select(a.id, a.level, a.name, a.parent_id, above.c.name).select_from(t.area)
    rows = work.conn.execute(query.outerjoin(above, above.c.id == a.parent_id).order_by(a.id))
    order = {"district": 0, "street": 1}
    found = (Area(*row[:4], row[4] or "") for row in rows)
    return tuple(sorted(found, key=lambda area: (order.get(area.level, 2), area.id)))
