"""A town's register out of Excel files: how long it takes, and how much memory the worker needs for it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import databases, town_files
from bench.installation import ROOT
from bench.measuring import Row
from models import migrate


def rows(homes: int, people: int) -> Iterator[Row]:
    """Import everything on each database, and the people a second time, when nothing may change."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        files = town_files.write(Path(folder), homes, people)
        for kind in databases.kinds():
            with databases.fresh(kind) as (data_dir, url):
                migrate.upgrade(url)
                for sheet, path, lines in files:
                    yield _row(f"{lines} {sheet}, {kind}", _import(url, data_dir, sheet, path))
                yield _row(f"the same people again, {kind}", _import(url, data_dir, "people", files[-1][1]))


def _import(url: str, data_dir: Path, sheet: str, path: Path) -> dict[str, Any]:
    argv = [sys.executable, "-m", "bench.importing", url, str(data_dir), sheet, str(path)]
    done = subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def _row(what: str, told: dict[str, Any]) -> Row:
    counts = ", ".join(
        f"{told[name]} {name}" for name in ("new", "changed", "unchanged", "wrong") if told[name]
    )
    seconds = f"read and checked {told['checked']:.1f} s, imported {told['imported']:.1f} s"
    spent = f"{told['processor']:.1f} s of processor, peak {told['peak']:.0f} MB"
    return Row(what, f"{seconds}; {spent}", counts)
