"""Signs of life in SQL: one row for each kind of process, in real time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from bot.clock import SystemClock
from models import tables as t
from models.store import Store

EVERY = timedelta(seconds=5)
_real = SystemClock()


class _Last:
    at: dict[str, float] = {}  # noqa: RUF012


def beat(store: Store, name: str) -> None:
    """Write that `name` is alive, at most once in EVERY."""
    now = _real.now()
    if now.timestamp() - _Last.at.get(name, 0.0) < EVERY.total_seconds():
        return
    _Last.at[name] = now.timestamp()
    with store.work(now) as work:
        beaten = update(t.beat).where(t.beat.c.name == name).values(at=now)
        if not work.conn.execute(beaten).rowcount:
            work.conn.execute(work.insert_once(t.beat).values(name=name, at=now))
