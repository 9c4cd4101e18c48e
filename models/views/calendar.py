"""The calendar of this town: what the packages know, and the days that it has written down itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from models import tables as t
from models.rules.calendar import Calendar, OwnDay, unannounced
from models.store import Work


@dataclass(frozen=True, slots=True)
class OwnDayRow:
    """A day that the town has written down. `login`: who did so last."""

    day: date
    works: bool
    name: str
    changed_at: datetime
    login: str


def calendar(work: Work, since: date | None = None) -> Calendar:
    """The calendar for days from `since` on, a day ago when it is left out."""
    d = t.calendar_day.c
    first = since or today(work) - timedelta(days=1)
    rows = work.conn.execute(select(d.day, d.works, d.name).where(d.day >= first))
    return Calendar({row.day: OwnDay(row.works, row.name) for row in rows})


def today(work: Work) -> date:
    """The day by the clocks on the wall here."""
    return work.now.astimezone(ZoneInfo(work.limits["time_zone"])).date()


def own_days(work: Work, year: int) -> tuple[OwnDayRow, ...]:
    """The days of a year that the town has written down, in order."""
    d, u = t.calendar_day.c, t.console_user.c
    theirs = select(d.day, d.works, d.name, d.changed_at, u.login).outerjoin_from(
        t.calendar_day, t.console_user, u.id == d.changed_by
    )
    of_year = theirs.where(d.day >= date(year, 1, 1), d.day <= date(year, 12, 31)).order_by(d.day)
    rows = work.conn.execute(of_year)
    return tuple(OwnDayRow(row.day, row.works, row.name, row.changed_at, row.login or "") for row in rows)


def year_unannounced(work: Work) -> int | None:
    """The year whose days off nobody has told us yet, though it has begun or soon does."""
    on = today(work)
    ahead = timedelta(days=work.limits["alarm_calendar_days"])
    return unannounced(on, ahead, calendar(work, date(on.year, 1, 1)))
