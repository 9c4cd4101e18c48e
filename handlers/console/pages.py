"""What every page needs: the frame around it, the transaction under it, and the words of an outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.clock import SHANGHAI
from handlers.console.desk import here
from handlers.console.words import refused
from models import views
from models.actions.desk import Audit
from models.store import Work
from models.views import canteens
from models.views.kitchen import corrections_unread

T = TypeVar("T")

WORDS_LENGTH = 500
YEARS = range(2000, 2200)  # a day of another year was mistyped

# (endpoint, label)
MENU = (
    ("console.queue", "工单"),
    ("console.talks", "对话"),
    ("console.caller", "代报"),
    ("console.questions", "问答"),
    ("console.items", "待办"),
    ("console.residents", "住户"),
    ("console.people", "人员"),
    ("console.roster", "排班"),
    ("console.menus", "助餐"),
    ("console.imports", "导入"),
    ("console.codes", "二维码"),
    ("console.trouble", "收发问题"),
    ("console.audit", "查看记录"),
    ("console.accounts", "账号"),
    ("console.settings", "设置"),
)

MEALS = "console.menus"  # left out for a firm that runs no canteen
KEYS = {"console.queue": "g", "console.caller": "n"}  # what console.js goes to


def me() -> views.ConsoleUser:
    """Whoever is asking; the guard has let nobody else in."""
    user: views.ConsoleUser = g.me
    return user


def looking() -> AbstractContextManager[Work]:
    """A reading transaction at the community's time."""
    return here().store.look(here().clock.now())


def working() -> AbstractContextManager[Work]:
    """A writing transaction at the community's time."""
    return here().store.work(here().clock.now())


def show(template: str, **facts: Any) -> str:
    """A page in its frame. Not to be called inside a transaction: it needs a connection of its own."""
    desk = here()
    with looking() as work:
        counts = _counts(work)
        meals = canteens.canteens_seen(work, me().asker) if me().asker.is_firm else True
        rehearsal = views.rehearsal(work)
    return render_template(
        f"console/{template}",
        me=me(),
        menu=[entry for entry in _menu(counts) if meals or entry["endpoint"] != MEALS],
        now=desk.clock.now(),
        categories=desk.categories,
        rehearsal=rehearsal,
        **facts,
    )


def _counts(work: Work) -> Mapping[str, int]:
    counts = {"console.items": len(views.desk_items(work, me().asker))}
    if not me().asker.is_firm:
        counts["console.residents"] = views.claims_waiting(work, me().asker)
        counts["console.questions"] = views.unanswered_count(work, me().asker)
    counts[MEALS] = corrections_unread(work, me().asker)
    counts["console.talks"] = views.waiting_talks(work, me().asker)
    if me().asker.sees_all:
        counts["console.trouble"] = len(views.stuck_messages(work)) + len(views.failed_messages(work))
    return counts


def _menu(counts: Mapping[str, int]) -> Iterator[Mapping[str, Any]]:
    for endpoint, label in MENU:
        if g.may_open(endpoint):
            address = url_for(endpoint)
            here_now = request.path == address or request.path.startswith(f"{address}/")
            yield {
                "endpoint": endpoint,
                "label": label,
                "count": counts.get(endpoint),
                "here": here_now,
                "key": KEYS.get(endpoint),
            }


def units_of(work: Work) -> Sequence[views.Unit]:
    """The handling units whose people the asker looks after."""
    return views.own_units(work, me().asker)


def write_down(work: Work, what: str, subject: object) -> None:
    """Leave a row in the audit trail: who did `what` to whom."""
    Audit(me().id, what, str(subject)).run(work)


def said() -> str:
    """What was typed into the form's `words`, trimmed and at most 500 characters long."""
    return request.form.get("words", "").strip()[:WORDS_LENGTH]


def whole(name: str, values: Mapping[str, str]) -> int | None:
    """A positive whole number from a form or a query, None when it is left out or no number."""
    return as_whole(values.get(name, ""))


def as_whole(text: str) -> int | None:
    """The same of a text by itself."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def day(name: str, values: Mapping[str, str]) -> date | None:
    """A day from a form or a query, None when it is left out, no day, or of a year that nobody means."""
    try:
        on = date.fromisoformat(values.get(name, ""))
    except ValueError:
        return None
    return on if on.year in YEARS else None


def moment_typed(name: str, values: Mapping[str, str]) -> datetime | None:
    """A moment from a form, as people here write it; None when it is left out or none."""
    try:
        return datetime.fromisoformat(values.get(name, "")).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def midnight(on: date | None, days: int = 0) -> datetime | None:
    """When that day, or one so many days later, begins for people here."""
    return datetime.combine(on, time.min, SHANGHAI) + timedelta(days=days) if on else None


def filters(*names: str) -> dict[str, str]:
    """What the address narrows the list to, by these names, for the links to its other pages."""
    return {name: value for name in names if (value := request.args.get(name))}


def found(thing: T | None) -> T:
    """The thing, or a page that says it is not there; the same for what somebody else may see."""
    if thing is None:
        abort(404)
    return thing


def back(
    outcome: Mapping[str, Any], done: str, endpoint: str, *, step: str = "", **values: Any
) -> ResponseReturnValue:
    """Say what came of an action and show the page again. `step`: what was tried, see words.refused()."""
    if outcome["ok"]:
        flash(done, "good")
    else:
        flash(refused(outcome, step), "bad")
    return redirect(url_for(endpoint, **values))


def missing(anything: str) -> ResponseReturnValue:
    """Any other address: says so in our own words."""
    abort(404)
