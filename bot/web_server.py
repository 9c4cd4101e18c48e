"""How gunicorn is started: its options, and the folder in which all web processes count together."""

from __future__ import annotations

import os
import shutil
import sys

from bot.settings import Settings


def command(chosen: Settings, port: int, application: str) -> list[str]:
    """The command line. gthread survives killed workers; one that hangs for 20 s is replaced."""
    return [
        *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread"),
        *("--workers", str(chosen.web_processes), "--threads", str(chosen.web_threads)),
        *("--bind", f"{chosen.host}:{port}", "--timeout", "20", "--graceful-timeout", "5"),
        *("--max-requests", "20000", "--max-requests-jitter", "2000"),
        *("--no-control-socket", "--log-level", "warning", application),
    ]


def count_together(chosen: Settings) -> None:
    """Let /metrics of any web process tell what all have counted (prometheus_client's multiprocess mode)."""
    counters = chosen.data_dir / "counters"
    shutil.rmtree(counters, ignore_errors=True)
    counters.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counters)
