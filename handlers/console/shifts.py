"""Shifts on the page 排班: the same one for several days, one off, a whole week once more."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot.clock import SHANGHAI, WEEK, local, span_text
from handlers.console.pages import back, day, found, me, whole, working, write_down
from handlers.console.roster import DAYS, Errors, monday_of, roster_page, shown, unit_asked, week_of
from models import views
from models.actions.roster import CopyWeek, DropShift, SetShift

WRONG = {
    "worker": "请选择是谁。",
    "days": "请至少勾一天。",
    "from": "请写几点开始，例如 08:00。",
    "to": "请写几点结束，例如 17:00；比开始早就是到第二天。",
}


def add_shifts() -> ResponseReturnValue:
    """The same shift on each day that was chosen."""
    form = request.form
    monday = monday_of(day("week", form))
    with working() as work:
        unit = unit_asked(work, form)
        worker = views.own_worker(work, me().asker, whole("worker", form) or 0)
        asked = _read(worker, unit, monday)
        done = [number for number, action in asked.items() if action.run(work)["ok"]]
        for _ in done:
            write_down(work, "shift_set", whole("worker", form))
    if worker is None or not asked:
        return roster_page(unit, monday, {**form, "days": form.getlist("days")}, _errors(worker, unit)), 422
    _say(worker.name, done, [number for number in asked if number not in done])
    return redirect(url_for("console.roster", **shown(worker.unit_id, monday)))


def _read(worker: views.Worker | None, unit: views.Unit | None, monday: date) -> dict[int, SetShift]:
    """The shifts by day, 0 for Monday; none when something was not filled in."""
    starts, ends = _time("from"), _time("to")
    if worker is None or starts is None or ends is None or _errors(worker, unit):
        return {}
    begins = {number: monday + timedelta(days=number) for number in _chosen()}
    return {
        number: SetShift(
            worker.id,
            datetime.combine(on, starts, SHANGHAI),
            datetime.combine(on + timedelta(days=ends <= starts), ends, SHANGHAI),
            me().id,
        )
        for number, on in begins.items()
    }


def _errors(worker: views.Worker | None, unit: views.Unit | None) -> Errors:
    form = request.form
    theirs = worker is not None and unit is not None and worker.unit_id == unit.id and worker.active
    wrong = {"worker": not theirs, "days": not _chosen(), "from": _time("from") is None}
    wrong["to"] = _time("to") is None or form.get("from") == form.get("to")
    return {name: WRONG[name] for name, is_wrong in wrong.items() if is_wrong}


def _chosen() -> list[int]:
    """The days that were ticked, 0 for Monday."""
    return [number for number in range(DAYS) if str(number) in request.form.getlist("days")]


def _time(name: str) -> time | None:
    try:
        return time.fromisoformat(request.form.get(name, "")).replace(tzinfo=None)
    except ValueError:
        return None


def _say(name: str, done: list[int], clash: list[int]) -> None:
    if done:
        flash(f"{name}排了 {len(done)} 个班：{_named(done)}。", "good")
    if clash:
        flash(f"{_named(clash)}没有排：{name}那天有别的班，时间重了。先去掉原来的，再排。", "bad")


def _named(days: list[int]) -> str:
    return "、".join(f"周{WEEK[number]}" for number in days)


def drop_shift(shift_id: int) -> ResponseReturnValue:
    """Take one shift off."""
    with working() as work:
        one = found(views.own_shift(work, me().asker, shift_id))
        outcome = DropShift(one.id, me().id).run(work)
        if outcome["ok"]:
            write_down(work, "shift_dropped", one.worker_id)
    done = f"去掉了{one.worker} {span_text(one.starts_at, one.ends_at)}的班。"
    week = shown(one.unit_id, monday_of(local(one.starts_at).date()))
    return back(outcome, done, "console.roster", **week)


def copy_week() -> ResponseReturnValue:
    """A week's shifts once more a week later, which is then shown."""
    monday = monday_of(day("week", request.form))
    with working() as work:
        unit = found(unit_asked(work, request.form))
        outcome = CopyWeek(unit.id, week_of(monday)[0], me().id).run(work)
        if outcome["ok"]:
            write_down(work, "week_copied", unit.id)
    if not outcome["ok"]:
        return back(outcome, "", "console.roster", step="copy", **shown(unit.id, monday))
    left = f"，有 {outcome['left']} 个已经排过，没有动" if outcome["left"] else ""
    later = shown(unit.id, monday + timedelta(days=DAYS))
    return back(
        outcome, f"复制了 {outcome['made']} 个班{left}。下面是复制以后的那一周。", "console.roster", **later
    )
