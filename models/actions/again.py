"""Another try for what went wrong on the way in or out: a person at the console pressed the button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from models import tables as t
from models.actions.desk import Audit
from models.rules.orders import Refusal, Why
from models.store import Work


@dataclass(frozen=True, slots=True)
class HearAgain:
    """Let a dead or unreadable message be heard anew, with all its tries."""

    inbox_id: int
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Only what went wrong is taken up again; the relay finds it within a second."""
        i = t.inbox.c
        stuck = update(t.inbox).where(i.id == self.inbox_id, i.state.in_(("dead", "poison")))
        done = work.conn.execute(stuck.values(state="new", attempts=0, next_at=work.now))
        if not done.rowcount:
            return Refusal(Why.ALREADY)
        return Audit(self.user_id, "hear_again", str(self.inbox_id)).run(work)


@dataclass(frozen=True, slots=True)
class TellAgain:
    """Send a message that failed, or of which nobody knows whether it arrived, once more."""

    outbox_id: int
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Only what went wrong is queued again; it climbs its ladder from the first rung."""
        o = t.outbox.c
        stuck = update(t.outbox).where(o.id == self.outbox_id, o.state.in_(("failed", "unknown")))
        fresh = {"state": "queued", "rung": "", "reason": "", "detail": "", "attempts": 0}
        done = work.conn.execute(stuck.values(**fresh, next_at=work.now))
        if not done.rowcount:
            return Refusal(Why.ALREADY)
        return Audit(self.user_id, "tell_again", str(self.outbox_id)).run(work)
