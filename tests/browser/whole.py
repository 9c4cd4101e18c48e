"""The whole product as `app.py run` starts it, in folders of its own, on free ports."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.house import free_port

ROOT = Path(__file__).resolve().parents[2]
PRINTED = re.compile(
    r"(?P<phones>http://\S+/phones).*?(?P<console>http://\S+/console/).*?密码 (?P<password>\S+)", re.S
)
LAST_WORDS = "Ctrl-C"
PATIENCE = 30.0


@dataclass(frozen=True)
class Whole:
    """What a run printed for whoever started it."""

    phones: str
    console: str
    password: str


@contextmanager
def running() -> Iterator[Whole]:
    """Start everything, and stop it afterwards as Ctrl-C does. Raises AssertionError when it does not come up."""
    folder = Path(tempfile.mkdtemp(prefix="ll-"))  # short, for the paths of sockets have a limit
    env = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    # A port from the system, not the next one free: another run on this machine would look for the same.
    env |= {"LINLI_DATA_DIR": str(folder / "data"), "LINLI_PORT": str(free_port()), "TMPDIR": str(folder)}
    command = [sys.executable, "app.py", "run"]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _read(process)
        finally:
            _stop(process)
            shutil.rmtree(folder)


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def _read(process: subprocess.Popen[str]) -> Whole:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if LAST_WORDS in line:
            break
    found = PRINTED.search(said)
    assert found, f"it did not come up: {said}"
    return Whole(**found.groupdict())
