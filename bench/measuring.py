"""Numbers and the table they stand in."""

from __future__ import annotations

import resource
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.clock import real_seconds


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `ratio` says to what the value was compared in the same minutes."""

    what: str
    value: str
    ratio: str = ""


def microseconds(call: Callable[[], object], loops: int, rounds: int = 5) -> float:
    """What one call costs: the median of `rounds`, each of `loops` calls."""
    call()
    return statistics.median(_seconds(call, loops) for _ in range(rounds)) / loops * 1e6


def _seconds(call: Callable[[], object], loops: int) -> float:
    began = real_seconds()
    for _ in range(loops):
        call()
    return real_seconds() - began


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share (0.5, 0.95) of the values lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def milliseconds(values: Sequence[float], *shares: float) -> str:
    """Percentiles of seconds, as milliseconds in words: "p50 12 ms, p99 40 ms"."""
    return ", ".join(f"p{share * 100:.0f} {percentile(values, share) * 1e3:.0f} ms" for share in shares)


def markdown(title: str, rows: Sequence[Row]) -> str:
    """A table with a title over its first column."""
    lines = [f"| {title} | | |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {row.what} | {row.value} | {row.ratio} |" for row in rows)])


def peak_megabytes() -> float:
    """The most memory (MB) this process has had. Linux counts in ru_maxrss what its parent had at the start, too."""
    told = Path("/proc/self/status")
    if told.exists():
        line = next(one for one in told.read_text().splitlines() if one.startswith("VmHWM:"))
        return int(line.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
