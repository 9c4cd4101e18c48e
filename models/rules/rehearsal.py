"""A rehearsal: what would go to a firm or a building goes to one group instead. When one ran, and what it covers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

SETTING = "rehearsal"
KEPT = 20  # ended rehearsals that are remembered: what was queued in one is never sent after it


def begun(value: Mapping[str, Any], work_group_id: int, now: datetime) -> dict[str, Any]:
    """The setting once a rehearsal runs in this group; one that runs already only changes its group."""
    since = value.get("since") if value.get("work_group_id") else None
    return {
        "work_group_id": work_group_id,
        "since": since or now.isoformat(),
        "ended": list(value.get("ended", ())),
    }


def ended(value: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The setting once no rehearsal runs."""
    times = [*value.get("ended", ()), [value["since"], now.isoformat()]]
    return {"work_group_id": None, "since": None, "ended": times[-KEPT:]}


def was_rehearsed(value: Mapping[str, Any], made_at: datetime) -> bool:
    """Whether a rehearsal that has ended was running when this was made: it is nobody's business any more."""
    times = (
        (datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in value["ended"]
    )
    return any(since <= made_at < until for since, until in times)
