"""The page 排班: a unit's week, with its shifts and leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from bot.clock import SHANGHAI, WEEK, local
from handlers.console.desk import here
from handlers.console.duty import duty_text
from handlers.console.pages import day, found, looking, me, show, units_of, whole
from models import views
from models.rules.calendar import Day
from models.rules.days import day_named
from models.store import Work

DAYS = len(WEEK)
Errors = Mapping[str, str]


def roster() -> ResponseReturnValue:
    """A week of one unit."""
    with looking() as work:
        unit = unit_asked(work, request.args)
    return roster_page(unit, monday_of(day("week", request.args)))


def roster_page(
    unit: views.Unit | None,
    monday: date,
    values: Mapping[str, Any] | None = None,
    errors: Errors | None = None,
) -> str:
    """The page; `values` and `errors` of the form that was not taken, by field."""
    with looking() as work:
        units = units_of(work)
        facts = _facts(work, unit, monday) if unit else {}
    return show("roster.html", units=units, unit=unit, values=values or {}, errors=errors or {}, **facts)


def _facts(work: Work, unit: views.Unit, monday: date) -> Mapping[str, Any]:
    asker, now = me().asker, here().clock.now()
    since, until = week_of(monday)
    before = week_of(monday - timedelta(days=DAYS))
    shifts = [one for one in views.shifts(work, asker, unit.id, since, until) if one.starts_at >= since]
    leaves = views.leaves(work, asker, unit.id, min(since, now))
    workers = views.workers_of_units(work, (unit.id,))[unit.id]
    return {
        "monday": monday,
        "week": timedelta(days=DAYS),
        "this_week": monday_of(None),
        "days": list(_days(monday, shifts, leaves)),
        "any_shift": bool(shifts),
        "earlier": any(one.starts_at >= before[0] for one in views.shifts(work, asker, unit.id, *before)),
        "workers": workers,
        "on_duty": [_duty_of(one, leaves, now) for one in workers if one.on_duty],
        "kept": unit.id in views.duty_now(work, (unit.id,)).shifts,
        "leaves": [one for one in leaves if one.ends_at > now],
        "away": _away(leaves),
        "gaps": views.gaps(work, asker, unit, max(since, now), until) if until > now else (),
        "hours": duty_text(views.duty_hours(work, unit)),
    }


def _duty_of(worker: views.Worker, leaves: Sequence[views.LeaveOf], now: datetime) -> str:
    """Somebody on duty now, and while they are away who stands in."""
    theirs = (one for one in leaves if one.worker_id == worker.id and one.starts_at <= now < one.ends_at)
    leave = next(theirs, None)
    if leave is None:
        return worker.name
    return f"{worker.name}（请假，{f'{leave.substitute}代班' if leave.substitute else '没有人代班'}）"


def _days(
    monday: date, shifts: Sequence[views.Shift], leaves: Sequence[views.LeaveOf]
) -> Iterator[Mapping[str, Any]]:
    """Each day of the week with the shifts that begin on it, and who is away in them."""
    today = local(here().clock.now()).date()
    with looking() as work:
        known = views.calendar(work, monday)
    for number in range(DAYS):
        on = monday + timedelta(days=number)
        theirs = [one for one in shifts if local(one.starts_at).date() == on]
        shown = [{"shift": one, "times": _times(one), "leave": _leave_in(one, leaves)} for one in theirs]
        yield {
            "name": f"周{WEEK[number]}",
            "date": on,
            "today": on == today,
            "named": _named(known.day(on)),
            "number": number,
            "shifts": shown,
        }


def _named(one: Day) -> str:
    """Why a day is not what its weekday says: 国庆节放假, 国庆节调休上班."""
    return one.name + {"holiday": "放假", "make_up": "调休上班"}.get(one.kind, "") if one.name else ""


def _times(one: views.Shift) -> str:
    """From when to when, as short as can be: 8:00–17:00, 20:00–次日 8:00."""
    starts, ends = local(one.starts_at), local(one.ends_at)
    later = (ends.date() - starts.date()).days
    next_day = "" if not later else "次日 " if later == 1 else f"{day_named(ends)} "
    return f"{starts.hour}:{starts:%M}–{next_day}{ends.hour}:{ends:%M}"


def _leave_in(one: views.Shift, leaves: Sequence[views.LeaveOf]) -> views.LeaveOf | None:
    theirs = (leave for leave in leaves if leave.worker_id == one.worker_id)
    return next((at for at in theirs if at.starts_at < one.ends_at and at.ends_at > one.starts_at), None)


def _away(leaves: Sequence[views.LeaveOf]) -> Mapping[int, str]:
    """When each worker is away, as the page's own script reads it."""
    spans: dict[int, list[str]] = {}
    for one in leaves:
        span = "/".join(f"{local(at):%Y-%m-%dT%H:%M}" for at in (one.starts_at, one.ends_at))
        spans.setdefault(one.worker_id, []).append(span)
    return {worker_id: " ".join(theirs) for worker_id, theirs in spans.items()}


def monday_of(on: date | None) -> date:
    """The Monday of that day's week, of this week without a day."""
    if on is None:
        on = local(here().clock.now()).date()
    return on - timedelta(days=on.weekday())


def week_of(monday: date) -> tuple[datetime, datetime]:
    """When the week begins, and when it is over."""
    since = datetime.combine(monday, time.min, SHANGHAI)
    return since, since + timedelta(days=DAYS)


def unit_asked(work: Work, values: Mapping[str, str]) -> views.Unit | None:
    """The unit that is asked for, else the first one that has people; None when the asker looks after none."""
    units = units_of(work)
    wanted = whole("unit", values)
    if wanted is None:
        people = views.workers_of_units(work, [unit.id for unit in units])
        return next((unit for unit in units if people[unit.id]), next(iter(units), None))
    return found(next((unit for unit in units if unit.id == wanted), None))


def shown(unit_id: int, monday: date) -> Mapping[str, Any]:
    """The arguments of a unit's week."""
    return {"unit": unit_id, "week": monday.isoformat()}
