"""A worker process that dies in an import: python -m tests.workers.killed_import RUN BATCHES DATABASE FOLDER NOW.

It works on the run and dies in the middle of the transaction of the batch after so many.
"""

from __future__ import annotations

import itertools
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from redis import Redis

from bot.clock import FixedClock
from models.actions import import_runs
from models.store import Work
from tests.workers.killed import die
from tests.workers.stage import make_stage, make_store
from workers import imports
from workers.hands import equip


def main(run_id: str, batches: str, database: str, folder: str, now: str) -> None:
    """Work until death."""
    stage = make_stage(make_store(database), Redis(), Path(folder), FixedClock(datetime.fromisoformat(now)))
    equip(stage.hands)
    counted = itertools.count()
    real = import_runs.BRING["homes"]

    def bring(work: Work, lines: Any, brought: Any) -> None:
        real(work, lines, brought)
        if next(counted) == int(batches):
            die()

    cast(dict[str, Any], import_runs.BRING)["homes"] = bring
    imports.advance(int(run_id))


if __name__ == "__main__":
    main(*sys.argv[1:])
