"""Processes of which a test can see, on any system, whether they live: each holds a lock on a file."""

from __future__ import annotations

import fcntl
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot.clock import real_seconds

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0

# argv: the file, then any of: stubborn (ignores TERM), parent (has a child, which locks <file>.child),
# order <list> (adds its name to the list on TERM).
HOLDER = """
import fcntl, os, signal, sys
file, words = sys.argv[1], sys.argv[2:]
def leave(*_):
    with open(words[words.index("order") + 1], "a") as order:
        order.write(os.path.basename(file) + " ")
    sys.exit(0)
if "stubborn" in words:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "order" in words:
    signal.signal(signal.SIGTERM, leave)
if "parent" in words and not os.fork():
    file += ".child"
held = open(file, "a+")
fcntl.flock(held, fcntl.LOCK_EX)
held.truncate(0)
held.write(str(os.getpid()))
held.flush()
print("running", flush=True)
while True:
    signal.pause()
"""


def holder(file: Path, *words: str) -> list[str]:
    """The command line of a process that holds `file`."""
    return [sys.executable, "-c", HOLDER, str(file), *words]


def is_held(file: Path) -> bool:
    """Whether the process that holds `file` lives."""
    if not file.exists():
        return False
    with file.open("a") as mine:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def pid_of(file: Path) -> int:
    """The process that holds `file`, 0 when it has not said so yet."""
    return int(file.read_text() or 0) if is_held(file) else 0


def until(look: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait for `look` to give something true; fail with `what` when it does not within `patience` seconds."""
    deadline = real_seconds() + patience
    while not look():
        assert real_seconds() < deadline, f"in vain waited for: {what}"
        time.sleep(0.01)
