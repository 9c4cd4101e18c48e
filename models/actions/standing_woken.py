"""A menu that is published makes standing orders due: nobody waits for the next hour at which they are looked at."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, update

from models import tables as t
from models.store import Work
from models.views.calendar import calendar
from models.views.standing import REOPENED, for_day

STANDING_TIMER = "standing_menu"


def wake_standing(
    work: Work, menu_id: int, canteen_id: int, day: date, meal: str, order_until: datetime
) -> None:
    """Days that were closed for want of this menu are open again; what is due already gets a timer each."""
    s, d = t.standing_order.c, t.standing_day.c
    theirs = (s.canteen_id == canteen_id, s.meal == meal)
    closed = update(t.standing_day).where(d.day == day, d.outcome == "closed")
    work.conn.execute(
        closed.where(d.standing_order_id.in_(select(s.id).where(*theirs))).values(outcome=REOPENED)
    )
    if order_until <= work.now + timedelta(hours=int(work.limits["standing_hours"])):
        due = select(s.id).where(*theirs, *for_day(day, calendar(work, day))).order_by(s.id)
        _set_again(work, menu_id, due)
        for standing_order_id in work.conn.execute(due).scalars().all():
            work.remind(STANDING_TIMER, standing_order_id, menu_id, timedelta(0))


def _set_again(work: Work, menu_id: int, standing: Select[Any]) -> None:
    """A timer is kept once it has rung, so of a menu that was withdrawn and is published again it is set anew."""
    m = t.timer.c
    rung = (m.kind == STANDING_TIMER, m.stamp == menu_id, m.done_at.is_not(None))
    this = update(t.timer).where(m.subject.in_(standing), *rung)
    work.conn.execute(this.values(done_at=None, due_at=work.now, next_at=work.now, attempts=0))
