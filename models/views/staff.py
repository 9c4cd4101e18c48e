"""Handling units, workers, bots and work groups."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, false, func, or_, select, true

from models import tables as t
from models.rules.dispatch import has_duty
from models.store import Work
from models.views.askers import User
from models.views.duty import duty_now, on_shift
from models.views.orders import Order

APP = "wecom_app"


@dataclass(frozen=True, slots=True)
class Unit:
    """A handling unit. `kind` is a level of the chain (models/data/levels.json), `level` that level's name.

    `hours`: of its own, else those of the limits.
    """

    id: int
    kind: str
    name: str
    parent_id: int | None
    level: str
    area_id: int | None = None
    hours: list[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who handles orders. `cap`: how many open ones at a time; `on_duty`: their switch.

    workers_of_units() says there who is on duty in truth, and who is away.
    """

    id: int
    name: str
    unit_id: int
    unit: str
    on_duty: bool
    active: bool
    cap: int
    away: bool = False


@dataclass(frozen=True, slots=True)
class BoundWorker:
    """A WeCom account that is bound to a worker, for the console's list."""

    id: int
    bot: str
    worker: Worker
    bound_at: datetime


@dataclass(frozen=True, slots=True)
class AppAccount:
    """A WeCom account with which a worker can be told something alone, in their firm's app."""

    id: int
    worker_id: int


@dataclass(frozen=True, slots=True)
class Bot:
    """A WeCom bot that hears. `kind`: wecom_aibot or wecom_app; `config`: its credentials, never shown."""

    id: int
    name: str
    kind: str
    unit_id: int
    display: str
    config: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """A work group. `bound` once its chat is known, `speaks` when it has a webhook robot that can speak first.

    `bot_id` is None for a group that can only be written to: its people work on the page of an order.
    """

    id: int
    name: str
    unit_id: int
    bot_id: int | None
    bot: str
    display: str
    bound: bool
    speaks: bool
    silent_since: datetime | None
    robot_key: str = field(repr=False)


def _units() -> Select[Any]:
    u = t.handling_unit.c
    return select(u.id, u.kind, u.name, u.parent_id, u.area_id, u.hours).order_by(u.id)


def _unit(work: Work, row: Any) -> Unit:
    level = work.limits["levels"].names.get(row.kind, row.kind)
    return Unit(row.id, row.kind, row.name, row.parent_id, level, row.area_id, row.hours)


def units(work: Work) -> tuple[Unit, ...]:
    """Every handling unit, by id."""
    return tuple(_unit(work, row) for row in work.conn.execute(_units()))


def looked_after(asker: User) -> ColumnElement[bool]:
    """The condition under which the asker looks after a unit and its people."""
    u = t.handling_unit.c
    if asker.sees_all:
        return true()
    if asker.is_firm:
        return false() if asker.unit_id is None else u.id == asker.unit_id
    return u.area_id.in_(asker.areas)


def own_units(work: Work, asker: User) -> tuple[Unit, ...]:
    """The units whose people the asker looks after: all, those of the area, a firm's own."""
    return tuple(_unit(work, row) for row in work.conn.execute(_units().where(looked_after(asker))))


def units_for(work: Work, asker: User, order: Order) -> tuple[Unit, ...]:
    """The units to whose workers the asker may give this order, the one in charge first.

    In an area: its own units, the one in charge, and whoever has a route at the order's estate.
    """
    u, r = t.handling_unit.c, t.route.c
    may = looked_after(asker)
    if not asker.is_firm:
        routed = select(r.unit_id).where(r.estate_id == order.estate_id)
        may = or_(may, u.id == order.unit_id, u.id.in_(routed))
    found = (_unit(work, row) for row in work.conn.execute(_units().where(may)))
    return tuple(sorted(found, key=lambda unit: unit.id != order.unit_id))


def select_workers() -> Select[Any]:
    """The columns of Worker, by id."""
    w = t.worker.c
    unit = t.handling_unit.c.name.label("unit")
    columns = (w.id, w.name, w.unit_id, unit, w.on_duty, w.active, w.cap)
    return select(*columns).join_from(t.worker, t.handling_unit).order_by(w.id)


def worker_by_id(work: Work, worker_id: int) -> Worker | None:
    """The worker, also one who is not active any more."""
    row = work.conn.execute(select_workers().where(t.worker.c.id == worker_id)).first()
    return Worker(*row) if row else None


def own_worker(work: Work, asker: User, worker_id: int) -> Worker | None:
    """A worker whom the asker looks after, also one who is not active any more."""
    row = work.conn.execute(select_workers().where(t.worker.c.id == worker_id, looked_after(asker))).first()
    return Worker(*row) if row else None


def worker_of(work: Work, bot_id: int, userid: str) -> Worker | None:
    """The active worker who is bound to this WeCom account."""
    a = t.worker_account.c
    query = (
        select_workers()
        .join(t.worker_account, a.worker_id == t.worker.c.id)
        .where(a.bot_id == bot_id, a.userid == userid, a.ended_at.is_(None), t.worker.c.active)
    )
    row = work.conn.execute(query).first()
    return Worker(*row) if row else None


def workers_of_units(work: Work, unit_ids: Collection[int]) -> dict[int, tuple[Worker, ...]]:
    """The active workers by unit, those on duty first: by the roster, or by their switch where there is none."""
    duty = duty_now(work, unit_ids)
    found: dict[int, list[Worker]] = {unit_id: [] for unit_id in unit_ids}
    for row in work.conn.execute(select_workers().where(t.worker.c.unit_id.in_(unit_ids), t.worker.c.active)):
        on_duty, away = duty.has(row.id, row.unit_id, row.on_duty), row.id in duty.away
        found[row.unit_id].append(replace(Worker(*row), on_duty=on_duty, away=away))
    return {
        unit_id: tuple(sorted(workers, key=lambda one: not one.on_duty)) for unit_id, workers in found.items()
    }


def _bound() -> Select[Any]:
    a = t.worker_account.c
    return (
        select_workers()
        .join(t.worker_account, a.worker_id == t.worker.c.id)
        .join(t.bot, t.bot.c.id == a.bot_id)
        .add_columns(a.id, t.bot.c.name, a.bound_at)
        .where(a.ended_at.is_(None))
    )


def _bound_worker(row: Any) -> BoundWorker:
    *worker, account_id, bot, bound_at = row
    return BoundWorker(account_id, bot, Worker(*worker), bound_at)


def worker_accounts(work: Work, unit_id: int) -> tuple[BoundWorker, ...]:
    """The WeCom accounts that are bound to workers of a unit; `id` is what UnbindWorker takes."""
    rows = work.conn.execute(_bound().where(t.worker.c.unit_id == unit_id))
    return tuple(_bound_worker(row) for row in rows)


def own_worker_account(work: Work, asker: User, worker_account_id: int) -> BoundWorker | None:
    """The bound account of a worker whom the asker looks after."""
    wanted = _bound().where(t.worker_account.c.id == worker_account_id, looked_after(asker))
    row = work.conn.execute(wanted).first()
    return _bound_worker(row) if row else None


def _app_accounts() -> Select[Any]:
    """Of active workers, in apps that are in use."""
    a, w, b = t.worker_account.c, t.worker.c, t.bot.c
    sources = t.worker_account.join(t.worker, w.id == a.worker_id).join(t.bot, b.id == a.bot_id)
    in_use = (b.kind == APP, b.active, a.ended_at.is_(None), w.active)
    return select(a.id, a.worker_id, w.on_duty).select_from(sources).where(*in_use).order_by(a.id)


# Asked whenever staff are told of an order, so built once.
_APP_OF_WORKER = _app_accounts().where(t.worker.c.id == bindparam("worker"))
_APP_OF_UNIT = _app_accounts().where(t.worker.c.unit_id == bindparam("unit"))
# The units of which somebody can be told something alone.
UNITS_WITH_APP = _app_accounts().with_only_columns(t.worker.c.unit_id).order_by(None)


def app_accounts_of(work: Work, worker_id: int) -> tuple[AppAccount, ...]:
    """The accounts by which this worker can be told something alone."""
    rows = work.run(_APP_OF_WORKER, {"worker": worker_id})
    return tuple(AppAccount(row.id, row.worker_id) for row in rows)


def on_duty_accounts(work: Work, unit_id: int) -> tuple[AppAccount, ...]:
    """The accounts by which a unit's workers on duty can be told something alone; nobody on duty: those of all.

    The one place that says who is told of an order that is in nobody's hands.
    """
    rows = work.run(_APP_OF_UNIT, {"unit": unit_id}).all()
    if not rows:
        return ()
    shifts = on_shift(work, unit_id)
    on_duty = [row for row in rows if has_duty(row.worker_id, row.on_duty, shifts)]
    return tuple(AppAccount(row.id, row.worker_id) for row in on_duty or rows)


def bots(work: Work) -> tuple[Bot, ...]:
    """Every active bot, with its credentials unsealed."""
    b = t.bot.c
    columns = (b.id, b.name, b.kind, b.unit_id, b.display, b.config_sealed)
    rows = work.conn.execute(select(*columns).where(b.active).order_by(b.id))
    return tuple(Bot(*row[:-1], work.unseal_json(row.config_sealed)) for row in rows)


def _groups() -> Select[Any]:
    g, b = t.work_group.c, t.bot.c
    bot, display = func.coalesce(b.name, "").label("bot"), func.coalesce(b.display, "").label("display")
    columns = (g.id, g.name, g.unit_id, g.bot_id, bot, display, g.bound_at, g.silent_since)
    return select(*columns, g.robot_key_sealed).select_from(t.work_group).outerjoin(t.bot).order_by(g.id)


def _group(work: Work, row: Any) -> Group:
    key = work.unseal(row.robot_key_sealed)
    return Group(*(*row[:6], row.bound_at is not None, bool(key), row.silent_since, key))


def group_by_id(work: Work, work_group_id: int) -> Group | None:
    """The group, with its webhook robot's key."""
    row = work.conn.execute(_groups().where(t.work_group.c.id == work_group_id)).first()
    return _group(work, row) if row else None


def own_group(work: Work, asker: User, work_group_id: int) -> Group | None:
    """A group of a unit that the asker looks after."""
    u = t.handling_unit
    wanted = _groups().join(u, u.c.id == t.work_group.c.unit_id)
    row = work.conn.execute(wanted.where(t.work_group.c.id == work_group_id, looked_after(asker))).first()
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
