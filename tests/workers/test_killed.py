"""Workers killed (SIGKILL) in the midst of a job: nothing is lost, and what was told is not told twice."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from models import tables as t
from tests.workers.stage import EMERGENCY, ORDER, Stage
from workers.relay import Relay


def run(stage: Stage, where: str, database: str, valkey: str) -> int:
    """A worker process until it has nothing left to do or is dead."""
    place = [database, valkey, str(stage.hands.data_dir), stage.clock.now().isoformat()]
    command = [sys.executable, "-W", "error", "-m", "tests.workers.killed", where, *place]
    return subprocess.run(command, timeout=60, check=False).returncode


def told(stage: Stage) -> list[str]:
    path = stage.hands.data_dir / "told"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@pytest.mark.parametrize(
    ("where", "ordinary", "emergency"),
    [
        ("claim", ("accepted", 1), ("accepted", 1)),  # before the claim is committed: simply done again
        ("send", ("unknown", 0), ("accepted", 1)),  # claimed, nobody knows whether it left
        ("mark", ("unknown", 1), ("accepted", 2)),  # it has arrived: an emergency rather twice
    ],
)
def test_a_killed_worker(
    stage: Stage,
    database_url: str,
    valkey: str,
    where: str,
    ordinary: tuple[str, int],
    emergency: tuple[str, int],
) -> None:
    second = stage.tell("new_order", EMERGENCY, group=stage.group())
    Relay(stage.hands).tick()
    assert run(stage, where, database_url, valkey) == -signal.SIGKILL
    first = stage.tell("order_claimed", ORDER, account=stage.account(talk=5))
    Relay(stage.hands).tick()
    assert run(stage, where, database_url, valkey) == -signal.SIGKILL
    stage.clock.forward(seconds=61)
    Relay(stage.hands).tick()
    assert run(stage, "nowhere", database_url, valkey) == 0
    stage.clock.forward(seconds=61)
    Relay(stage.hands).tick()
    assert run(stage, "nowhere", database_url, valkey) == 0
    found = {row.id: row.state for row in stage.rows(t.outbox)}
    counts = {one: told(stage).count(f"linli-{one}") for one in (first, second)}
    assert (found[first], counts[first]) == ordinary
    assert (found[second], counts[second]) == emergency
