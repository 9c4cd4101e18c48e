"""The whole product as a newcomer starts it: everything comes up, is found again, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from bot.redis_client import place
from bot.redis_server import is_ours
from tests.running.processes import PATIENCE, ROOT, until

ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/(phones|console)")


class Started:
    """One `app.py run`, its lines, and the two addresses it printed."""

    def __init__(self, data_dir: Path, tmp: Path) -> None:
        self.data_dir = data_dir
        ours = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
        self.process = subprocess.Popen(
            [sys.executable, "app.py", "run"],
            cwd=ROOT,
            env={**ours, "LINLI_DATA_DIR": str(data_dir), "TMPDIR": str(tmp)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []

    def ready(self) -> Started:
        """Wait until it says how to stop it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if "Ctrl-C" in line:
                return self
        raise AssertionError("".join(self.lines))

    @property
    def addresses(self) -> list[str]:
        """The phones and the console."""
        return [found[1] for line in self.lines if (found := ADDRESS.search(line))]

    def leaves_nothing(self) -> bool:
        """Whether no process of it is left, and none of its ports."""
        if is_ours(place(self.data_dir)) or any(map(_answers, self.addresses)):
            return False
        mark = b"LINLI_DATA_DIR=" + os.fsencode(self.data_dir) + b"\0"
        return not any(mark in _environment(path) for path in Path("/proc").glob("[0-9]*/environ"))


def _environment(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _answers(address: str) -> bool:
    try:
        return bool(requests.get(address, timeout=2).status_code)
    except requests.ConnectionError:
        return False


@pytest.fixture
def start(short_tmp: Path, tmp_path: Path) -> Iterator[Callable[[], Started]]:
    """Starts a run, each time on the same data; what a failed test leaves is killed."""
    runs: list[Started] = []

    def another() -> Started:
        runs.append(Started(tmp_path / "数据 folder", short_tmp).ready())
        return runs[-1]

    yield another
    for run in runs:
        run.process.kill()
        run.process.communicate()
    until(lambda: all(run.leaves_nothing() for run in runs), "the end of every process")


def test_a_run_is_found_again_and_leaves_nothing_behind(start: Callable[[], Started]) -> None:
    first = start()
    phones, console = first.addresses
    assert requests.get(f"{phones}/phones", timeout=PATIENCE).status_code == 200
    assert requests.get(f"{console}/console/", timeout=PATIENCE).status_code == 200
    requests.post(f"{phones}/emu/residents", json={"name": "李奶奶"}, timeout=PATIENCE).raise_for_status()
    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(PATIENCE) == 0
    assert first.leaves_nothing()
    account = (first.data_dir / "invented.json").read_text()

    second = start()
    assert (first.data_dir / "invented.json").read_text() == account
    state = requests.get(f"{second.addresses[0]}/emu/state", timeout=PATIENCE).text
    assert "李奶奶" in state or json.dumps("李奶奶") in state
    second.process.kill()
    until(second.leaves_nothing, "the end of what a killed run left")
