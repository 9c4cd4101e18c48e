"""Signs of life in SQL: one row for each kind of process, in real time."""

from __future__ import annotations

from sqlalchemy import update

from bot.clock import SystemClock, real_seconds
from models import tables as t
from models.store import Store

EVERY_SECONDS = 5.0


class Heart:
    """The sign of life of one process under the name of its kind: "relay", "worker:<queue>"."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._beaten_at = float("-inf")
        self._real = SystemClock()

    def beat(self, store: Store) -> None:
        """Write that we are alive, at most once in EVERY_SECONDS. Raises what the database raises."""
        if real_seconds() - self._beaten_at < EVERY_SECONDS:
            return
        now = self._real.now()
        with store.work(now) as work:
            beaten = update(t.beat).where(t.beat.c.name == self.name).values(at=now)
            if not work.conn.execute(beaten).rowcount:
                work.conn.execute(work.insert_once(t.beat).values(name=self.name, at=now))
        self._beaten_at = real_seconds()
