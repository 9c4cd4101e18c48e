"""Ends process groups: for the supervisor, and for the guard that outlives it.

The supervisor starts `python -m bot.guard` and writes "+group" or "-group" to its standard input for every
process group that starts or is gone. When the supervisor dies, even by SIGKILL, that input ends and the
guard ends what is left. Nothing need be done by the programs themselves, so it holds for Valkey too.
Standard library only: the guard is small and starts at once.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable

from bot.clock import real_seconds

GRACE = 10.0
LOOK_AGAIN = 0.02


def _signal(group: int, number: int) -> bool:
    """Whether the group still has a process that can be signalled."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        # macOS says this of a group in which only zombies are left.
        return False
    return True


def end_groups(
    groups: Iterable[int], grace: float = GRACE, patient: Callable[[], bool] = lambda: True
) -> None:
    """TERM to every group, up to `grace` seconds of waiting, then KILL to those that are left.

    `patient` is called while waiting, until it gives False; the leaders' parent collects their exits there.
    """
    left = [group for group in groups if _signal(group, signal.SIGTERM)]
    deadline = real_seconds() + grace
    while left and real_seconds() < deadline and patient():
        time.sleep(LOOK_AGAIN)
        left = [group for group in left if _signal(group, 0)]
    for group in left:
        _signal(group, signal.SIGKILL)


def _watch(lines: Iterable[str]) -> set[int]:
    """Read until the supervisor is gone; gives the groups it has left behind."""
    groups: set[int] = set()
    for line in lines:
        change = groups.add if line.startswith("+") else groups.discard
        change(int(line[1:]))
    return groups


def main() -> None:
    """Wait for the end of standard input, then end what is left."""
    # The guard must be the last to go, so it leaves only when its input ends.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end_groups(_watch(sys.stdin))


if __name__ == "__main__":
    main()
