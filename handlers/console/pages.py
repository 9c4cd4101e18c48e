"""What every page needs: the frame around it, the transaction under it, and the words of an outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.desk import here
from handlers.console.words import word
from models import views
from models.actions.desk import Audit
from models.store import Work

T = TypeVar("T")

WORDS_LENGTH = 500

# (endpoint, label, for admins only)
MENU = (
    ("console.queue", "工单", False),
    ("console.items", "待办", False),
    ("console.people", "人员", False),
    ("console.codes", "二维码", True),
    ("console.trouble", "收发问题", True),
    ("console.accounts", "账号", True),
    ("console.settings", "设置", True),
)


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
    return render_template(
        f"console/{template}",
        me=me(),
        menu=list(_menu(counts)),
        now=desk.clock.now(),
        categories=desk.categories,
        **facts,
    )


def _counts(work: Work) -> Mapping[str, int]:
    counts = {"console.items": len(views.desk_items(work, me().asker))}
    if me().asker.sees_all:
        counts["console.trouble"] = len(views.stuck_messages(work)) + len(views.failed_messages(work))
    return counts


def _menu(counts: Mapping[str, int]) -> Iterator[Mapping[str, Any]]:
    for endpoint, label, admin in MENU:
        if not admin or me().asker.sees_all:
            address = url_for(endpoint)
            here_now = request.path == address or request.path.startswith(f"{address}/")
            yield {"endpoint": endpoint, "label": label, "count": counts.get(endpoint), "here": here_now}


def units_of(work: Work) -> Sequence[views.Unit]:
    """The handling units whose people the asker looks after: all for an admin, a firm's own."""
    return [unit for unit in views.units(work) if may(unit.id)]


def may(unit_id: int) -> bool:
    """Whether the asker looks after this unit."""
    return me().asker.sees_all or me().unit_id == unit_id


def write_down(work: Work, what: str, subject: object) -> None:
    """Leave a row in the audit trail: who did `what` to whom."""
    Audit(me().id, what, str(subject)).run(work)


def said() -> str:
    """What was typed into the form's `words`, trimmed and at most 500 characters long."""
    return request.form.get("words", "").strip()[:WORDS_LENGTH]


def whole(name: str, values: Mapping[str, str]) -> int | None:
    """A positive whole number from a form or a query, None when it is left out or no number."""
    text = values.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def found(thing: T | None) -> T:
    """The thing, or a page that says it is not there; the same for what somebody else may see."""
    if thing is None:
        abort(404)
    return thing


def back(outcome: Mapping[str, Any], done: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    """Say what came of an action and show the page again."""
    if outcome["ok"]:
        flash(done, "good")
    else:
        flash(word(outcome["why"], "refusal"), "bad")
    return redirect(url_for(endpoint, **values))


def missing(anything: str) -> ResponseReturnValue:
    """Any other address: says so in our own words."""
    abort(404)
