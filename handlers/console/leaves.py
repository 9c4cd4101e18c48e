"""Leaves on the page 排班: who is away, and who stands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.pages import back, day, found, me, moment_typed, whole, working, write_down
from handlers.console.roster import Errors, monday_of, roster_page, shown, unit_asked
from models import views
from models.actions.roster import EndLeave, SetLeave
from models.rules.orders import Why

WRONG = {
    "worker_id": "请选择谁请假。",
    "starts_at": "请写从什么时候。",
    "ends_at": "请写到什么时候，要比“从”晚。",
    "substitute_id": "请从名单里选一位同事，或者选“没有”。",
}
REFUSED = {
    "starts_at": "他在这段时间已经请过假了。请先在下面结束那一次，再重新登记。",
    "substitute_id": "这位同事在这段时间自己也请假，请另选一位，或者选“没有”。",
}


def add_leave() -> ResponseReturnValue:
    """Somebody is away, and somebody stands in."""
    form = request.form
    monday = monday_of(day("week", form))
    with working() as work:
        unit = unit_asked(work, form)
        worker = views.own_worker(work, me().asker, whole("worker_id", form) or 0)
        asked = _read(worker, unit)
        outcome: dict[str, Any] = asked.run(work) if isinstance(asked, SetLeave) else {"ok": False}
        if outcome["ok"]:
            write_down(work, "leave_set", whole("worker_id", form))
    if worker is None or not outcome["ok"]:
        errors = _refused(outcome) if isinstance(asked, SetLeave) else asked
        return roster_page(unit, monday, form, errors), 422
    _say(worker.name, outcome["replaces"])
    return redirect(url_for("console.roster", **shown(worker.unit_id, monday)))


def _read(worker: views.Worker | None, unit: views.Unit | None) -> SetLeave | Errors:
    """The leave, or what was not filled in."""
    form = request.form
    starts_at, ends_at = moment_typed("starts_at", form), moment_typed("ends_at", form)
    theirs = worker is not None and unit is not None and worker.unit_id == unit.id
    if worker is not None and theirs and starts_at is not None and ends_at is not None:
        return SetLeave(worker.id, starts_at, ends_at, whole("substitute_id", form), me().id)
    wrong = {"worker_id": not theirs, "starts_at": starts_at is None, "ends_at": ends_at is None}
    return {name: WRONG[name] for name, is_wrong in wrong.items() if is_wrong}


def _refused(outcome: Mapping[str, Any]) -> Errors:
    table = WRONG if outcome["why"] == Why.UNKNOWN.value else REFUSED
    return {outcome["field"]: table[outcome["field"]]}


def _say(name: str, replaces: list[str]) -> None:
    flash(f"{name}请假已经登记。手上的工单不会自动转走，要转请到工单里改派。", "good")
    if replaces:
        names = "、".join(replaces)
        flash(f"{name}这段时间本来要替{names}代班，请给{names}另选一位代班的人。", "bad")


def end_leave(leave_id: int) -> ResponseReturnValue:
    """Somebody is back, or does not go."""
    with working() as work:
        one = found(views.own_leave(work, me().asker, leave_id))
        outcome = EndLeave(one.id, me().id).run(work)
        if outcome["ok"]:
            write_down(work, "leave_ended", one.worker_id)
    monday = monday_of(day("week", request.form))
    return back(outcome, f"{one.worker}的请假已经结束。", "console.roster", **shown(one.unit_id, monday))
