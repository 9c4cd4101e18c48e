"""app.py with one more duty, which notes every time it is done: python -m tests.faults.noting relay.

LINLI_TEST_NOTES names the file. The product has no switch for this.
"""

from __future__ import annotations

import os
import runpy
import sys

from models.store import Work
from tests.running.processes import ROOT
from workers import duties

HOUR = 3


def note(work: Work) -> None:
    """One line a tick."""
    with open(os.environ["LINLI_TEST_NOTES"], "a", encoding="utf-8") as notes:
        notes.write(f"{noted.tick(work.now).isoformat()}\n")


noted = duties.Duty("noted", HOUR, note)

if __name__ == "__main__":
    duties.DUTIES = (*duties.DUTIES, noted)
    sys.argv[0] = str(ROOT / "app.py")
    runpy.run_path(sys.argv[0], run_name="__main__")
