"""Starts the emulator: `python -m emulator --town town.json --data DIR --port 8001`."""

import argparse
import logging
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from flask import Flask, request
from werkzeug.serving import BaseWSGIServer, make_server

from emulator.clock import Clock
from emulator.control import control
from emulator.control_wecom import control_wecom
from emulator.courier import Post, Wait
from emulator.pages import pages
from emulator.store import Store
from emulator.town import BadTown, Town, load_town
from emulator.transport import http_post
from emulator.wechat_api import wechat_api
from emulator.wecom_api import wecom_api
from emulator.wecom_app_api import wecom_app_api
from emulator.world import Background, World

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # compared with, not bound to
MAX_UPLOAD_BYTES = 24 * 1024 * 1024


def create_app(
    town: Town,
    *,
    data: Path | None = None,
    clock: Clock | None = None,
    post: Post = http_post,
    wait: Wait = time.sleep,
    base: str = "",
    hold: bool = False,
) -> Flask:
    """The emulator as a Flask app; `app.extensions["emulator"]` is its World (close it when done).

    data: folder to remember in, None for memory only. post: how to reach the bot.
    wait: how to wait (seconds) between repeats and in faults; tests hand in one that returns at once.
    base: the emulator's own address; by default the one it was last called by.
    hold: keep background deliveries until POST /emu/settle.
    """
    world = World(
        town, Store(data), clock or Clock(), post, wait, base or "http://127.0.0.1:8001", Background(hold)
    )
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    app.config["MAX_CONTENT_LENGTH"] = MAX_UPLOAD_BYTES
    app.extensions["emulator"] = world
    under_emu = control(world)
    control_wecom(world, under_emu)
    for routes in (wechat_api(world), wecom_api(world), wecom_app_api(world), under_emu, pages(world)):
        app.register_blueprint(routes)

    @app.before_request
    def learn_base() -> None:
        if not base:
            world.base = request.host_url.rstrip("/")

    return app


def main(argv: list[str]) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code."""
    options = _options(argv)
    try:
        town = load_town(options.town)
    except BadTown as error:
        sys.stderr.write(f"{error}\n")
        return 2
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    base = "" if options.host in EVERYWHERE else f"http://{options.host}:{options.port}"
    app = create_app(town, data=options.data, base=base)
    server = make_server(options.host, options.port, app, threaded=True, fd=options.fd)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, frame: _stop(server, frame))
    sys.stdout.write(f"phones: http://{options.host}:{options.port}/phones\n")
    sys.stdout.flush()
    # Nothing is closed: every write is on disk already, and deliveries may still be under way.
    server.serve_forever()
    return 0


def _stop(server: BaseWSGIServer, frame: FrameType | None) -> None:
    threading.Thread(target=server.shutdown, daemon=True).start()


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("--town", type=Path, required=True, help="the town file (JSON)")
    parser.add_argument("--data", type=Path, help="folder to remember in; without it, memory only")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--fd", type=int, help="an inherited socket that listens on --port already")
    return parser.parse_args(argv)
