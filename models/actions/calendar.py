"""An administrator writes down days off and working days of this town, above what packages know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, update

from models import tables as t
from models.actions.desk import Audit
from models.rules.calendar import OwnDay
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.users import asker_of

YEARS = range(2004, 2100)  # those that the packages cover


@dataclass(frozen=True, slots=True)
class SaveDays:
    """From now on these days are as they are given here: whether people work, and why. All of one year.

    `user_id`: the administrator; None for the operator at the server.
    """

    user_id: int | None
    days: Mapping[date, OwnDay]

    def run(self, work: Work) -> dict[str, Any]:
        """The last one who saves is right. Gives {"days": how many}.

        Refusal: unknown, for anybody but an administrator, for no day, and for a year out of range.
        """
        years = {on.year for on in self.days}
        if not _may(work, self.user_id) or len(years) != 1 or not years <= set(YEARS):
            return Refusal(Why.UNKNOWN)
        for on, day in sorted(self.days.items()):
            row = {"works": day.works, "name": day.name, "changed_at": work.now, "changed_by": self.user_id}
            work.conn.execute(work.insert_once(t.calendar_day).values(day=on, **row))
            work.conn.execute(update(t.calendar_day).where(t.calendar_day.c.day == on).values(row))
        first = min(self.days)
        what, subject = ("days_saved", str(first.year)) if len(self.days) > 1 else ("day_saved", str(first))
        return {**Audit(self.user_id, what, subject).run(work), "days": len(self.days)}


@dataclass(frozen=True, slots=True)
class ForgetDays:
    """From now on these days are as the packages say again."""

    user_id: int
    first: date
    last: date

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown, for anybody but an administrator; already, where nothing was written down."""
        if not _may(work, self.user_id):
            return Refusal(Why.UNKNOWN)
        d = t.calendar_day.c
        gone = work.conn.execute(
            delete(t.calendar_day).where(d.day >= self.first, d.day <= self.last)
        ).rowcount
        if not gone:
            return Refusal(Why.ALREADY)
        one = self.first == self.last
        what, subject = (
            ("day_forgotten", str(self.first)) if one else ("days_forgotten", str(self.first.year))
        )
        return {**Audit(self.user_id, what, subject).run(work), "days": gone}


def _may(work: Work, user_id: int | None) -> bool:
    if user_id is None:
        return True
    asker = asker_of(work, user_id)
    return asker is not None and asker.sees_all
