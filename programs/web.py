"""The web process: `app.py web` becomes gunicorn, which makes its application here."""

from __future__ import annotations

import os
import socket
import sys
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from flask import Flask, redirect
from prometheus_client import REGISTRY

from bot import logs, settings, spool, web_server
from bot.language.categories import CATEGORIES
from bot.settings import Settings
from bot.supervisor import hold_port, port_of
from handlers import console, hooks, official_account, ops, page, resident_pages, verification
from handlers.turns import Turns
from models import migrate
from operate.command import option, takes
from programs.talk import Talking

APPLICATION = "programs.web:create_web()"

arguments = takes(option("--fd", type=int, help="listen on this inherited socket, not on LINLI_PORT"))


def run(chosen: Settings, args: Namespace) -> int:
    """Be the web server (gunicorn)."""
    given = args.fd is not None
    held = socket.socket(fileno=args.fd) if given else hold_port(chosen.host, chosen.port)
    held.set_inheritable(True)
    os.environ["LINLI_PORT"] = str(port_of(held))
    web_server.count_together(chosen)
    web_server.settle_environment()
    os.execv(sys.executable, web_server.command(chosen, held, APPLICATION))  # noqa: S606 - no shell


def create_web() -> Flask:
    """The web process, as gunicorn starts it."""
    chosen = settings.invented(settings.load())
    linli = Talking(chosen, pool=chosen.web_threads + 2)
    linli.start_logging()
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


def make_door(linli: Talking) -> hooks.Door:
    """The callbacks' parts."""
    executor = ThreadPoolExecutor(linli.settings.web_threads, thread_name_prefix="turn")
    counts = hooks.Counts.on(REGISTRY)
    folder = linli.settings.data_dir / spool.FOLDER
    turns = Turns(linli.store, linli.clock, executor, folder, lambda how: counts.turns.labels(how).inc())
    return hooks.Door(linli.switchboard.find, turns, linli.players, linli.clock, counts)
