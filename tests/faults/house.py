"""One installation in real processes without a supervisor, so that a test decides who lives and who dies.

The emulator lives in the test's own process, served on a port; web, workers and relay are processes of their own.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from secrets import randbelow
from typing import Any

import requests
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from bot import keys, redis_client, redis_server, settings
from bot.clock import SystemClock, real_seconds
from bot.supervisor import hold_port
from emulator.server import create_app
from emulator.town import read_town
from models import migrate
from models import tables as t
from models.actions.clock import MoveClock
from models.limits import load_limits
from models.sample import Town, plant
from models.store import FieldKeys, Store, open_store
from programs import everything
from tests.running.processes import ROOT, until

HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)  # below those of outgoing connections
STARTS = 90.0  # seconds for processes to start on a machine that is busy
Json = dict[str, Any]


class Silent(WSGIRequestHandler):
    """Its lines would show access tokens."""

    def log_request(self, *_: Any) -> None:
        """Say nothing."""


def free_port() -> int:
    """A port that nobody has, and that no outgoing connection will be given before it is used."""
    while True:
        with suppress(OSError), socket.create_server((HOST, PORTS.start + randbelow(len(PORTS)))) as server:
            return int(server.getsockname()[1])


@dataclass
class House:
    """The installation in `folder`, its database at `database_url` (SQLite in the folder when empty).

    `behind`: the address of the database as the processes are told, when it differs (a proxy in between).
    `real`: as with a real account, without the rehearsal's clock.
    """

    folder: Path
    database_url: str = ""
    behind: str = ""
    real: bool = False
    more: Mapping[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    started: dict[str, tuple[tuple[str, ...], Mapping[str, str], tuple[int, ...]]] = field(
        default_factory=dict
    )
    held: socket.socket | None = None
    valkey: redis_client.Place | None = None
    moved: int = 0

    def __post_init__(self) -> None:
        self.port, self.played = free_port(), free_port()
        chosen = settings.Settings(_env_file=None, data_dir=self.folder)
        self.database_url = self.database_url or chosen.database_url
        self.settings = settings.invented(chosen)
        kept = keys.load_or_make(self.settings.keys_file)
        self.ops_secret = kept.ops
        fields = FieldKeys(tuple(key.encode() for key in kept.fernet), kept.blind_index.encode())
        migrate.upgrade(self.database_url)
        self.store: Store = open_store(self.database_url, fields, load_limits(), wait_seconds=20.0)
        self.clock = SystemClock(self.store.clock_offset)
        with self.store.work(self.clock.now()) as work:
            self.town: Town = plant(work)

    # --- processes ------------------------------------------------------------------------------------------

    @cached_property
    def env(self) -> dict[str, str]:
        """What every process is told."""
        chosen = self.settings.model_copy(update={"database_url": self.behind or self.database_url})
        env = {**everything.shared(chosen, self.port, self.played), "LINLI_WEB_PROCESSES": "1"}
        if self.real:
            invented = json.loads((self.folder / "invented.json").read_text(encoding="utf-8"))
            env |= {f"LINLI_{name.upper()}": str(value) for name, value in invented.items()}
            env |= {
                "LINLI_WECHAT_API_BASE": f"http://{HOST}:{self.played}/api.weixin.qq.com",
                "LINLI_WECOM_API_BASE": f"http://{HOST}:{self.played}/qyapi.weixin.qq.com",
            }
            del env["LINLI_EMULATOR_URL"]
        return {**env, **self.more}

    def start(self, name: str, *argv: str, fds: tuple[int, ...] = (), **env: str) -> subprocess.Popen[bytes]:
        """Start a process of the product: `argv` after `python`, app.py's command `name` when empty."""
        self.started[name] = (argv, env, fds)
        command = [sys.executable, *(argv or ("app.py", *name.split("-")))]
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{name}.log").open("ab") as out:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **self.env, **env},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                pass_fds=fds,
                start_new_session=True,
            )
        self.processes[name] = process
        return process

    def start_platforms(self) -> None:
        """The emulator; whatever uses it starts it too."""
        assert self.emulator

    def start_web(self, **env: str) -> None:
        """The web server, answering when this returns."""
        self._answering(self.start("web", **env))

    def start_held_web(self, **env: str) -> None:
        """The web server on a port that stays open while it is restarted, as under the supervisor."""
        self.held = hold_port(HOST, self.port)
        self.held.set_inheritable(True)
        fd = self.held.fileno()
        self._answering(self.start("web", "app.py", "web", "--fd", str(fd), fds=(fd,), **env))

    def _answering(self, web: subprocess.Popen[bytes]) -> None:
        until(lambda: self.web_answers() or web.poll() is not None, "the web server", STARTS)
        assert web.poll() is None, (self.folder / "logs" / "web.log").read_text(errors="replace")

    def web_answers(self) -> bool:
        """Whether the web server is there."""
        return everything.answers(f"http://{HOST}:{self.port}/healthz")

    def start_hands(self, *workers: str) -> None:
        """Valkey, relay and workers ("talk", "tell", "media"); they answer when this returns."""
        self.start_valkey()
        for name in (*(f"worker-{one}" for one in workers), "relay"):
            self.start(name)
        names = {"relay", *(f"worker:{one}" for one in workers)}
        until(lambda: names <= {row.name for row in self.rows(t.beat)}, "relay and workers", STARTS)

    def start_valkey(self) -> None:
        """The embedded Valkey."""
        self.valkey = redis_client.place(self.folder)
        process = redis_server.start(self.valkey)
        if process is not None:
            self.processes["valkey"] = process

    def kill(self, name: str) -> None:
        """End a process and all its children as a power cut would."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL) if name != "valkey" else process.kill()
        process.wait()

    def revive(self) -> None:
        """Start again what has ended by itself, as the supervisor does."""
        for name, process in list(self.processes.items()):
            if name != "valkey" and process.poll() is not None:
                self.start_again(name)

    def start_again(self, name: str) -> None:
        """Start a process as it was started before."""
        argv, env, fds = self.started[name]
        self.start(name, *argv, fds=fds, **env)

    def restart(self, name: str) -> None:
        """Ask a process to end, as a new release does, and start it again."""
        process = self.processes.pop(name)
        process.terminate()
        process.wait(STARTS)
        self.start_again(name)

    def close(self) -> None:
        """End everything."""
        for name in list(self.processes):
            self.kill(name)
        if "emulator" in self.__dict__:
            self._server.shutdown()
            self._thread.join()
            self.emulator.extensions["emulator"].background.settle()
            self.emulator.extensions["emulator"].close()
        if self.held:
            self.held.close()
        self.store.engine.dispose()

    # --- the platforms --------------------------------------------------------------------------------------

    @cached_property
    def emulator(self) -> Flask:
        """The emulator, answering the product on its port from now on."""
        path = self.folder / "town.json"
        chosen = self.settings
        account = {
            name: getattr(chosen, f"wechat_{name}")
            for name in ("appid", "secret", "token", "aes_key", "account")
        }
        plain = {k: v.get_secret_value() if hasattr(v, "get_secret_value") else v for k, v in account.items()}
        base = f"http://{HOST}:{self.port}"
        everything.write_town(path, self.town, {**plain, "kind": chosen.wechat_kind}, base, self.ops_secret)
        town = read_town(json.loads(path.read_text(encoding="utf-8")))
        app = create_app(town, base=f"http://{HOST}:{self.played}")
        self._server: BaseWSGIServer = make_server(
            HOST, self.played, app, threaded=True, request_handler=Silent
        )
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return app

    def emu(self, path: str, **data: Any) -> Json:
        """POST to the emulator's control API, waiting for the deliveries."""
        answer = self.emulator.test_client().post(f"/emu/{path}", json={"wait": True, **data})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return dict(answer.get_json())

    def fault(self, where: str, what: str, **more: Any) -> None:
        """Script a fault of the platform."""
        self.emu("faults", where=where, what=what, **more)

    def resident(self, name: str) -> str:
        """A new person with a phone; the openid. Following is not needed to be heard."""
        openid = str(self.emu("residents", name=name)["openid"])
        self.emulator.extensions["emulator"].store.put(
            "resident", openid, {"name": name, "followed": True, "since": 0, "scene": ""}
        )
        return openid

    def says(self, openid: str, words: str) -> list[Json]:
        """A resident types; the deliveries."""
        return list(self.emu(f"residents/{openid}/text", text=words)["deliveries"])

    def chat(self, chat: str) -> list[Any]:
        """What a chat shows: "resident/<openid>", "group/<chat>"."""
        return list(self.emulator.extensions["emulator"].chats.of(chat))

    def move_clock(self, seconds: int) -> None:
        """Move the community's clock forward."""
        self.moved += seconds
        with self.store.work(self.clock.now()) as work:
            MoveClock(self.moved).run(work)
        self.emulator.extensions["emulator"].clock.offset = self.moved

    # --- what is in the database ----------------------------------------------------------------------------

    def rows(self, table: Any, *where: Any) -> list[Any]:
        """Rows of a table."""
        with self.store.look(self.clock.now()) as work:
            return list(work.conn.execute(select(table).where(*where)))

    def count(self, table: Any, *where: Any) -> int:
        """How many rows."""
        with self.store.look(self.clock.now()) as work:
            return int(work.conn.execute(select(func.count()).select_from(table).where(*where)).scalar_one())

    def get(self, path: str) -> requests.Response:
        """A page of the web process."""
        return requests.get(f"http://{HOST}:{self.port}{path}", timeout=5)

    def log(self, name: str) -> str:
        """What a process has logged."""
        return (self.folder / "logs" / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def seconds_since(started: float) -> float:
    """Real seconds, rounded for a report."""
    return round(real_seconds() - started, 1)
