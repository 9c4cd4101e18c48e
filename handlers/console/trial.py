"""The page 试一试: what would become of an order from an estate now, and why. It changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.pages import found, looking, me, show, units_of, whole
from handlers.console.words import WORDS
from models import views
from models.actions.trial import Trial, try_out
from models.store import Work


def try_route() -> ResponseReturnValue:
    """The form, and the answer once both are chosen."""
    estate_id, category = whole("estate", request.args), request.args.get("category", "")
    emergency = bool(request.args.get("emergency"))
    facts: Mapping[str, Any] = {"trial": None}
    with looking() as work:
        estates = views.own_estates(work, me().asker)
        if estate_id is not None and category in here().categories:
            trial = found(try_out(work, me().asker, estate_id, category, emergency=emergency))
            facts = _facts(work, trial, estate_id)
    return show("trial.html", estates=estates, wanted=request.args, **facts)


def _facts(work: Work, trial: Trial, estate_id: int) -> Mapping[str, Any]:
    units = {unit.id: unit.name for unit in views.units(work)}
    return {
        "trial": trial,
        "own": trial.unit_id in {unit.id for unit in units_of(work)},
        "estate": next(one.name for one in views.estates(work) if one.id == estate_id),
        "unit": units.get(trial.unit_id or 0, ""),
        "first": units.get(trial.route.unit_id if trial.route else 0, ""),
        "passed": [units[unit_id] for unit_id in trial.passed],
        "said": _said(trial),
        "officers": views.officers_in(work, estate_id) if trial.verdict.why == "officer" else (),
    }


def _said(trial: Trial) -> str:
    """Who would get it and why, in words."""
    verdict = trial.verdict
    names = {key: trial.names.get(one or 0, "") for key, one in _people(trial).items()}
    why = f"{verdict.why}_for" if verdict.worker_id and verdict.away_id else verdict.why
    return WORDS["verdict"][why].format(**names)


def _people(trial: Trial) -> Mapping[str, int | None]:
    return {"name": trial.verdict.worker_id, "away": trial.verdict.away_id}
