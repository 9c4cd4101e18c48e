"""What a person at the console has to look at: desk items, messages that went wrong, users, counters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from models import tables as t
from models.store import Work
from models.views.askers import Asker, User
from models.views.orders import order_by_id


@dataclass(frozen=True, slots=True)
class DeskItem:
    """Something a person must do. `number` and `category` are of its order, if it has one."""

    id: int
    kind: str
    state: str
    order_id: int | None
    account_id: int | None
    words: str
    made_at: datetime
    done_at: datetime | None
    number: int | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message of ours, its facts, and what became of it."""

    id: int
    kind: str
    facts: dict[str, Any]
    to_resident: bool
    group: str
    state: str
    channel: str
    rung: str
    reason: str
    detail: str
    made_at: datetime
    sent_at: datetime | None
    order_id: int | None


@dataclass(frozen=True, slots=True)
class StuckMessage:
    """An inbox row that could not be played; nothing of what it says."""

    id: int
    channel: str
    state: str
    attempts: int
    received_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class ConsoleUser:
    """Somebody who signs in to the console. `password` is an argon2 hash."""

    id: int
    login: str
    role: str
    unit_id: int | None
    active: bool
    locked_until: datetime | None
    epoch: int
    password: str = field(repr=False)

    @property
    def asker(self) -> User:
        """This user as views want it."""
        return User(self.role, self.unit_id, self.id)


def desk_items(work: Work, asker: User, *, state: str = "open", most: int = 100) -> tuple[DeskItem, ...]:
    """Desk items, oldest first. A firm sees those of its own unit's orders; an admin sees all."""
    d, o = t.desk_item.c, t.work_order.c
    columns = (d.id, d.kind, d.state, d.work_order_id, d.account_id, d.words, d.made_at, d.done_at)
    query: Select[Any] = (
        select(*columns, o.number, o.category)
        .select_from(t.desk_item)
        .outerjoin(t.work_order, o.id == d.work_order_id)
        .where(d.state == state)
        .order_by(d.id)
        .limit(most)
    )
    if not asker.sees_all:
        query = query.where(o.unit_id == (asker.unit_id or 0))
    return tuple(DeskItem(*row) for row in work.conn.execute(query))


def _messages() -> Select[Any]:
    m = t.outbox.c
    return (
        select(m.id, m.kind, m.facts, m.account_id.is_not(None).label("to_resident"))
        .add_columns(func.coalesce(t.work_group.c.name, ""), m.state, m.channel, m.rung, m.reason, m.detail)
        .add_columns(m.made_at, m.sent_at, m.work_order_id)
        .select_from(t.outbox)
        .outerjoin(t.work_group, t.work_group.c.id == m.work_group_id)
    )


def messages_of_order(work: Work, asker: Asker, order_id: int) -> tuple[Message, ...]:
    """What was told about an order, oldest first; empty when it is not for this asker."""
    if order_by_id(work, asker, order_id) is None:
        return ()
    query = _messages().where(t.outbox.c.work_order_id == order_id).order_by(t.outbox.c.id)
    return tuple(Message(*row) for row in work.conn.execute(query))


def failed_messages(work: Work, most: int = 100) -> tuple[Message, ...]:
    """Messages that failed or of which nobody knows whether they arrived, newest first. For an admin."""
    m = t.outbox.c
    query = _messages().where(m.state.in_(("failed", "unknown"))).order_by(m.id.desc()).limit(most)
    return tuple(Message(*row) for row in work.conn.execute(query))


def stuck_messages(work: Work, most: int = 100) -> tuple[StuckMessage, ...]:
    """Inbox rows that are dead or poison, newest first. For an admin."""
    i = t.inbox.c
    query = (
        select(i.id, i.channel, i.state, i.attempts, i.received_at, i.note)
        .where(i.state.in_(("dead", "poison")))
        .order_by(i.id.desc())
        .limit(most)
    )
    return tuple(StuckMessage(*row) for row in work.conn.execute(query))


def _users() -> Select[Any]:
    u = t.console_user.c
    return select(u.id, u.login, u.role, u.unit_id, u.active, u.locked_until, u.epoch, u.password)


def console_user(work: Work, *, login: str | None = None, user_id: int | None = None) -> ConsoleUser | None:
    """The user of that login or id, also a locked one."""
    u = t.console_user.c
    row = work.conn.execute(_users().where(or_(u.login == login, u.id == user_id))).first()
    return ConsoleUser(*row) if row else None


def console_users(work: Work) -> tuple[ConsoleUser, ...]:
    """Every user, by id. For an admin."""
    return tuple(ConsoleUser(*row) for row in work.conn.execute(_users().order_by(t.console_user.c.id)))


def health_counters(work: Work) -> dict[str, Any]:
    """For /readyz and metrics: ages in seconds, rows by state; no personal data.

    Keys: inbox (by state), oldest_undone_seconds, outbox (by state), timers_due, photos (by state), desk_open.
    """
    i, m = t.inbox.c, t.timer.c
    oldest = work.conn.execute(select(func.min(i.received_at)).where(i.state == "new")).scalar_one()
    due = select(func.count()).select_from(t.timer).where(m.done_at.is_(None), m.due_at <= work.now)
    open_items = select(func.count()).select_from(t.desk_item).where(t.desk_item.c.state == "open")
    return {
        "inbox": _by_state(work, t.inbox),
        "oldest_undone_seconds": (work.now - oldest).total_seconds() if oldest else 0.0,
        "outbox": _by_state(work, t.outbox),
        "timers_due": work.conn.execute(due).scalar_one(),
        "photos": _by_state(work, t.photo),
        "desk_open": work.conn.execute(open_items).scalar_one(),
    }


def _by_state(work: Work, table: Any) -> dict[str, int]:
    rows = work.conn.execute(select(table.c.state, func.count()).group_by(table.c.state))
    return {row.state: row[1] for row in rows}
