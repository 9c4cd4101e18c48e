"""The composition root and the command line; the only file that imports everything.

`python app.py --help` lists the commands; operators and the supervisor use the same ones.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cached_property, partial
from pathlib import Path

import requests
from flask import Flask, redirect
from prometheus_client import REGISTRY

import bot.channels
import dialogs
import operate.commands
from bot import keys, logs, redis_server, settings, spool, voice, web_server
from bot.channels import wechat_oa
from bot.clock import Clock, SystemClock, real_seconds
from bot.engine import Engine
from bot.language.reports import CATEGORIES
from bot.language.retrieval import Embedder, model
from bot.ports import Tools
from bot.private import NotPrivate
from bot.rates import MemoryRate, RedisRate
from bot.registry import find_channels, find_dialogs
from bot.settings import Settings
from bot.supervisor import NotStarted, Supervisor, hold_port, port_of, refuse_second
from bot.tokens import MemoryTokens, RedisTokens
from handlers import (
    checkup,
    console,
    hooks,
    official_account,
    ops,
    page,
    resident_pages,
    terminal,
    verification,
)
from handlers.knowledge import ItemIndex
from handlers.players import Players
from handlers.resident import Residents
from handlers.staff import Staffroom
from handlers.switchboard import Switchboard
from handlers.turns import Turns
from models import migrate
from models.limits import load_limits
from models.sample import Town
from models.sample_meals import plant_whole
from models.store import Store, open_store
from operate import users
from operate.command import REFUSED, Command, field_keys, flag, option, takes
from workers import everything, hands, jobs, outbox, photos
from workers.relay import Relay

ROOT = Path(__file__).parent
log = logging.getLogger("linli.app")


class Linli:
    """One process's parts, each made when first needed."""

    def __init__(self, chosen: Settings, *, pool: int = 4, redis: bool = False, alone: bool = False) -> None:
        self.settings = chosen
        self._pool = pool
        self._uses_redis = redis
        self._counts_alone = alone

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
        limits = load_limits(public_url=self.public_url)
        url, pool = self.settings.database_url, self._pool
        return open_store(url, field_keys(self.keys), limits, pool=pool, seconds=real_seconds)

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
        rate = MemoryRate() if self._counts_alone else RedisRate(client)
        return Tools(self.clock, RedisTokens(client), rate, requests.Session, self.picture)

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

    def embedder(self) -> Embedder | None:
        """The language model, loaded when first needed; None where it is switched off or cannot run."""
        return model(wanted=self.settings.language_model == "auto")

    @cached_property
    def residents(self) -> Residents:
        """Plays residents' turns."""
        engine, knowledge = Engine(find_dialogs(dialogs)), ItemIndex(self.store, self.clock, self.embedder)
        flags, forget = self.switchboard.flags, self.forget_files
        parts, listens = (self.store, self.clock, engine, CATEGORIES), self.settings.voice != "off"
        return Residents(*parts, flags, forget, knowledge=knowledge, listens=listens)

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
    chosen = settings.invented(settings.load())
    linli = Linli(chosen, pool=chosen.web_threads + 2)
    start_logging(linli)
    web = Flask("linli")
    web.before_request(logs.mark_request)
    newest, *older = linli.keys.sessions
    web.config.update(SECRET_KEY=newest, SECRET_KEY_FALLBACKS=older, MAX_CONTENT_LENGTH=1024 * 1024)
    web.register_blueprint(hooks.make_blueprint(make_door(linli)))
    parts = (linli.store, linli.clock, linli.public_url, linli.photo_dir, CATEGORIES)
    desk = console.Desk(
        *parts, partial(official_account.scene_url, linli.switchboard), forget_files=linli.forget_files
    )
    web.register_blueprint(console.make_blueprint(desk))
    for one in resident_pages.make_blueprints(linli.store, linli.clock, linli.photo_dir):
        web.register_blueprint(one)
    web.register_blueprint(page.make_blueprint(page.Site(*parts)))
    web.register_blueprint(verification.make_blueprint(chosen.data_dir))
    behind = partial(migrate.behind, chosen.database_url)
    machine = ops.Ops(linli.store, linli.clock, behind, linli.keys.ops, clock_moves=chosen.emulated)
    web.register_blueprint(ops.make_blueprint(machine))
    web.add_url_rule("/", "root", lambda: redirect("/console/"))
    return web


def make_door(linli: Linli) -> hooks.Door:
    """The callbacks' parts."""
    executor = ThreadPoolExecutor(linli.settings.web_threads, thread_name_prefix="turn")
    counts = hooks.Counts.on(REGISTRY)
    folder = linli.settings.data_dir / spool.FOLDER
    turns = Turns(linli.store, linli.clock, executor, folder, lambda how: counts.turns.labels(how).inc())
    return hooks.Door(linli.switchboard.find, turns, linli.players, linli.clock, counts)


def equipped(linli: Linli) -> Linli:
    """Give this worker process its log and its hands."""
    start_logging(linli)
    heed_redis(linli)
    hands.equip(
        hands.Hands(
            store=linli.store,
            clock=linli.clock,
            channels=linli.switchboard.get,
            redis=redis_server.connect(linli.redis_url),
            data_dir=linli.settings.data_dir,
            drain=linli.players.drain,
            give_up=linli.players.give_up,
            timers={"talk": linli.residents.overdue},
            names=CATEGORIES,
            embedder=linli.embedder,
            recogniser=voice.chosen(linli.settings, linli.store.limits["voice_seconds"]),
        )
    )
    return linli


# --- commands ----------------------------------------------------------------------------------------------


def command_web(chosen: Settings, args: argparse.Namespace) -> int:
    """Be the web server (gunicorn)."""
    given = args.fd is not None
    held = socket.socket(fileno=args.fd) if given else hold_port(chosen.host, chosen.port)
    held.set_inheritable(True)
    os.environ["LINLI_PORT"] = str(port_of(held))
    web_server.count_together(chosen)
    web_server.settle_environment()
    os.execv(sys.executable, web_server.command(chosen, held, "app:create_web()"))  # noqa: S606 - no shell


def command_worker(chosen: Settings, args: argparse.Namespace) -> int:
    """Be the RQ worker of one queue."""
    linli = equipped(Linli(chosen, pool=outbox.TELLERS + 2, redis=True))
    jobs.work(args.queue, redis_server.connect_worker(linli.redis_url))
    return 0


def command_relay(chosen: Settings, args: argparse.Namespace) -> int:
    """Be a relay and clock: hand out what is due."""
    # A relay sends nothing but an alarm, and that also while Redis is away.
    equipped(Linli(chosen, redis=True, alone=True))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Relay(hands.here()).run(stop.wait)
    return 0


def start_logging(linli: Linli) -> None:
    """Log as the settings say, and let no line show a secret of this installation."""
    logs.start(linli.settings.log_format, [*linli.settings.secrets(), *linli.keys.secrets()])


def heed_redis(linli: Linli) -> None:
    """Refuse a Redis that throws jobs away; warn of one that forgets at a restart. Raises RedisRefused."""
    for warning in redis_server.check_redis(linli.redis_url):
        log.warning("redis: %s", warning)


def command_menu(chosen: Settings, args: argparse.Namespace) -> int:
    """Publish the official account's menu."""
    return official_account.publish_menu(Linli(chosen).switchboard)


def command_check(chosen: Settings, args: argparse.Namespace) -> int:
    """Check configuration and connections, in plain words."""
    linli = Linli(chosen)
    findings = [
        *checkup.database(partial(migrate.behind, chosen.database_url)),
        *checkup.redis(linli.redis_url),
        *checkup.channels(linli.switchboard, chosen.emulated),
    ]
    print("\n".join(checkup.report(findings, wechat_oa.limits(chosen.wechat_kind))))
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
    with ExitStack() as held:
        web = held.enter_context(hold_port(chosen.host, chosen.port))
        played = hold_port(chosen.host, None, port_of(web) + 1) if chosen.emulated else None
        if played:
            held.enter_context(played)
        return run_on(web, played, chosen, args)


def run_on(
    web: socket.socket, emulator: socket.socket | None, chosen: Settings, args: argparse.Namespace
) -> int:
    """Start everything: the web on one held port, the emulator, where there is one, on the other."""
    port, played = port_of(web), port_of(emulator) if emulator else 0
    env = everything.shared(chosen, port, played)
    os.environ.update(env)
    chosen = settings.invented(settings.load())
    found = everything.programs(ROOT / "app.py", chosen, env, web, emulator)
    linli = Linli(chosen)
    migrate.upgrade(chosen.database_url)
    if chosen.redis_url is not None:
        heed_redis(linli)
    password = users.first_password(linli.store, renew=args.new_password)
    town = plant_sample(linli) if chosen.sample else None
    if chosen.emulated:
        base = f"http://{chosen.host}:{port}"
        everything.write_town(chosen.data_dir / "town.json", town, linli.account or {}, base, linli.keys.ops)
    supervisor = Supervisor(found, chosen.data_dir, verbose=args.verbose)
    return supervisor.run(partial(welcome, chosen, port, played, password))


def plant_sample(linli: Linli) -> Town:
    """The sample neighbourhood, planted or found."""
    with linli.store.work(linli.clock.now()) as work:
        return plant_whole(work)


def welcome(chosen: Settings, port: int, played: int, password: str | None) -> None:
    """The two addresses to open; a password only when it is new."""
    base = f"http://{chosen.host}:{port}"
    if chosen.emulated and chosen.wechat_kind != "unverified":
        command_menu(chosen, argparse.Namespace())
    if chosen.emulated:
        print(f"\n  手机和工作群   http://{chosen.host}:{played}/phones")
    known = "密码同上次（忘了请加 --new-password 重新启动）"
    print(f"  工作台         {base}/console/   用户名 admin   {f'密码 {password}' if password else known}")
    print("\n  按 Ctrl-C 停止。\n", flush=True)


REFUSALS = (settings.SettingsRefused, NotStarted, NotPrivate, redis_server.RedisRefused, *REFUSED)
COMMANDS: Mapping[str, Command] = {
    "run": Command(
        command_run,
        "start everything and print the addresses to open",
        takes(
            flag("--verbose", "show what the programs log"),
            flag("--new-password", "give admin a fresh password and print it"),
        ),
    ),
    "web": Command(
        command_web,
        "be the web server",
        takes(option("--fd", type=int, help="listen on this inherited socket, not on LINLI_PORT")),
    ),
    "worker": Command(
        command_worker, "be the worker of one queue", takes(option("queue", choices=jobs.ALL_QUEUES))
    ),
    "relay": Command(command_relay, "be a relay and clock"),
    "menu": Command(command_menu, "publish the official account's menu"),
    "say": Command(
        command_say,
        "talk to the bot in the terminal",
        takes(flag("--repro", "print a golden conversation at the end")),
    ),
    "check": Command(command_check, "check configuration and connections in plain words"),
    **operate.commands.COMMANDS,
}


def main(argv: Sequence[str]) -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser("app.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        command.arguments(commands.add_parser(name, help=command.words))
    args = parser.parse_args(argv)
    logs.start()
    try:
        chosen = settings.load()
        logs.start(chosen.log_format, chosen.secrets())
        if args.command != "run":
            chosen = settings.invented(chosen)
        return COMMANDS[args.command].run(chosen, args)
    except REFUSALS as refused:
        print(refused, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
