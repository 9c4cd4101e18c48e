"""Everything at once, under one supervisor."""

from __future__ import annotations

import os
import socket
from argparse import Namespace
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bot import settings
from bot.settings import Settings
from bot.supervisor import Supervisor, hold_port, port_of, refuse_second
from models import migrate
from models.sample import Town
from models.sample_meals import plant_whole
from operate import users
from operate.command import flag, takes
from programs import everything, menu
from programs.parts import Linli

APP = Path(__file__).parents[1] / "app.py"

arguments = takes(
    flag("--verbose", "show what the programs log"),
    flag("--new-password", "give admin a fresh password and print it"),
)


def run(chosen: Settings, args: Namespace) -> int:
    """Start everything under one supervisor."""
    refuse_second(chosen.data_dir)
    with ExitStack() as held:
        web = held.enter_context(hold_port(chosen.host, chosen.port))
        played = hold_port(chosen.host, None, port_of(web) + 1) if chosen.emulated else None
        if played:
            held.enter_context(played)
        return _run_on(web, played, chosen, args)


def _run_on(web: socket.socket, emulator: socket.socket | None, chosen: Settings, args: Namespace) -> int:
    """Start everything: the web on one held port, the emulator, where there is one, on the other."""
    port, played = port_of(web), port_of(emulator) if emulator else 0
    env = everything.shared(chosen, port, played)
    os.environ.update(env)
    chosen = settings.invented(settings.load())
    found = everything.programs(APP, chosen, env, web, emulator)
    linli = Linli(chosen)
    migrate.upgrade(chosen.database_url)
    if chosen.redis_url is not None:
        linli.heed_redis()
    password = users.first_password(linli.store, renew=args.new_password)
    town = _plant_sample(linli) if chosen.sample else None
    if chosen.emulated:
        base = f"http://{chosen.host}:{port}"
        everything.write_town(chosen.data_dir / "town.json", town, linli.account or {}, base, linli.keys.ops)
    supervisor = Supervisor(found, chosen.data_dir, verbose=args.verbose)
    return supervisor.run(partial(_welcome, chosen, port, played, password))


def _plant_sample(linli: Linli) -> Town:
    """The sample neighbourhood, planted or found."""
    with linli.store.work(linli.clock.now()) as work:
        return plant_whole(work)


def _welcome(chosen: Settings, port: int, played: int, password: str | None) -> None:
    """The two addresses to open; a password only when it is new."""
    base = f"http://{chosen.host}:{port}"
    if chosen.emulated and chosen.wechat_kind != "unverified":
        menu.run(chosen, Namespace())
    if chosen.emulated:
        print(f"\n  手机和工作群   http://{chosen.host}:{played}/phones")
    known = "密码同上次（忘了请加 --new-password 重新启动）"
    print(f"  工作台         {base}/console/   用户名 admin   {f'密码 {password}' if password else known}")
    print("\n  按 Ctrl-C 停止。\n", flush=True)
