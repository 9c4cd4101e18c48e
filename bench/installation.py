"""The product's real processes on one database, and the echo beside them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from bench import account, growth, homes
from bot import keys, redis_client, redis_server
from bot.clock import SystemClock, real_seconds
from bot.settings import Settings
from dialogs import NOTICE
from models import migrate
from models.actions.consent import Consent
from models.actions.outbox import note_heard
from models.actions.people import LockAccount
from models.limits import load_limits
from models.sample import plant
from models.store import FieldKeys, Store, open_store

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 30.0
HISTORY = 20_000  # other people of the town


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Return once somebody listens there. Raises TimeoutError."""
    deadline = real_seconds() + PATIENCE
    while real_seconds() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)
    raise TimeoutError(f"nothing listens on port {port}: see the logs of the bench")


@dataclass
class Installation:
    """One installation in `folder` with the sample neighbourhood. `platform`: the address of the fake platform."""

    folder: Path
    database_url: str
    platform: str = "http://127.0.0.1:9"
    port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        kept = keys.load_or_make(self.folder / "keys.json")
        fields = FieldKeys(tuple(key.encode() for key in kept.fernet), kept.blind_index.encode())
        migrate.upgrade(self.database_url)
        self.clock = SystemClock()
        self.store: Store = open_store(self.database_url, fields, load_limits(), wait_seconds=20.0)
        with self.store.work(self.clock.now()) as work:
            plant(work)

    def know(self, senders: Sequence[str]) -> list[int]:
        """Give these people accounts, as if each had agreed to the notice and had just written; the accounts' ids."""
        with self.store.work(self.clock.now()) as work:
            found = [LockAccount("wechat_oa", sender).run(work)["account_id"] for sender in senders]
            for account_id in found:
                Consent(account_id, NOTICE.version).run(work)
                note_heard(work, account_id, "text")
        return found

    def build(self, people: int) -> None:
        """Give so many people a home each, in a town that has its history: without one, and before the database has
        counted its rows, PostgreSQL reads whole tables that are nearly empty."""
        with self.store.work(self.clock.now()) as work:
            homes.build(work, people)
            growth.fill(work, HISTORY)
        with self.store.engine.begin() as connection:
            connection.execute(text("ANALYZE"))

    def env(self) -> dict[str, str]:
        """A real account whose platform is the fake one, all on the loopback address."""
        ours = {
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "PORT": str(self.port),
            "WECHAT_APPID": account.APPID,
            "WECHAT_SECRET": account.SECRET,
            "WECHAT_TOKEN": account.TOKEN,
            "WECHAT_AES_KEY": account.KEY,
            "WECHAT_ACCOUNT": account.ACCOUNT,
            "WECHAT_API_BASE": self.platform,
            "WECOM_API_BASE": self.platform,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
        return kept | {f"LINLI_{name}": value for name, value in ours.items()}

    def start(self, *argv: str) -> None:
        """Start `python argv` with the installation's settings; what it logs goes to its folder."""
        with (self.folder / "bench.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *argv],
                cwd=ROOT,
                env=self.env(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)

    def start_web(self) -> int:
        """The web processes as they always are; gives their port once it answers."""
        self.start("app.py", "web")
        wait_for_port(self.port)
        return self.port

    def start_other(self, application: str) -> int:
        """Another application with the same numbers of processes and threads; gives its port once it answers."""
        port, usual = free_port(), Settings.model_fields
        sizes = ("--workers", usual["web_processes"].default, "--threads", usual["web_threads"].default)
        bind = ("--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning")
        options = (*map(str, sizes), *bind, "--worker-class", "gthread")
        self.start("-m", "gunicorn", *options, application)
        wait_for_port(port)
        return port

    def resident_bytes(self) -> list[tuple[str, int]]:
        """What each process and its children hold in memory (RSS): (command, bytes)."""
        own = {process.pid for process in self.processes}
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError):
                status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
                if int(folder.name) in own or int(status["PPid"]) in own:
                    command = (folder / "cmdline").read_text().replace("\0", " ")
                    found.append((command, int(status["VmRSS"].split()[0]) * 1024))
        return found

    def start_hands(self) -> None:
        """The embedded Valkey, the relay and the worker that tells."""
        valkey = redis_server.start(redis_client.place(self.folder))
        if valkey is not None:
            self.processes.append(valkey)
        self.start("app.py", "worker", "tell")
        self.start("app.py", "relay")

    def close(self) -> None:
        """End the processes, the last started first."""
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.store.engine.dispose()
