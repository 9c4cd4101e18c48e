"""The register by hand: who handles (units, workers, bots, groups), where (estates, buildings, homes), who for what.

Every action makes a row, or changes the one whose id it is given. What orders may refer to is never deleted: it is
switched off. A refusal names the `field` that must be written differently: already (somebody has this name),
unknown (there is no such thing), needs_words (it may not be empty).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Table, func, insert, select, update

from models import tables as t
from models.rules.orders import HELD, Refusal, Why
from models.store import Work

LEVELS = ("firm", "community", "street", "district")  # the lowest first
AES_KEY_LETTERS = 43  # WeCom docs 101033: EncodingAESKey
SCENE = "door:{}"  # by the building's id, so that no two are the same


def _there(work: Work, table: Table, row_id: int | None) -> bool:
    return (
        row_id is not None
        and work.conn.execute(select(table.c.id).where(table.c.id == row_id)).first() is not None
    )


def _row(work: Work, table: Table, row_id: int) -> Any:
    return work.conn.execute(select(table).where(table.c.id == row_id)).first()


def _save(
    work: Work, table: Table, row_id: int | None, values: Mapping[str, Any], unique: Sequence[str]
) -> dict[str, Any]:
    """Make the row, or change it; the `unique` columns together, the telling one last, tell it from others."""
    same = (table.c[name].is_not_distinct_from(values[name]) for name in unique)
    others = select(table.c.id).where(*same, table.c.id != (row_id or 0))
    if work.conn.execute(others).first():
        return Refusal(Why.ALREADY, field=unique[-1])
    if row_id is None:
        made = work.conn.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
        return {"ok": True, "id": made, "new": True}
    changed = work.conn.execute(update(table).where(table.c.id == row_id).values(**values))
    return {"ok": True, "id": row_id, "new": False} if changed.rowcount else Refusal(Why.UNKNOWN)


def _missing(texts: Mapping[str, str]) -> Refusal | None:
    """The refusal for the first of the fields that is empty."""
    empty = next((name for name, text in texts.items() if not text.strip()), None)
    return Refusal(Why.NEEDS_WORDS, field=empty) if empty else None


@dataclass(frozen=True, slots=True)
class SaveUnit:
    """A handling unit. `parent_id` is the next level up and must be of a higher one, so no loop can be made.

    The kind (firm, community, street, district) of a unit that is there stays as it is.
    """

    kind: str
    name: str
    parent_id: int | None = None
    unit_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}."""
        known = _row(work, t.handling_unit, self.unit_id) if self.unit_id else None
        kind = known.kind if known else self.kind
        if kind not in LEVELS:
            return Refusal(Why.UNKNOWN, field="kind")
        if refusal := _missing({"name": self.name}) or self._parent_refused(work, kind):
            return refusal
        values = {"kind": kind, "name": self.name, "parent_id": self.parent_id}
        return _save(work, t.handling_unit, self.unit_id, values, ("name",))

    def _parent_refused(self, work: Work, kind: str) -> Refusal | None:
        if self.parent_id is None:
            return None
        above = _row(work, t.handling_unit, self.parent_id)
        higher = above is not None and LEVELS.index(above.kind) > LEVELS.index(kind)
        return None if higher else Refusal(Why.UNKNOWN, field="parent_id")


@dataclass(frozen=True, slots=True)
class SaveWorker:
    """Somebody who handles orders. `cap`: open orders at a time; `phone`: sealed, empty keeps what is there.

    A worker who is there stays with their unit, since their WeCom account is bound to that unit's bot.
    """

    unit_id: int
    name: str
    cap: int
    phone: str = field(default="", repr=False)
    on_duty: bool = False
    active: bool = True
    worker_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new", "held": open orders that a stopped worker still holds}."""
        known = _row(work, t.worker, self.worker_id) if self.worker_id else None
        unit_id = known.unit_id if known else self.unit_id
        if not _there(work, t.handling_unit, unit_id):
            return Refusal(Why.UNKNOWN, field="unit_id")
        if refusal := _missing({"name": self.name}):
            return refusal
        values = {"unit_id": unit_id, "name": self.name, "cap": self.cap, "active": self.active}
        # Nobody who is away gets what nobody claims.
        values["on_duty"] = self.on_duty and self.active
        if self.phone:
            values["phone_sealed"] = work.seal(self.phone)
        saved = _save(work, t.worker, self.worker_id, values, ("unit_id", "name"))
        return saved | _held(work, saved["id"], self.active) if saved["ok"] else saved


@dataclass(frozen=True, slots=True)
class SwitchWorker:
    """Stop a worker, who can claim nothing from then on, or let them work again."""

    worker_id: int
    active: bool

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"held"}: what a stopped worker holds stays in their hands until it is assigned anew."""
        this = update(t.worker).where(t.worker.c.id == self.worker_id)
        done = work.conn.execute(this.values(active=self.active, on_duty=t.worker.c.on_duty & self.active))
        return (
            {"ok": True} | _held(work, self.worker_id, self.active) if done.rowcount else Refusal(Why.UNKNOWN)
        )


def _held(work: Work, worker_id: int, active: bool) -> dict[str, int]:
    o = t.work_order.c
    holds = select(func.count()).where(o.holder_id == worker_id, o.state.in_(HELD))
    return {"held": 0 if active else int(work.conn.execute(holds).scalar_one())}


@dataclass(frozen=True, slots=True)
class SaveBot:
    """A WeCom bot that hears. `name` is the last part of its callback address and, as its unit, stays as it is.

    `token` and `aes_key` (43 characters) are sealed; empty ones keep what is there.
    """

    name: str
    unit_id: int
    display: str
    aibotid: str
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    active: bool = True
    bot_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}."""
        known = _row(work, t.bot, self.bot_id) if self.bot_id else None
        name, unit_id = (known.name, known.unit_id) if known else (self.name, self.unit_id)
        if not _there(work, t.handling_unit, unit_id):
            return Refusal(Why.UNKNOWN, field="unit_id")
        config = self._config(work.unseal_json(known.config_sealed) if known else {})
        if refusal := _missing({"name": name, "display": self.display, **config}):
            return refusal
        if len(config["aes_key"]) != AES_KEY_LETTERS:
            return Refusal(Why.UNKNOWN, field="aes_key")
        values = {"name": name, "unit_id": unit_id, "display": self.display, "active": self.active}
        sealed = work.seal(json.dumps(config))
        return _save(work, t.bot, self.bot_id, {**values, "config_sealed": sealed}, ("name",))

    def _config(self, kept: Mapping[str, str]) -> dict[str, str]:
        secret = {"token": self.token, "aes_key": self.aes_key}
        typed = {name: text or kept.get(name, "") for name, text in secret.items()}
        return {**kept, "aibotid": self.aibotid, **typed}


@dataclass(frozen=True, slots=True)
class SaveGroup:
    """A work group of a bot's unit. `robot_key`: of the webhook robot that speaks first; empty keeps what is there.

    A group that is there stays with its bot: the platform's chat ids are a bot's own.
    """

    name: str
    bot_id: int
    robot_key: str = field(default="", repr=False)
    work_group_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. A fresh robot's group is no longer silent."""
        known = _row(work, t.work_group, self.work_group_id) if self.work_group_id else None
        bot = _row(work, t.bot, known.bot_id if known else self.bot_id)
        if bot is None:
            return Refusal(Why.UNKNOWN, field="bot_id")
        if refusal := _missing({"name": self.name}):
            return refusal
        values = {"bot_id": bot.id, "unit_id": bot.unit_id, "name": self.name}
        if self.robot_key:
            values |= {"robot_key_sealed": work.seal(self.robot_key), "silent_since": None}
        return _save(work, t.work_group, self.work_group_id, values, ("bot_id", "name"))


@dataclass(frozen=True, slots=True)
class SaveEstate:
    """An estate, the other names people call it by, and the community staff who stand behind the firm."""

    name: str
    aliases: tuple[str, ...] = ()
    community_unit_id: int | None = None
    estate_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}."""
        if refusal := _missing({"name": self.name}):
            return refusal
        unit = _row(work, t.handling_unit, self.community_unit_id) if self.community_unit_id else None
        if self.community_unit_id and (unit is None or unit.kind != "community"):
            return Refusal(Why.UNKNOWN, field="community_unit_id")
        values = {"name": self.name, "aliases": self.aliases, "community_unit_id": self.community_unit_id}
        return _save(work, t.estate, self.estate_id, values, ("name",))


@dataclass(frozen=True, slots=True)
class SaveBuilding:
    """A building. `key` is its number as people say it ("3"), `name` what is written on it ("3 号楼")."""

    estate_id: int
    key: str
    name: str
    building_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. A building without a scene for its QR code gets one, which never changes again."""
        known = _row(work, t.building, self.building_id) if self.building_id else None
        estate_id = known.estate_id if known else self.estate_id
        if not _there(work, t.estate, estate_id):
            return Refusal(Why.UNKNOWN, field="estate_id")
        if refusal := _missing({"key": self.key, "name": self.name}):
            return refusal
        values = {"estate_id": estate_id, "key": self.key, "name": self.name}
        saved = _save(work, t.building, self.building_id, values, ("estate_id", "key"))
        if saved["ok"]:
            b = t.building.c
            bare = update(t.building).where(b.id == saved["id"], b.scene.is_(None))
            work.conn.execute(bare.values(scene=SCENE.format(saved["id"])))
        return saved


@dataclass(frozen=True, slots=True)
class MakeHomes:
    """The homes of a building by range: units 1 to `units` (0: the building has none), floors, doors a floor."""

    building_id: int
    units: int
    floors: int
    doors: int

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"made"}: how many are new. Homes that are there stay. A room is its floor and two digits: 602."""
        if not _there(work, t.building, self.building_id):
            return Refusal(Why.UNKNOWN, field="building_id")
        h = t.home.c
        here = select(h.unit, h.room).where(h.building_id == self.building_id)
        known = {(row.unit, row.room) for row in work.conn.execute(here)}
        fresh = [
            {"building_id": self.building_id, "unit": unit, "room": room}
            for unit in ([str(n) for n in range(1, self.units + 1)] or [""])
            for room in self._rooms()
            if (unit, room) not in known
        ]
        if fresh:
            work.conn.execute(work.insert_once(t.home), fresh)
        return {"ok": True, "made": len(fresh)}

    def _rooms(self) -> list[str]:
        doors = range(1, self.doors + 1)
        return [f"{floor}{door:02d}" for floor in range(1, self.floors + 1) for door in doors]


@dataclass(frozen=True, slots=True)
class SaveRoute:
    """Who handles what: orders of the estate and category (None: of all) go to the unit. Both days are inclusive."""

    unit_id: int
    starts_on: date
    estate_id: int | None = None
    category: str | None = None
    ends_on: date | None = None
    route_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. A route ends by its last day; it is never deleted."""
        if not _there(work, t.handling_unit, self.unit_id):
            return Refusal(Why.UNKNOWN, field="unit_id")
        if self.estate_id is not None and not _there(work, t.estate, self.estate_id):
            return Refusal(Why.UNKNOWN, field="estate_id")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            return Refusal(Why.UNKNOWN, field="ends_on")
        what = {"estate_id": self.estate_id, "category": self.category, "starts_on": self.starts_on}
        values = {**what, "ends_on": self.ends_on, "unit_id": self.unit_id}
        return _save(work, t.route, self.route_id, values, tuple(what))
