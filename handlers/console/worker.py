"""One worker's page: what the system may give them, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.forms import read
from handlers.console.pages import found, looking, me, show, working, write_down
from handlers.console.section import FIELDS
from handlers.console.settings import errors_of
from models import views
from models.actions.roster import SetSkills
from models.store import Work

CAP = tuple(one for one in FIELDS["workers"] if one.name == "cap")
STOPPED = "{name}已经停用，先恢复，再改派单范围。"


def worker(worker_id: int) -> ResponseReturnValue:
    """What the worker is given now."""
    with looking() as work:
        one = found(views.own_worker(work, me().asker, worker_id))
        skills = views.skills_of(work, one.id)
    ticked = {"categories": skills.categories, "estates": skills.estate_ids}
    return _page(one, {"cap": one.cap}, {}, ticked)


def _page(
    one: views.Worker, values: Mapping[str, Any], errors: Mapping[str, str], ticked: Mapping[str, Any]
) -> str:
    with looking() as work:
        facts = {
            "skills": views.skills_of(work, one.id),
            "estates": views.estates_of_worker(work, me().asker, one.id),
            "offered": _offered(work, one.id),
        }
    return show("worker.html", one=one, fields=CAP, values=values, errors=errors, ticked=ticked, **facts)


def _offered(work: Work, worker_id: int) -> Mapping[str, str]:
    """Every category, and one that somebody was given before it was dropped."""
    had = views.skills_of(work, worker_id).categories
    return {**{key: key for key in had}, **here().categories}


def save_worker(worker_id: int) -> ResponseReturnValue:
    """In place of what was there."""
    form = request.form
    typed = read(CAP, form, {}, changes=False)
    with working() as work:
        one = found(views.own_worker(work, me().asker, worker_id))
        offered, estates = _offered(work, one.id), views.estates_of_worker(work, me().asker, one.id)
        categories = tuple(key for key in form.getlist("categories") if key in offered)
        estate_ids = tuple(key for key in estates if str(key) in form.getlist("estates"))
        action = SetSkills(one.id, categories, estate_ids, typed.values.get("cap"), me().id)
        outcome: Mapping[str, Any] = action.run(work) if not typed.errors and one.active else {"ok": False}
        if outcome["ok"]:
            write_down(work, "skills_set", one.id)
    if not one.active:
        flash(STOPPED.format(name=one.name), "bad")
        return redirect(url_for("console.people"))
    if not outcome["ok"]:
        errors, ticked = errors_of(CAP, typed, outcome), {"categories": categories, "estates": estate_ids}
        return _page(one, form, errors, ticked), 422
    flash(f"{one.name}的派单范围已经保存，新工单按它派。", "good")
    return redirect(url_for("console.worker", worker_id=one.id))
