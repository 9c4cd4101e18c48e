"""An administrator puts a text into the town's own words, or takes the built-in one back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update

from models import tables as t
from models.actions.desk import Audit
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.users import asker_of


@dataclass(frozen=True, slots=True)
class SaveText:
    """From now on this text is said in these lines, by every process within seconds.

    `lines`: as bot/own_words.py shapes and checks them; whoever says them checks them again.
    """

    user_id: int
    name: str
    lines: tuple[Any, ...]

    def run(self, work: Work) -> dict[str, Any]:
        """The last one who saves is right. Refusal: unknown, for anybody but an administrator."""
        if not _may(work, self.user_id):
            return Refusal(Why.UNKNOWN)
        row = {"lines": list(self.lines), "changed_at": work.now, "changed_by": self.user_id}
        work.conn.execute(work.insert_once(t.own_text).values(name=self.name, **row))
        work.conn.execute(update(t.own_text).where(t.own_text.c.name == self.name).values(row))
        return Audit(self.user_id, "text_changed", self.name).run(work)


@dataclass(frozen=True, slots=True)
class ResetText:
    """From now on the built-in text is said again."""

    user_id: int
    name: str

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown, for anybody but an administrator; already, when it is said anyway."""
        if not _may(work, self.user_id):
            return Refusal(Why.UNKNOWN)
        gone = work.conn.execute(delete(t.own_text).where(t.own_text.c.name == self.name))
        if not gone.rowcount:
            return Refusal(Why.ALREADY)
        return Audit(self.user_id, "text_reset", self.name).run(work)


def _may(work: Work, user_id: int) -> bool:
    asker = asker_of(work, user_id)
    return asker is not None and asker.sees_all
