"""What an administrator has set up, also what is switched off. Secrets are never given: only whether they are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from models import tables as t
from models.store import Work


@dataclass(frozen=True, slots=True)
class SetupWorker:
    """A worker, active or not. `phone`: one is known."""

    id: int
    name: str
    unit_id: int
    unit: str
    on_duty: bool
    active: bool
    cap: int
    phone: bool


@dataclass(frozen=True, slots=True)
class SetupBot:
    """A bot, active or not. `aibotid` of a smart robot; `corpid` and `agentid` of an app."""

    id: int
    name: str
    unit_id: int
    unit: str
    display: str
    active: bool
    aibotid: str
    corpid: str
    agentid: str


@dataclass(frozen=True, slots=True)
class SetupEstate:
    """An estate, the community unit behind its firm, and the area it lies in."""

    id: int
    name: str
    aliases: tuple[str, ...]
    community_unit_id: int | None
    area_id: int | None
    community: str
    area: str


@dataclass(frozen=True, slots=True)
class SetupBuilding:
    """A building, the grid it is in, and how many homes it has."""

    id: int
    key: str
    name: str
    scene: str | None
    estate_id: int
    grid_id: int | None
    estate: str
    homes: int


@dataclass(frozen=True, slots=True)
class SetupGrid:
    """A grid, the one it is part of, its own officer, and how many buildings are in it."""

    id: int
    kind: str
    name: str
    parent_id: int | None
    area_id: int | None
    officer_id: int | None
    parent: str
    officer: str
    buildings: int


@dataclass(frozen=True, slots=True)
class SetupRoute:
    """Who handles what, from when to when, and how orders find hands there. No estate or category: all of them."""

    id: int
    estate_id: int | None
    category: str | None
    unit_id: int
    starts_on: date
    ends_on: date | None
    mode: str
    worker_id: int | None
    estate: str
    unit: str
    worker: str


def setup_workers(work: Work, unit_id: int | None = None) -> tuple[SetupWorker, ...]:
    """The workers of one unit, or of all, those who are active first."""
    w, u = t.worker.c, t.handling_unit.c
    columns = (w.id, w.name, w.unit_id, u.name, w.on_duty, w.active, w.cap, w.phone_sealed.is_not(None))
    query = select(*columns).join_from(t.worker, t.handling_unit).order_by(w.active.desc(), w.unit_id, w.id)
    if unit_id is not None:
        query = query.where(w.unit_id == unit_id)
    return tuple(SetupWorker(*row) for row in work.conn.execute(query))


def setup_bots(work: Work, kind: str = "wecom_aibot") -> tuple[SetupBot, ...]:
    """Every bot of a kind (wecom_aibot, wecom_app), by id."""
    b, u = t.bot.c, t.handling_unit.c
    columns = (b.id, b.name, b.unit_id, u.name, b.display, b.active, b.config_sealed)
    query = select(*columns).join_from(t.bot, t.handling_unit).where(b.kind == kind).order_by(b.id)
    return tuple(_setup_bot(row, work.unseal_json(row.config_sealed)) for row in work.conn.execute(query))


def _setup_bot(row: Any, config: Mapping[str, str]) -> SetupBot:
    return SetupBot(*row[:-1], *(config.get(name, "") for name in ("aibotid", "corpid", "agentid")))


def setup_estates(work: Work) -> tuple[SetupEstate, ...]:
    """Every estate, by id."""
    e, u, a = t.estate.c, t.handling_unit.c, t.area.c
    names = (func.coalesce(u.name, ""), func.coalesce(a.name, ""))
    query = (
        select(e.id, e.name, e.aliases, e.community_unit_id, e.area_id, *names)
        .select_from(t.estate)
        .outerjoin(t.handling_unit, u.id == e.community_unit_id)
        .outerjoin(t.area, a.id == e.area_id)
        .order_by(e.id)
    )
    return tuple(
        SetupEstate(estate_id, name, tuple(aliases), *rest)
        for estate_id, name, aliases, *rest in work.conn.execute(query)
    )


def setup_buildings(work: Work) -> tuple[SetupBuilding, ...]:
    """Every building, by estate."""
    b, e, h = t.building.c, t.estate.c, t.home.c
    homes = select(func.count()).where(h.building_id == b.id).scalar_subquery()
    query = select(b.id, b.key, b.name, b.scene, b.estate_id, b.grid_id, e.name, homes).join_from(
        t.building, t.estate
    )
    rows = work.conn.execute(query.order_by(b.estate_id, b.id))
    return tuple(SetupBuilding(*row) for row in rows)


def setup_grids(work: Work) -> tuple[SetupGrid, ...]:
    """Every grid: each micro-grid after the one it is part of."""
    g, above, w, b = t.grid.c, t.grid.alias("above"), t.worker.c, t.building.c
    buildings = select(func.count()).where(b.grid_id == g.id).scalar_subquery()
    columns = (g.id, g.kind, g.name, g.parent_id, g.area_id, g.officer_id)
    query = (
        select(*columns, func.coalesce(above.c.name, ""), func.coalesce(w.name, ""), buildings)
        .select_from(t.grid)
        .outerjoin(above, above.c.id == g.parent_id)
        .outerjoin(t.worker, w.id == g.officer_id)
        .order_by(func.coalesce(g.parent_id, g.id), g.parent_id.is_not(None), g.id)
    )
    return tuple(SetupGrid(*row) for row in work.conn.execute(query))


def setup_routes(work: Work) -> tuple[SetupRoute, ...]:
    """Every route, the general ones first."""
    r, e, u = t.route.c, t.estate.c, t.handling_unit.c
    columns = (
        r.id,
        r.estate_id,
        r.category,
        r.unit_id,
        r.starts_on,
        r.ends_on,
        r.mode,
        r.worker_id,
        func.coalesce(e.name, ""),
        u.name,
        func.coalesce(t.worker.c.name, ""),
    )
    query = (
        select(*columns)
        .select_from(t.route)
        .outerjoin(t.estate, e.id == r.estate_id)
        .join(t.handling_unit, u.id == r.unit_id)
        .outerjoin(t.worker, t.worker.c.id == r.worker_id)
        .order_by(r.estate_id.is_not(None), r.estate_id, r.category.is_not(None), r.category, r.id)
    )
    return tuple(SetupRoute(*row) for row in work.conn.execute(query))
