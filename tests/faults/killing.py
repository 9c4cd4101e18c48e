"""Killing a process that tests/faults/stuck.py has brought to a stand."""

from __future__ import annotations

import os
import signal

from tests.faults.house import House
from tests.running.processes import until

POINTS = ("before", "written", "committed")  # those of tests/faults/stuck.py


def kill_at(house: House, point: str) -> int:
    """Wait for a process to stand at the point, and kill it there; its id."""
    stuck = house.folder / "stuck"
    until(stuck.exists, f"somebody at {point}")
    pid = int(stuck.read_text())
    stuck.unlink()
    os.kill(pid, signal.SIGKILL)
    return pid
