"""Alarms that stand, for the console's desk, for metrics and for whoever asks at the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.store import Work


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm that has not been cleared. `facts` are those of its words."""

    name: str
    raised_at: datetime
    told_at: datetime | None
    facts: Mapping[str, Any]


def standing_alarms(work: Work) -> tuple[Alarm, ...]:
    """The alarms that stand, oldest first."""
    a = t.alarm.c
    query = select(a.name, a.raised_at, a.told_at, a.facts).where(a.cleared_at.is_(None))
    return tuple(Alarm(*row) for row in work.conn.execute(query.order_by(a.raised_at, a.name)))
