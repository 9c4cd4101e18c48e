"""Runs a supervisor as the product does, for tests to kill: data folder, grace, then programs as JSON."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

from bot.supervisor import NotStarted, Program, Supervisor
from tests.running.processes import is_held


def main(data: str, options: str, programs: str) -> int:
    """Run the programs; a file named `gate` is what a program is ready by."""
    made = [
        Program(name, argv, ready=partial(is_held, Path(gate)) if gate else None)
        for name, argv, gate in json.loads(programs)
    ]
    try:
        return Supervisor(made, Path(data), **json.loads(options)).run(lambda: print("all ready", flush=True))
    except NotStarted as refused:
        print(refused)
        return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
