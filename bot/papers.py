"""Sheets to print, as PDF. They are drawn by a process of their own (bot/drawing.py), so that no other one grows: the
libraries and the font take more memory than a web process has, and are wanted a few times a day.

Tables under headings, and labels of 70 × 37 mm, 24 on a page. What they say is for the caller to know.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

PDF = "application/pdf"
DRAWER = "bot.drawing"
ROOT = Path(__file__).parents[1]
SECONDS = 60.0  # for one sheet; a thousand labels take a few

_log = logging.getLogger("linli.papers")
_one_at_a_time = threading.Lock()


class NotDrawn(Exception):
    """The sheet could not be drawn; the log says why, and nothing of what was to stand on it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `share`: of the width, against the others; `big`: larger, for numbers read from afar."""

    title: str
    share: float = 1.0
    right: bool = False
    big: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A table under a heading; without columns the heading alone.

    `apart`: it begins a page of its own, as what one person takes along does.
    """

    heading: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """What is stuck on one box. `marks` are printed white on black; `part`: 1/3 of what one person gets."""

    name: str
    place: str
    lines: Sequence[str]
    marks: str = ""
    corner: str = ""
    part: str = ""


def tables(title: str, notes: Sequence[str], sections: Iterable[Section], made_at: datetime) -> bytes:
    """A PDF of tables; each page says at its foot which one of how many it is. `made_at`: as people here read it.

    Raises NotDrawn.
    """
    return _drawn(
        {"title": title, "notes": list(notes), "sections": [asdict(one) for one in sections]}, made_at
    )


def labels(found: Sequence[Label], made_at: datetime) -> bytes:
    """A PDF of labels for sheets of 3 × 8, row by row. Without a label: one page that is empty. Raises NotDrawn."""
    return _drawn({"labels": [asdict(one) for one in found]}, made_at)


def _drawn(what: Mapping[str, Any], made_at: datetime) -> bytes:
    wanted = json.dumps({**what, "made_at": made_at.isoformat()}).encode()
    command = [sys.executable, "-m", DRAWER]
    with _one_at_a_time:
        try:
            done = subprocess.run(  # noqa: S603
                command, input=wanted, capture_output=True, timeout=SECONDS, check=True, cwd=ROOT
            )
        except (OSError, subprocess.SubprocessError) as error:
            _log.warning("a sheet was not drawn: %s %s", type(error).__name__, _reason(error))
            raise NotDrawn from None
    return done.stdout


def _reason(error: Exception) -> str:
    """The name of what went wrong there: its words may repeat what stands on the sheet."""
    said = getattr(error, "stderr", None) or b""
    last = said.decode(errors="replace").strip().rpartition("\n")[2]
    return last.partition(":")[0]
