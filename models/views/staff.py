"""Handling units, workers, bots and work groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from models import tables as t
from models.store import Work


@dataclass(frozen=True, slots=True)
class Unit:
    """A handling unit: kind is firm, community, street or district."""

    id: int
    kind: str
    name: str
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who handles orders. `cap`: how many open ones at a time."""

    id: int
    name: str
    unit_id: int
    unit: str
    on_duty: bool
    active: bool
    cap: int


@dataclass(frozen=True, slots=True)
class BoundWorker:
    """A WeCom account that is bound to a worker, for the console's list."""

    id: int
    bot: str
    worker: Worker
    bound_at: datetime


@dataclass(frozen=True, slots=True)
class Bot:
    """A WeCom robot that hears. `config`: aibotid, token, aes_key; never shown."""

    id: int
    name: str
    kind: str
    unit_id: int
    display: str
    config: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """A work group. `bound` once its chat is known, `speaks` when it has a webhook robot that can speak first."""

    id: int
    name: str
    unit_id: int
    bot_id: int
    bot: str
    display: str
    bound: bool
    speaks: bool
    silent_since: datetime | None
    robot_key: str = field(repr=False)


def units(work: Work) -> tuple[Unit, ...]:
    """Every handling unit, by id."""
    u = t.handling_unit.c
    rows = work.conn.execute(select(u.id, u.kind, u.name, u.parent_id).order_by(u.id))
    return tuple(Unit(*row) for row in rows)


def _workers() -> Select[Any]:
    w = t.worker.c
    unit = t.handling_unit.c.name.label("unit")
    columns = (w.id, w.name, w.unit_id, unit, w.on_duty, w.active, w.cap)
    return select(*columns).join_from(t.worker, t.handling_unit).order_by(w.id)


def worker_by_id(work: Work, worker_id: int) -> Worker | None:
    """The worker, also one who is not active any more."""
    row = work.conn.execute(_workers().where(t.worker.c.id == worker_id)).first()
    return Worker(*row) if row else None


def worker_of(work: Work, bot_id: int, userid: str) -> Worker | None:
    """The active worker who is bound to this WeCom account."""
    a = t.worker_account.c
    query = (
        _workers()
        .join(t.worker_account, a.worker_id == t.worker.c.id)
        .where(a.bot_id == bot_id, a.userid == userid, a.ended_at.is_(None), t.worker.c.active)
    )
    row = work.conn.execute(query).first()
    return Worker(*row) if row else None


def workers_of_unit(work: Work, unit_id: int) -> tuple[Worker, ...]:
    """The active workers of a unit, those on duty first."""
    query = _workers().where(t.worker.c.unit_id == unit_id, t.worker.c.active)
    rows = work.conn.execute(query.order_by(None).order_by(t.worker.c.on_duty.desc(), t.worker.c.id))
    return tuple(Worker(*row) for row in rows)


def worker_accounts(work: Work, unit_id: int) -> tuple[BoundWorker, ...]:
    """The WeCom accounts that are bound to workers of a unit; `id` is what UnbindWorker takes."""
    a = t.worker_account.c
    query = (
        _workers()
        .join(t.worker_account, a.worker_id == t.worker.c.id)
        .join(t.bot, t.bot.c.id == a.bot_id)
        .add_columns(a.id, t.bot.c.name, a.bound_at)
        .where(t.worker.c.unit_id == unit_id, a.ended_at.is_(None))
    )
    return tuple(
        BoundWorker(account_id, bot, Worker(*worker), bound_at)
        for *worker, account_id, bot, bound_at in work.conn.execute(query)
    )


def bots(work: Work) -> tuple[Bot, ...]:
    """Every active bot, with its credentials unsealed."""
    b = t.bot.c
    columns = (b.id, b.name, b.kind, b.unit_id, b.display, b.config_sealed)
    rows = work.conn.execute(select(*columns).where(b.active).order_by(b.id))
    return tuple(Bot(*row[:-1], work.unseal_json(row.config_sealed)) for row in rows)


def _groups() -> Select[Any]:
    g, b = t.work_group.c, t.bot.c
    columns = (g.id, g.name, g.unit_id, g.bot_id, b.name.label("bot"), b.display, g.bound_at, g.silent_since)
    return select(*columns, g.robot_key_sealed).join_from(t.work_group, t.bot).order_by(g.id)


def _group(work: Work, row: Any) -> Group:
    key = work.unseal(row.robot_key_sealed)
    return Group(*(*row[:6], row.bound_at is not None, bool(key), row.silent_since, key))


def group_by_id(work: Work, work_group_id: int) -> Group | None:
    """The group, with its webhook robot's key."""
    row = work.conn.execute(_groups().where(t.work_group.c.id == work_group_id)).first()
    return _group(work, row) if row else None


def group_of(work: Work, bot_id: int, chat: str) -> Group | None:
    """The group that the platform calls `chat`, once it has been bound."""
    query = _groups().where(t.work_group.c.bot_id == bot_id, t.work_group.c.chat == chat)
    row = work.conn.execute(query).first()
    return _group(work, row) if row else None


def groups(work: Work) -> tuple[Group, ...]:
    """Every group, bound or not, by id."""
    return tuple(_group(work, row) for row in work.conn.execute(_groups()))


def groups_of_unit(work: Work, unit_id: int) -> tuple[Group, ...]:
    """The groups of a unit, bound or not."""
    return tuple(
        _group(work, row) for row in work.conn.execute(_groups().where(t.work_group.c.unit_id == unit_id))
    )


def robots(work: Work) -> tuple[Group, ...]:
    """Every group whose webhook robot can speak first."""
    rows = work.conn.execute(_groups().where(t.work_group.c.robot_key_sealed.is_not(None)))
    return tuple(_group(work, row) for row in rows)
