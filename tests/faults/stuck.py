"""Makes a process of the product stand still at a chosen point of a turn, so that a test can kill it there.

For web processes it is a gunicorn configuration (GUNICORN_CMD_ARGS="-c python:tests.faults.stuck"); for others
`python -m tests.faults.stuck worker talk` is app.py with it. The product has no switch for this.
LINLI_TEST_STUCK names a folder. The file "before", "written" or "committed" in it arms that point once; whoever
gets there writes its process id into the file "stuck".
"""

from __future__ import annotations

import os
import runpy
import sys
import threading
from pathlib import Path
from typing import Any

from handlers.resident import Residents
from handlers.turns import Turns
from models.actions.orders import OpenOrder
from models.store import Work
from tests.running.processes import ROOT

FOLDER = Path(os.environ["LINLI_TEST_STUCK"])


def stand_still(point: str) -> None:
    """If the point is armed, say who is here and never go on."""
    try:
        (FOLDER / point).unlink()
    except FileNotFoundError:
        return
    whole = FOLDER / "stuck.new"
    whole.write_text(str(os.getpid()))
    whole.rename(FOLDER / "stuck")
    threading.Event().wait()


_open, _answer, _play = OpenOrder.run, Residents.answer, Turns._keep_and_play


def _stuck_open(self: OpenOrder, work: Work) -> dict[str, Any]:
    stand_still("before")
    opened = _open(self, work)
    stand_still("written")
    return opened


def _stuck_answer(self: Residents, *args: Any) -> Any:
    reply = _answer(self, *args)
    if "登记好了" in reply.words or args[-1] is None:
        stand_still("committed")
    return reply


def _stuck_play(self: Turns, *args: Any) -> Any:
    reply = _play(self, *args)
    if reply is not None and "登记好了" in reply.words:
        stand_still("committed")
    return reply


OpenOrder.run = _stuck_open  # type: ignore[method-assign]  # the purpose of this file
Turns._keep_and_play = _stuck_play  # type: ignore[method-assign]  # the purpose of this file
Residents.answer = _stuck_answer  # type: ignore[method-assign]  # the purpose of this file

if __name__ == "__main__":
    sys.argv[0] = str(ROOT / "app.py")
    runpy.run_path(sys.argv[0], run_name="__main__")
