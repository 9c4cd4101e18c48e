"""The sample neighbourhood: one street, one community, two estates, four firms, a canteen. Every name is invented.

The group of the third firm can only be written to: its people work on the page of an order. The fourth has no group:
each of its people is told alone, in an app of the firm's own.
"""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select

from models import tables as t
from models.store import Work

DATA: dict[str, Any] = json.loads(
    (Path(__file__).with_name("data") / "sample.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class TownBot:
    """A bot with what its owner would type into WeCom. The secrets are made once and kept sealed."""

    id: int
    name: str
    display: str
    aibotid: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TownApp:
    """A firm's own app with what its administrator would copy from WeCom. `users` are userids."""

    id: int
    name: str
    display: str
    unit: str
    corpid: str
    agentid: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TownGroup:
    """A bound work group. `members` are userids; `bot` is empty when the group can only be written to."""

    id: int
    chat: str
    name: str
    bot: str
    robot_key: str = field(repr=False)
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TownMember:
    """A worker's WeCom account. `bot`: the bot or app that it may write to, empty without one."""

    userid: str
    name: str
    bot: str
    worker_id: int


@dataclass(frozen=True, slots=True)
class TownScene:
    """The QR code at a building's door."""

    scene: str
    label: str


@dataclass(frozen=True, slots=True)
class Town:
    """What plant() has planted: ids by name, and what whoever plays WeChat and WeCom must know.

    `buildings` are keyed (estate, key), such as ("幸福小区", "3").
    """

    units: Mapping[str, int]
    estates: Mapping[str, int]
    buildings: Mapping[tuple[str, str], int]
    workers: Mapping[str, int]
    bots: tuple[TownBot, ...]
    apps: tuple[TownApp, ...]
    groups: tuple[TownGroup, ...]
    members: tuple[TownMember, ...]
    scenes: tuple[TownScene, ...]


def plant(work: Work, robots: Mapping[str, str] | None = None) -> Town:
    """Put the sample neighbourhood into the database, or find it there; gives the same Town every time.

    `robots` are keys of webhook robots by bot name; the rest is made up. What is there is never changed, so an
    operator's changes survive.
    """
    areas = _areas(work)
    units = _units(work, areas)
    estates = _estates(work, areas, units)
    buildings = _buildings(work, estates)
    _public_parts(work)
    _routes(work, estates, units)
    bots, apps = _bots(work, units), _apps(work, units)
    groups = _groups(work, bots, units, robots or {})
    heard_by = {name: bot.id for name, bot in bots.items()} | {app.name: app.id for app in apps}
    members = _members(work, heard_by, units)
    return Town(
        units=units,
        estates=estates,
        buildings=buildings,
        workers={one.name: one.worker_id for one in members},
        bots=tuple(bots.values()),
        apps=apps,
        groups=groups,
        members=members,
        scenes=tuple(TownScene(one["scene"], f"{one['estate']} {one['name']}") for one in DATA["buildings"]),
    )


def ensure(work: Work, table: Table, key: dict[str, Any], **rest: Any) -> tuple[int, bool]:
    """The id of the row with that natural key, made if it is not there; and whether it was made."""
    same = [table.c[name].is_not_distinct_from(value) for name, value in key.items()]
    known = work.conn.execute(select(table.c.id).where(*same)).scalar()
    if known is not None:
        return known, False
    made = insert(table).values(**key, **rest).returning(table.c.id)
    return work.conn.execute(made).scalar_one(), True


def _areas(work: Work) -> dict[str | None, int | None]:
    ids: dict[str | None, int | None] = {None: None}
    for one in DATA["areas"]:
        key = {"level": one["level"], "name": one["name"]}
        ids[one["name"]], _ = ensure(work, t.area, key, parent_id=ids[one["parent"]])
    return ids


def _units(work: Work, areas: Mapping[str | None, int | None]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for one in DATA["units"]:
        above = {"kind": one["kind"], "parent_id": ids.get(one["parent"]), "area_id": areas[one["area"]]}
        ids[one["name"]], _ = ensure(work, t.handling_unit, {"name": one["name"]}, **above)
    return ids


def _estates(work: Work, areas: Mapping[str | None, int | None], units: Mapping[str, int]) -> dict[str, int]:
    return {
        one["name"]: ensure(
            work,
            t.estate,
            {"name": one["name"]},
            aliases=one["aliases"],
            area_id=areas[one["area"]],
            community_unit_id=units[one["community_unit"]],
        )[0]
        for one in DATA["estates"]
    }


def _buildings(work: Work, estates: Mapping[str, int]) -> dict[tuple[str, str], int]:
    ids: dict[tuple[str, str], int] = {}
    for one in DATA["buildings"]:
        key = {"estate_id": estates[one["estate"]], "key": one["key"]}
        building_id, new = ensure(work, t.building, key, name=one["name"], scene=one["scene"])
        ids[one["estate"], one["key"]] = building_id
        if new:
            work.conn.execute(insert(t.home), _homes(one, building_id))
    return ids


def _homes(building: dict[str, Any], building_id: int) -> list[dict[str, Any]]:
    return [
        {"building_id": building_id, "unit": unit, "room": f"{floor}{door:02d}"}
        for unit in building["units"]
        for floor in range(1, building["floors"] + 1)
        for door in range(1, building["doors"] + 1)
    ]


def _public_parts(work: Work) -> None:
    for name in DATA["public_parts"]:
        ensure(work, t.public_part, {"estate_id": None, "key": name}, name=name)


def _routes(work: Work, estates: Mapping[str, int], units: Mapping[str, int]) -> None:
    starts_on = date.fromisoformat(DATA["routes_start_on"])
    for one in DATA["routes"]:
        key = {"estate_id": estates.get(one["estate"]), "category": one["category"]}
        ensure(work, t.route, key, unit_id=units[one["unit"]], starts_on=starts_on)


def _random(letters: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(letters))


def _bots(work: Work, units: Mapping[str, int]) -> dict[str, TownBot]:
    found: dict[str, TownBot] = {}
    for one in DATA["bots"]:
        # WeCom docs: an EncodingAESKey has 43 letters and digits; a token at most 32.
        config = {"aibotid": f"aib{_random(24)}", "token": _random(24), "aes_key": _random(43)}
        bot_id, config = _kept(work, one, units, "wecom_aibot", config)
        found[one["name"]] = TownBot(bot_id, one["name"], one["display"], **config)
    return found


def _apps(work: Work, units: Mapping[str, int]) -> tuple[TownApp, ...]:
    found = []
    for one in DATA["apps"]:
        opens = {"corpid": f"ww{_random(16)}", "agentid": one["agentid"], "secret": _random(43)}
        hears = {"token": _random(24), "aes_key": _random(43)}
        app_id, config = _kept(work, one, units, "wecom_app", opens | hears)
        users = tuple(worker["userid"] for worker in DATA["workers"] if worker["bot"] == one["name"])
        found.append(TownApp(app_id, one["name"], one["display"], one["unit"], **config, users=users))
    return tuple(found)


def _kept(
    work: Work, one: Mapping[str, Any], units: Mapping[str, int], kind: str, config: dict[str, str]
) -> tuple[int, dict[str, str]]:
    """The id of a bot or app of that name, and its settings: `config` if it was not there."""
    rest = {"kind": kind, "display": one["display"], "config_sealed": work.seal(json.dumps(config))}
    bot_id, new = ensure(work, t.bot, {"name": one["name"]}, unit_id=units[one["unit"]], **rest)
    if new:
        return bot_id, config
    row = work.conn.execute(select(t.bot.c.config_sealed).where(t.bot.c.id == bot_id)).one()
    return bot_id, work.unseal_json(row.config_sealed)


def _unit_of(one: Mapping[str, Any], units: Mapping[str, int]) -> int:
    """The unit of a group or worker: the bot's or app's, or the one it names."""
    of_bots = {bot["name"]: bot["unit"] for bot in (*DATA["bots"], *DATA["apps"])}
    return units[of_bots[one["bot"]] if one["bot"] else one["unit"]]


def _groups(
    work: Work, bots: Mapping[str, TownBot], units: Mapping[str, int], robots: Mapping[str, str]
) -> tuple[TownGroup, ...]:
    found = []
    for one in DATA["groups"]:
        key = {"name": one["name"], "unit_id": _unit_of(one, units)}
        robot = work.seal(robots.get(one["bot"]) or _random(36))
        bot = {"bot_id": bots[one["bot"]].id, "chat": one["chat"]} if one["bot"] else {}
        group_id, _ = ensure(work, t.work_group, key, robot_key_sealed=robot, bound_at=work.now, **bot)
        sealed = select(t.work_group.c.robot_key_sealed).where(t.work_group.c.id == group_id)
        robot_key = work.unseal(work.conn.execute(sealed).scalar())
        theirs = (worker for worker in DATA["workers"] if _unit_of(worker, units) == key["unit_id"])
        members = tuple(worker["userid"] for worker in theirs)
        found.append(TownGroup(group_id, one["chat"], one["name"], one["bot"] or "", robot_key, members))
    return tuple(found)


def _members(work: Work, bots: Mapping[str, int], units: Mapping[str, int]) -> tuple[TownMember, ...]:
    found = []
    for one in DATA["workers"]:
        key = {"name": one["name"], "unit_id": _unit_of(one, units)}
        worker_id, new = ensure(work, t.worker, key, on_duty=one["on_duty"], cap=work.limits["cap"])
        if new and one["bot"]:
            account = {"bot_id": bots[one["bot"]], "userid": one["userid"]}
            ensure(work, t.worker_account, account, worker_id=worker_id, bound_at=work.now)
        found.append(TownMember(one["userid"], one["name"], one["bot"] or "", worker_id))
    return tuple(found)
