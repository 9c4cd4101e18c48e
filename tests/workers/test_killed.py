"""Workers killed (SIGKILL) in the midst of a job: nothing is lost, and what was told is not told twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import IO

import pytest

from models import tables as t
from tests.workers.stage import EMERGENCY, ORDER, Stage
from workers.relay import Relay


@pytest.fixture(scope="module")
def workers() -> Iterator[subprocess.Popen[str]]:
    """What makes worker processes."""
    command = [sys.executable, "-W", "error", "-m", "tests.workers.killed"]
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # only what has no threads may be forked
    with subprocess.Popen(
        command, env=alone, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process
        _pipe(process.stdin).close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def run(workers: subprocess.Popen[str], stage: Stage, where: str, database: str, valkey: str) -> int:
    """A worker process until it has nothing left to do or is dead; how it ended."""
    place = [where, database, valkey, str(stage.hands.data_dir), stage.clock.now().isoformat()]
    print(json.dumps(place), file=_pipe(workers.stdin), flush=True)
    return int(_pipe(workers.stdout).readline())


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
    workers: subprocess.Popen[str],
    stage: Stage,
    database_url: str,
    valkey: str,
    where: str,
    ordinary: tuple[str, int],
    emergency: tuple[str, int],
) -> None:
    second = stage.tell("new_order", EMERGENCY, group=stage.group())
    Relay(stage.hands).tick()
    assert run(workers, stage, where, database_url, valkey) == -signal.SIGKILL
    first = stage.tell("order_claimed", ORDER, account=stage.account(talk=5))
    Relay(stage.hands).tick()
    assert run(workers, stage, where, database_url, valkey) == -signal.SIGKILL
    stage.clock.forward(seconds=61)
    Relay(stage.hands).tick()
    assert run(workers, stage, "nowhere", database_url, valkey) == 0
    stage.clock.forward(seconds=61)
    Relay(stage.hands).tick()
    assert run(workers, stage, "nowhere", database_url, valkey) == 0
    found = {row.id: row.state for row in stage.rows(t.outbox)}
    counts = {one: told(stage).count(f"linli-{one}") for one in (first, second)}
    assert (found[first], counts[first]) == ordinary
    assert (found[second], counts[second]) == emergency
