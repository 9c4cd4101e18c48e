"""The composition root and the command line; the only file that imports everything.

`python app.py --help` lists the commands; operators and the supervisor use the same ones.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import requests
from flask import Flask, redirect
from prometheus_client import REGISTRY

import bot.channels
import dialogs
from bot import keys, redis_server, settings, web_server
from bot.channels import wechat_oa
from bot.clock import Clock, SystemClock
from bot.engine import Engine
from bot.language.reports import CATEGORIES
from bot.ports import Tools
from bot.private import NotPrivate
from bot.rates import MemoryRate, RedisRate
from bot.refusals import NotTold
from bot.registry import find_channels, find_dialogs
from bot.settings import Settings
from bot.supervisor import NotStarted, Supervisor, free_port, refuse_second
from bot.tokens import MemoryTokens, RedisTokens
from handlers import album, checkup, console, hooks, ops, terminal
from handlers.players import Players
from handlers.resident import Residents
from handlers.staff import Staffroom
from handlers.switchboard import Switchboard
from handlers.turns import Turns
from models import migrate
from models.limits import load_limits
from models.sample import Town, plant
from models.store import FieldKeys, Store, open_store
from workers import everything, hands, jobs, photos
from workers.relay import Relay

ROOT = Path(__file__).parent
MENU: dict[str, Any] = json.loads((ROOT / "bot" / "data" / "menu.json").read_text(encoding="utf-8"))
TEMPLATE = "progress"
log = logging.getLogger("linli.app")


class Linli:
    """One process's parts, each made when first needed."""

    def __init__(self, chosen: Settings, *, pool: int = 4, redis: bool = False) -> None:
        self.settings = chosen
        self._pool = pool
        self._uses_redis = redis

    @cached_property
    def public_url(self) -> str:
        """Under which address people's phones reach us."""
        chosen = self.settings
        return chosen.public_url or f"http://{chosen.host}:{chosen.port or 8000}"

    @cached_property
    def keys(self) -> keys.Keys:
        """The keys of personal fields, cookies and operations."""
        return keys.load_or_make(self.settings.keys_file)

    @cached_property
    def store(self) -> Store:
        """The database."""
        fields = FieldKeys(tuple(key.encode() for key in self.keys.fernet), self.keys.blind_index.encode())
        return open_store(
            self.settings.database_url, fields, load_limits(public_url=self.public_url), pool=self._pool
        )

    @cached_property
    def clock(self) -> Clock:
        """The community's time; only a rehearsal with the emulator may move it."""
        return SystemClock(self.store.clock_offset) if self.settings.emulated else SystemClock()

    @cached_property
    def redis_url(self) -> str:
        """The Redis that was set, else the embedded Valkey's."""
        return self.settings.redis_url or redis_server.place(self.settings.data_dir).url

    @cached_property
    def tools(self) -> Tools:
        """What channels are given; web processes never speak to Redis."""
        if not self._uses_redis:
            return Tools(self.clock, MemoryTokens(), MemoryRate(), requests.Session, self.picture)
        client = redis_server.connect(self.redis_url)
        return Tools(self.clock, RedisTokens(client), RedisRate(client), requests.Session, self.picture)

    @cached_property
    def account(self) -> Mapping[str, str] | None:
        """The official account's settings as its channel takes them; None when there is none."""
        return self.settings.official_account(everything.TEMPLATES if self.settings.emulated else {})

    @cached_property
    def switchboard(self) -> Switchboard:
        """All channels by name."""
        wecom = {
            "api_base": self.settings.wecom_api,
            "media_hosts": ",".join(self.settings.wecom_media_hosts),
        }
        kinds = find_channels(bot.channels)
        return Switchboard(self.store, self.clock, kinds, self.tools, self.account, wecom)

    @cached_property
    def photo_dir(self) -> Path:
        """Where photos are kept."""
        return self.settings.data_dir / "photos"

    @cached_property
    def residents(self) -> Residents:
        """Plays residents' turns."""
        engine = Engine(find_dialogs(dialogs))
        flags, forget = self.switchboard.flags, self.forget_files
        return Residents(self.store, self.clock, engine, CATEGORIES, flags, forget)

    @cached_property
    def players(self) -> Players:
        """Plays residents' turns and what staff say."""
        return Players(self.residents, Staffroom(self.store, self.clock), self.switchboard)

    def picture(self, name: str) -> bytes:
        """The JPEG of a kept photo, empty when it is gone."""
        path = self.photo_dir / name
        return path.read_bytes() if path.is_file() else b""

    def forget_files(self, names: Sequence[str]) -> None:
        """Delete photos that belong to nobody any more."""
        photos.forget(self.store, self.clock.now(), self.photo_dir, names)


# --- processes ---------------------------------------------------------------------------------------------


def create_web() -> Flask:
    """The web process, as gunicorn starts it."""
    start_logging()
    chosen = settings.invented(settings.load())
    linli = Linli(chosen, pool=chosen.web_threads + 2)
    web = Flask("linli")
    newest, *older = linli.keys.sessions
    web.config.update(SECRET_KEY=newest, SECRET_KEY_FALLBACKS=older, MAX_CONTENT_LENGTH=1024 * 1024)
    web.register_blueprint(hooks.make_blueprint(make_door(linli)))
    desk = console.Desk(
        linli.store, linli.clock, linli.public_url, linli.photo_dir, CATEGORIES, partial(scene_url, linli)
    )
    web.register_blueprint(console.make_blueprint(desk))
    web.register_blueprint(album.make_blueprint(linli.store, linli.clock, linli.photo_dir))
    behind = partial(migrate.behind, chosen.database_url)
    web.register_blueprint(
        ops.make_blueprint(
            ops.Ops(linli.store, linli.clock, behind, linli.keys.ops, clock_moves=chosen.emulated)
        )
    )
    web.add_url_rule("/", "root", lambda: redirect("/console/"))
    return web


def make_door(linli: Linli) -> hooks.Door:
    """The callbacks' parts."""
    executor = ThreadPoolExecutor(linli.settings.web_threads, thread_name_prefix="turn")
    turns = Turns(linli.store, linli.clock, executor, linli.settings.data_dir / "spool")
    counts = hooks.Counts.on(REGISTRY)
    return hooks.Door(
        linli.switchboard.find, turns, linli.players.play, linli.players.give_up, linli.clock, counts
    )


def scene_url(linli: Linli, scene: str) -> str:
    """What a building's QR code holds; asks the platform. Raises one of the NotTold refusals."""
    channel = linli.switchboard.get("wechat_oa")
    assert isinstance(channel, wechat_oa.WeChatOA)
    return channel.create_qr(scene)[1]


def equip(linli: Linli) -> None:
    """Give this worker process its hands."""
    hands.equip(
        hands.Hands(
            store=linli.store,
            clock=linli.clock,
            channels=linli.switchboard.get,
            redis=redis_server.connect(linli.redis_url),
            data_dir=linli.settings.data_dir,
            drain=linli.players.drain,
            timers={"talk": linli.residents.overdue},
            names=CATEGORIES,
        )
    )


def start_logging() -> None:
    """One line an event, to standard error; requests' own lines would show addresses with tokens."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    for noisy in ("urllib3", "werkzeug", "alembic", "requests"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


# --- commands ----------------------------------------------------------------------------------------------


def command_web(chosen: Settings, args: argparse.Namespace) -> int:
    """Be the web server (gunicorn)."""
    port = free_port(chosen.host, chosen.port)
    os.environ["LINLI_PORT"] = str(port)
    web_server.count_together(chosen)
    os.execv(sys.executable, web_server.command(chosen, port, "app:create_web()"))  # noqa: S606 - no shell


def command_worker(chosen: Settings, args: argparse.Namespace) -> int:
    """Be the RQ worker of one queue."""
    linli = Linli(chosen, redis=True)
    heed_redis(linli)
    equip(linli)
    jobs.work(args.queue, redis_server.connect_worker(linli.redis_url))
    return 0


def command_relay(chosen: Settings, args: argparse.Namespace) -> int:
    """Be a relay and clock: hand out what is due."""
    linli = Linli(chosen, redis=True)
    heed_redis(linli)
    equip(linli)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Relay(hands.here()).run(stop.wait)
    return 0


def heed_redis(linli: Linli) -> None:
    """Refuse a Redis that throws jobs away; warn of one that forgets at a restart. Raises RedisRefused."""
    for warning in redis_server.check_redis(linli.redis_url):
        log.warning("redis: %s", warning)


def command_migrate(chosen: Settings, args: argparse.Namespace) -> int:
    """Bring the database's tables up to date."""
    migrate.upgrade(chosen.database_url)
    print("数据库已是最新。")
    return 0


def command_menu(chosen: Settings, args: argparse.Namespace) -> int:
    """Publish the official account's menu."""
    channel = Linli(chosen).switchboard.get("wechat_oa")
    assert isinstance(channel, wechat_oa.WeChatOA)
    try:
        channel.publish_menu(MENU)
    except NotTold as refusal:
        print(f"菜单没有发布：{refusal.reason} {refusal.detail}。请先运行 python app.py check。")
        return 1
    print("菜单已发布；手机上最多 5 分钟后看到。")
    return 0


def command_settings(chosen: Settings, args: argparse.Namespace) -> int:
    """Show each setting: meaning, default, where it came from."""
    for one in settings.describe(chosen):
        print(f"{one.name} = {one.value}  ({one.source})\n    {one.meaning}. Default: {one.default}")
    return 0


def command_check(chosen: Settings, args: argparse.Namespace) -> int:
    """Check configuration and connections, in plain words."""
    linli = Linli(chosen)
    findings = [
        *checkup.database(partial(migrate.behind, chosen.database_url)),
        *checkup.redis(linli.redis_url),
        *checkup.account(linli.switchboard.find("wechat_oa"), chosen.emulated),
    ]
    for ok, words in findings:
        print(f"{'✓' if ok else '✗'} {words}")
    print("\n这种公众号做不到的，和代替的办法：")
    for one in wechat_oa.limits(chosen.wechat_kind):
        print(f"· {one['cannot']}\n  → {one['instead']}")
    return 0 if all(ok for ok, _ in findings) else 1


def command_say(chosen: Settings, args: argparse.Namespace) -> int:
    """Talk to the bot in the terminal."""
    migrate.upgrade(chosen.database_url)
    linli = Linli(chosen)
    if chosen.sample:
        plant_sample(linli)
    terminal.talk(linli.residents, repro=args.repro)
    return 0


# --- run: everything at once -------------------------------------------------------------------------------


def command_run(chosen: Settings, args: argparse.Namespace) -> int:
    """Start everything under one supervisor."""
    refuse_second(chosen.data_dir)
    port = free_port(chosen.host, chosen.port)
    played = free_port(chosen.host, None, port + 1) if chosen.emulated else 0
    env = everything.shared(chosen, port, played)
    os.environ.update(env)
    chosen = settings.invented(settings.load())
    linli = Linli(chosen)
    migrate.upgrade(chosen.database_url)
    if chosen.redis_url is not None:
        heed_redis(linli)
    password = console.new_password()
    with linli.store.work(linli.clock.now()) as work:
        console.ensure_admin(work, password)
    town = plant_sample(linli) if chosen.sample else None
    if chosen.emulated:
        base = f"http://{chosen.host}:{port}"
        everything.write_town(chosen.data_dir / "town.json", town, linli.account or {}, base, linli.keys.ops)
    found = everything.programs(ROOT / "app.py", chosen, env, port, played)
    supervisor = Supervisor(found, chosen.data_dir, verbose=args.verbose)
    return supervisor.run(partial(welcome, chosen, port, played, password))


def plant_sample(linli: Linli) -> Town:
    """The sample neighbourhood, planted or found."""
    with linli.store.work(linli.clock.now()) as work:
        return plant(work)


def welcome(chosen: Settings, port: int, played: int, password: str) -> None:
    """The two addresses to open."""
    base = f"http://{chosen.host}:{port}"
    if chosen.emulated and chosen.wechat_kind != "unverified":
        command_menu(chosen, argparse.Namespace())
    if chosen.emulated:
        print(f"\n  手机和工作群   http://{chosen.host}:{played}/phones")
    print(f"  工作台         {base}/console/   用户名 admin   密码 {password}")
    print("\n  按 Ctrl-C 停止。\n", flush=True)


COMMANDS: Mapping[str, tuple[Callable[[Settings, argparse.Namespace], int], str]] = {
    "run": (command_run, "start everything and print the addresses to open"),
    "web": (command_web, "be the web server"),
    "worker": (command_worker, "be the worker of one queue"),
    "relay": (command_relay, "be a relay and clock"),
    "migrate": (command_migrate, "bring the database's tables up to date"),
    "menu": (command_menu, "publish the official account's menu"),
    "say": (command_say, "talk to the bot in the terminal"),
    "settings": (command_settings, "show every setting and where it came from"),
    "check": (command_check, "check configuration and connections in plain words"),
}


def main(argv: Sequence[str]) -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser("app.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, words) in COMMANDS.items():
        one = commands.add_parser(name, help=words)
        if name == "worker":
            one.add_argument("queue", choices=jobs.QUEUES)
        if name == "say":
            one.add_argument("--repro", action="store_true", help="print a golden conversation at the end")
        if name == "run":
            one.add_argument("--verbose", action="store_true", help="show what the programs log")
    args = parser.parse_args(argv)
    start_logging()
    try:
        chosen = settings.load()
        if args.command != "run":
            chosen = settings.invented(chosen)
        return COMMANDS[args.command][0](chosen, args)
    except (settings.SettingsRefused, NotStarted, NotPrivate, redis_server.RedisRefused) as refused:
        print(refused, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
