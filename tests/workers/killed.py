"""Worker processes that die where they are told: python -m tests.workers.killed, and a line of JSON for each.

The line holds where, database, Redis, folder and now; the answer is how the process ended, as subprocess has it.
Each is forked from one that has loaded everything, which takes longer than the work itself. A process notes every
message it tells in the file "told" of the folder.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import redis_client
from bot.clock import FixedClock
from tests.workers.stage import make_stage, make_store
from workers import jobs
from workers.hands import equip

SECONDS = 60  # that one may take


def die() -> None:
    """As if the machine lost power."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(where: str, database: str, redis_url: str, folder: str, now: str) -> None:
    """Work off the queue "tell" and die at `where`: "claim", "send", "mark", or "nowhere"."""
    with redis_client.connect(redis_url) as client, redis_client.connect_worker(redis_url) as worker_client:
        clock = FixedClock(datetime.fromisoformat(now))
        stage = make_stage(make_store(database), client, Path(folder), clock)
        equip(stage.hands)
        for channel in (stage.oa, stage.robot):
            channel.told = Notes(Path(folder) / "told", where)  # type: ignore[assignment]  # appends only
        if where == "claim":
            object.__setattr__(stage.hands, "channels", lambda _: die())
        if where == "send":
            for channel in (stage.oa, stage.robot):
                channel.script = Trap()  # type: ignore[assignment]  # springs when it is asked
        jobs.work("tell", worker_client, burst=True)
        stage.store.engine.dispose()


class Notes:
    """What was told, on disk at once."""

    def __init__(self, path: Path, where: str) -> None:
        self.path, self.where = path, where

    def append(self, told: Any) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{told.once}\n")
        if self.where == "mark":
            die()

    def __len__(self) -> int:
        return len(self.path.read_text(encoding="utf-8").splitlines())


class Trap:
    """A script that kills whoever looks into it."""

    def __bool__(self) -> bool:
        die()
        return False


def ended(arguments: list[str]) -> int:
    """How a process ended that did main() with these arguments: 0, or the signal that killed it, negative."""
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)
        os.dup2(2, 1)  # the answer alone goes out
        try:
            main(*arguments)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for line in sys.stdin:
        print(ended(json.loads(line)), flush=True)
