"""Latency and memory of understanding, with the language model and without it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from bench.installation import ROOT
from bench.measuring import Row, percentile

WANTED = {"on": "wanted: p95 of a question below 60 ms, 350 MB", "off": "wanted: below 5 ms, 200 MB"}


def rows(most: int) -> Iterator[Row]:
    """So many questions and as many other lines, each read for the first time, by a process for each."""
    for how, wanted in WANTED.items():
        told = _measured(how, most)
        name = "with the model" if how == "on" else "without the model"
        yield Row(f"memory {name}", f"{told.pop('peak'):.0f} MB, the peak, all of app.py loaded", wanted)
        items = told.pop("items")
        for what, seconds in told.items():
            yield Row(
                f"{what}, {name}", _milliseconds(seconds), f"{len(seconds)} lines, {items} service items"
            )


def _measured(how: str, most: int) -> dict[str, Any]:
    argv = [sys.executable, "-m", "bench.questions", how, str(most)]
    done = subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def _milliseconds(seconds: list[float]) -> str:
    return ", ".join(f"p{share * 100:.0f} {percentile(seconds, share) * 1e3:.1f} ms" for share in (0.5, 0.95))
