"""How gunicorn is started: its options, and the folder in which all web processes count together."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import sys
from typing import Any

from gunicorn import glogging

from bot.language.classifier import the_classifier
from bot.settings import Settings

ARGUMENTS = "GUNICORN_CMD_ARGS"  # of two of one name the later counts, and the command line above both
CONFIG = "--config python:bot.web_server"


def command(chosen: Settings, held: socket.socket, application: str) -> list[str]:
    """The command line; `held` is inherited and listens already.

    gthread survives killed workers; one that hangs for 20 s is replaced. The application is loaded once, and the
    processes are forked from it: they share what they do not change, and a new one is there at once.
    """
    return [
        *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread"),
        *("--workers", str(chosen.web_processes), "--threads", str(chosen.web_threads)),
        *("--bind", f"fd://{held.fileno()}", "--timeout", "20", "--graceful-timeout", "5"),
        *("--max-requests", "20000", "--max-requests-jitter", "2000"),
        *("--no-control-socket", "--log-level", "warning", "--preload"),
        *("--logger-class", "bot.web_server.GunicornLogger", application),
    ]


def pre_fork(_server: object, _worker: object) -> None:
    """What gunicorn calls before each fork: load what all use, and let no collection of rubbish touch what is shared.

    Nothing of it has threads or connections: those are made when first needed, by the process that needs them.
    """
    the_classifier()
    gc.collect()
    gc.freeze()


def count_together(chosen: Settings) -> None:
    """Let /metrics of any web process tell what all have counted (prometheus_client's multiprocess mode)."""
    counters = chosen.data_dir / "counters"
    shutil.rmtree(counters, ignore_errors=True)
    counters.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counters)


def settle_environment() -> None:
    """What gunicorn reads there: this file as its configuration, unless GUNICORN_CMD_ARGS names another one.

    A socket that systemd has opened is given to gunicorn by its number; by itself it would take it again.
    """
    os.environ[ARGUMENTS] = f"{CONFIG} {os.environ.get(ARGUMENTS, '')}".strip()
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        os.environ.pop(name, None)


class GunicornLogger(glogging.Logger):  # type: ignore[misc]  # the library is untyped
    """gunicorn's own lines, by the same way as everybody's."""

    def setup(self, cfg: Any) -> None:
        """Keep gunicorn's level, and hand everything on."""
        super().setup(cfg)
        for one in (self.error_log, self.access_log):
            one.handlers.clear()
            one.propagate = True
