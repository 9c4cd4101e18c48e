"""What `app.py run` starts: the programs, what they share, and the town file for the emulator."""

from __future__ import annotations

import dataclasses
import json
import socket
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bot import redis_client, redis_server
from bot.settings import Settings
from bot.supervisor import Program, answers, port_of
from bot.voice import refuse_missing
from models.sample import Town, TownApp
from programs.parts import TEMPLATES
from workers import jobs

RESIDENTS = [{"openid": "oResidentZhangAyi0000000001", "name": "张阿姨"}]


def shared(chosen: Settings, port: int, played: int) -> dict[str, str]:
    """What all programs are told through their environment. `played`: the emulator's port, 0 without it."""
    env = {
        "LINLI_PORT": str(port),
        "LINLI_PUBLIC_URL": chosen.public_url or f"http://{chosen.host}:{port}",
        "LINLI_DATA_DIR": str(chosen.data_dir),
        "LINLI_DATABASE_URL": chosen.database_url,
        "LINLI_KEYS_FILE": str(chosen.keys_file),
    }
    if not played:
        return env
    hosts = ",".join({*chosen.wecom_media_hosts, chosen.host})
    return env | {"LINLI_EMULATOR_URL": f"http://{chosen.host}:{played}", "LINLI_WECOM_MEDIA_HOSTS": hosts}


def programs(
    app: Path, chosen: Settings, env: Mapping[str, str], web: socket.socket, emulator: socket.socket | None
) -> list[Program]:
    """Everything that runs, in the order of starting; the two servers inherit their sockets."""
    found: list[Program] = []
    if chosen.redis_url is None:
        found.append(redis_server.program(redis_client.place(chosen.data_dir)))
    if emulator:
        found.append(_emulator(chosen, env, emulator))
    me, base, fd = [sys.executable, str(app)], f"http://{chosen.host}:{port_of(web)}", web.fileno()
    healthy = partial(answers, f"{base}/healthz")
    found.append(Program("web", [*me, "web", "--fd", str(fd)], env, fds=(fd,), ready=healthy))
    found += [Program(f"worker-{name}", [*me, "worker", name], env) for name in queues(chosen)]
    found.append(Program("relay", [*me, "relay"], env, ready=partial(answers, f"{base}/readyz")))
    return found


def queues(chosen: Settings) -> Sequence[str]:
    """The queues that have a worker here. Raises NotStarted when one cannot do its work."""
    if chosen.voice == "off":
        return jobs.QUEUES
    refuse_missing()
    return jobs.ALL_QUEUES


def _emulator(chosen: Settings, env: Mapping[str, str], held: socket.socket) -> Program:
    played, fd = port_of(held), held.fileno()
    town, kept = chosen.data_dir / "town.json", chosen.data_dir / "emulator"
    where = ["--host", chosen.host, "--port", str(played), "--fd", str(fd)]
    argv = [sys.executable, "-m", "emulator", "--town", str(town), "--data", str(kept), *where]
    ready = partial(answers, f"http://{chosen.host}:{played}/emu/clock")
    return Program("emulator", argv, env, fds=(fd,), ready=ready)


def write_town(
    path: Path, town: Town | None, account: Mapping[str, str], callback_base: str, ops_secret: str
) -> None:
    """Tell the emulator whom it plays; the file is for our eyes only, since it holds secrets."""
    names = ("appid", "secret", "token", "aes_key", "account", "kind")
    fields = {"thing1": "事项", "character_string2": "工单号", "phrase3": "进度", "time4": "时间"}
    data: dict[str, Any] = {
        "callback_base": callback_base,
        "ops_secret": ops_secret,
        "account": {**{name: account.get(name, "") for name in names}, "name": "邻里"},
        "templates": [{"template_id": TEMPLATES["progress"], "title": "工单进度提醒", "fields": fields}],
        **(_people(town) if town else {}),
    }
    path.touch(mode=0o600, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")


def _people(town: Town) -> dict[str, Any]:
    """Bots, apps, groups, members and door codes as the emulator's town file has them."""
    corp = {group.bot: group.name.removesuffix("报修群").removesuffix("工作群") for group in town.groups}
    bots = [{k: v for k, v in dataclasses.asdict(one).items() if k != "id"} for one in town.bots]
    return {
        "bots": [{**one, "corp": corp.get(one["name"], "")} for one in bots],
        "groups": [
            {
                "chatid": g.chat,
                "name": g.name,
                "bot": g.bot,
                "robot_key": g.robot_key,
                "members": list(g.members),
            }
            for g in town.groups
        ],
        "members": [
            {"userid": m.userid, "name": m.name, "bot": m.bot if m.bot in corp else ""} for m in town.members
        ],
        "apps": [_app(one) for one in town.apps],
        "residents": RESIDENTS,
        "scenes": [{"scene": one.scene, "label": one.label} for one in town.scenes],
    }


def _app(one: TownApp) -> dict[str, Any]:
    """An app of a firm's own; WeCom's numbers of apps are numbers there."""
    told = {name: getattr(one, name) for name in ("name", "display", "corpid", "secret", "token", "aes_key")}
    return {**told, "agentid": int(one.agentid), "corp": one.unit, "users": list(one.users)}
