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

from sqlalchemy import func, select, update

from models import tables as t
from models.actions.saving import is_there, missing, row_of, save
from models.rules.hours import read_hours
from models.rules.orders import HELD, Refusal, Why
from models.rules.routing import MODES
from models.store import Work

AES_KEY_LETTERS = 43  # WeCom docs 101033: EncodingAESKey
SCENE = "door:{}"  # by the building's id, so that no two are the same


@dataclass(frozen=True, slots=True)
class SaveUnit:
    """A handling unit. `parent_id` is the next level up and must be of a higher one, so no loop can be made.

    `area_id` is where it works: the console users of that area, and of those above it, look after its people.

    The kind, a level of the chain, of a unit that is there stays as it is. `hours`: when its duty staff answer
    (models/rules/hours.py); none: those of the limits; None keeps what is there.
    """

    kind: str
    name: str
    parent_id: int | None = None
    unit_id: int | None = None
    area_id: int | None = None
    hours: tuple[Mapping[str, Any], ...] | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}."""
        known = row_of(work, t.handling_unit, self.unit_id) if self.unit_id else None
        kind = known.kind if known else self.kind
        if kind not in work.limits["levels"].names:
            return Refusal(Why.UNKNOWN, field="kind")
        if refusal := missing({"name": self.name}) or self._parent_refused(work, kind):
            return refusal
        if self.area_id is not None and not is_there(work, t.area, self.area_id):
            return Refusal(Why.UNKNOWN, field="area_id")
        if not _readable(self.hours or ()):
            return Refusal(Why.UNKNOWN, field="hours")
        values: dict[str, Any] = {
            "kind": kind,
            "name": self.name,
            "parent_id": self.parent_id,
            "area_id": self.area_id,
        }
        if self.hours is not None:
            values["hours"] = list(self.hours) or None
        return save(work, t.handling_unit, self.unit_id, values, ("name",))

    def _parent_refused(self, work: Work, kind: str) -> Refusal | None:
        if self.parent_id is None:
            return None
        above = row_of(work, t.handling_unit, self.parent_id)
        higher = above is not None and work.limits["levels"].is_above(above.kind, kind)
        return None if higher else Refusal(Why.UNKNOWN, field="parent_id")


def _readable(hours: Sequence[Mapping[str, Any]]) -> bool:
    try:
        return len(read_hours(hours)) == len(hours)
    except (KeyError, TypeError, ValueError):
        return False


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
        known = row_of(work, t.worker, self.worker_id) if self.worker_id else None
        unit_id = known.unit_id if known else self.unit_id
        if not is_there(work, t.handling_unit, unit_id):
            return Refusal(Why.UNKNOWN, field="unit_id")
        if refusal := missing({"name": self.name}):
            return refusal
        values = {"unit_id": unit_id, "name": self.name, "cap": self.cap, "active": self.active}
        # Nobody who is away gets what nobody claims.
        values["on_duty"] = self.on_duty and self.active
        if self.phone:
            values["phone_sealed"] = work.seal(self.phone)
        saved = save(work, t.worker, self.worker_id, values, ("unit_id", "name"))
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
    """A smart robot that hears a group. `name` is the last part of its callback address.

    Name and unit stay as they are. `token` and `aes_key` (43 characters) are sealed; empty ones keep what is there.
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
        secret = {"token": self.token, "aes_key": self.aes_key}
        return _save_bot(self, work, "wecom_aibot", {"aibotid": self.aibotid}, secret)


@dataclass(frozen=True, slots=True)
class SaveApp:
    """A firm's own WeCom app, which speaks with each worker alone. `name` and unit as of SaveBot.

    `secret`, `token` and `aes_key` (43 characters) are sealed; empty ones keep what is there.
    """

    name: str
    unit_id: int
    display: str
    corpid: str
    agentid: str
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    active: bool = True
    bot_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}."""
        secret = {"secret": self.secret, "token": self.token, "aes_key": self.aes_key}
        return _save_bot(self, work, "wecom_app", {"corpid": self.corpid, "agentid": self.agentid}, secret)


def _save_bot(
    typed: SaveBot | SaveApp, work: Work, kind: str, open_: Mapping[str, str], secret: Mapping[str, str]
) -> dict[str, Any]:
    known = row_of(work, t.bot, typed.bot_id) if typed.bot_id else None
    if known is not None and known.kind != kind:
        return Refusal(Why.UNKNOWN)
    name, unit_id = (known.name, known.unit_id) if known else (typed.name, typed.unit_id)
    if not is_there(work, t.handling_unit, unit_id):
        return Refusal(Why.UNKNOWN, field="unit_id")
    kept = work.unseal_json(known.config_sealed) if known else {}
    config = {**kept, **open_, **{one: text or kept.get(one, "") for one, text in secret.items()}}
    if refusal := missing({"name": name, "display": typed.display, **config}):
        return refusal
    if len(config["aes_key"]) != AES_KEY_LETTERS:
        return Refusal(Why.UNKNOWN, field="aes_key")
    values = {"name": name, "unit_id": unit_id, "display": typed.display, "active": typed.active}
    sealed = {"kind": kind, "config_sealed": work.seal(json.dumps(config))}
    return save(work, t.bot, typed.bot_id, {**values, **sealed}, ("name",))


@dataclass(frozen=True, slots=True)
class SaveGroup:
    """A work group of a bot's unit. `robot_key`: of the webhook robot that speaks first; empty keeps what is there.

    Without a bot it is a group of `unit_id` that can only be written to: it is bound by its robot's key, and its
    people work on the page of an order. A group that is there stays with its bot, or without one: the platform's
    chat ids are a bot's own.
    """

    name: str
    bot_id: int | None
    robot_key: str = field(default="", repr=False)
    work_group_id: int | None = None
    unit_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. A fresh robot's group is no longer silent."""
        known = row_of(work, t.work_group, self.work_group_id) if self.work_group_id else None
        whose = self._whose(work, known)
        if isinstance(whose, Refusal):
            return whose
        needed = {"name": self.name}
        if whose["bot_id"] is None and known is None:
            needed["robot_key"] = self.robot_key
        if refusal := missing(needed):
            return refusal
        values = {**whose, "name": self.name}
        if self.robot_key:
            values |= {"robot_key_sealed": work.seal(self.robot_key), "silent_since": None}
            values |= {"bound_at": work.now} if whose["bot_id"] is None else {}
        return save(work, t.work_group, self.work_group_id, values, ("bot_id", "unit_id", "name"))

    def _whose(self, work: Work, known: Any) -> dict[str, Any] | Refusal:
        """The bot and the unit."""
        bot_id = known.bot_id if known else self.bot_id
        if bot_id is not None:
            bot = row_of(work, t.bot, bot_id)
            return (
                Refusal(Why.UNKNOWN, field="bot_id")
                if bot is None
                else {"bot_id": bot.id, "unit_id": bot.unit_id}
            )
        unit_id = known.unit_id if known else self.unit_id
        if not is_there(work, t.handling_unit, unit_id):
            return Refusal(Why.UNKNOWN, field="unit_id")
        return {"bot_id": None, "unit_id": unit_id}


@dataclass(frozen=True, slots=True)
class SaveEstate:
    """An estate, the other names people call it by, the community staff behind the firm, and where it lies."""

    name: str
    aliases: tuple[str, ...] = ()
    community_unit_id: int | None = None
    estate_id: int | None = None
    area_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}."""
        if refusal := missing({"name": self.name}):
            return refusal
        unit = row_of(work, t.handling_unit, self.community_unit_id) if self.community_unit_id else None
        if self.community_unit_id and (unit is None or unit.kind != work.limits["levels"].of_estate):
            return Refusal(Why.UNKNOWN, field="community_unit_id")
        if self.area_id is not None and not is_there(work, t.area, self.area_id):
            return Refusal(Why.UNKNOWN, field="area_id")
        values = {"name": self.name, "aliases": self.aliases, "area_id": self.area_id}
        values |= {"community_unit_id": self.community_unit_id}
        return save(work, t.estate, self.estate_id, values, ("name",))


@dataclass(frozen=True, slots=True)
class SaveBuilding:
    """A building. `key` is its number as people say it ("3"), `name` what is written on it ("3 号楼")."""

    estate_id: int
    key: str
    name: str
    building_id: int | None = None
    grid_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. A building without a scene for its QR code gets one, which never changes again."""
        known = row_of(work, t.building, self.building_id) if self.building_id else None
        estate_id = known.estate_id if known else self.estate_id
        if not is_there(work, t.estate, estate_id):
            return Refusal(Why.UNKNOWN, field="estate_id")
        if refusal := missing({"key": self.key, "name": self.name}):
            return refusal
        if self.grid_id and not is_there(work, t.grid, self.grid_id):
            return Refusal(Why.UNKNOWN, field="grid_id")
        values = {"estate_id": estate_id, "key": self.key, "name": self.name, "grid_id": self.grid_id}
        saved = save(work, t.building, self.building_id, values, ("estate_id", "key"))
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
        if not is_there(work, t.building, self.building_id):
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
    """Who handles what: orders of the estate and category (None: of all) go to the unit. Both days are inclusive.

    `mode`: how an order finds its hands there: claim, assign (to `worker_id` of that unit, or None to the officer of
    the home's grid) or round_robin (by turns among those on duty); empty keeps what is there, at first claim.
    """

    unit_id: int
    starts_on: date
    estate_id: int | None = None
    category: str | None = None
    ends_on: date | None = None
    route_id: int | None = None
    mode: str = ""
    worker_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. A route ends by its last day; it is never deleted."""
        if not is_there(work, t.handling_unit, self.unit_id):
            return Refusal(Why.UNKNOWN, field="unit_id")
        if self.estate_id is not None and not is_there(work, t.estate, self.estate_id):
            return Refusal(Why.UNKNOWN, field="estate_id")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            return Refusal(Why.UNKNOWN, field="ends_on")
        mode, worker_id = self._mode(work)
        if mode not in MODES:
            return Refusal(Why.UNKNOWN, field="mode")
        if worker_id is not None and not self._works_there(work, worker_id):
            return Refusal(Why.UNKNOWN, field="worker_id")
        what = {"estate_id": self.estate_id, "category": self.category, "starts_on": self.starts_on}
        values = {**what, "ends_on": self.ends_on, "unit_id": self.unit_id}
        values |= {"mode": mode, "worker_id": worker_id}
        return save(work, t.route, self.route_id, values, tuple(what))

    def _works_there(self, work: Work, worker_id: int) -> bool:
        worker = row_of(work, t.worker, worker_id)
        return worker is not None and worker.active and worker.unit_id == self.unit_id

    def _mode(self, work: Work) -> tuple[str, int | None]:
        known = row_of(work, t.route, self.route_id) if self.route_id and not self.mode else None
        if known is not None:
            return known.mode, known.worker_id
        return self.mode or "claim", self.worker_id if self.mode == "assign" else None
