"""Moving the community's clock for a demonstration or a rehearsal (ARCHITECTURE 2.9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from models import tables as t
from models.store import Work


@dataclass(frozen=True, slots=True)
class MoveClock:
    """Let the community's time run `offset_seconds` ahead of real time; 0 puts it right again."""

    offset_seconds: int

    def run(self, work: Work) -> dict[str, Any]:
        """Keep the offset in its one row; every process sees it within a second."""
        work.conn.execute(work.insert_once(t.moved_clock).values(id=1, offset_seconds=0))
        work.conn.execute(update(t.moved_clock).values(offset_seconds=self.offset_seconds))
        return {"ok": True, "offset_seconds": self.offset_seconds}
