"""The tab 演练 of the settings: everything for firms and buildings goes to one group while it is on."""

from __future__ import annotations

from flask import g, request
from flask.typing import ResponseReturnValue

from handlers.console.pages import back, looking, show, whole, working
from handlers.console.sections import SECTIONS
from models import views
from models.actions.rehearsal import BeginRehearsal, EndRehearsal
from models.rules.orders import Refusal, Why


def rehearsal() -> ResponseReturnValue:
    """Whether one is on, and the groups that may be chosen."""
    with looking() as work:
        groups = {group.id: group.name for group in views.robots(work)}
    return show("rehearsal.html", sections=SECTIONS.values(), section=None, groups=groups)


def begin_rehearsal() -> ResponseReturnValue:
    """Begin, or move to another group."""
    group_id = whole("group", request.form)
    with working() as work:
        outcome = BeginRehearsal(group_id, g.me.id).run(work) if group_id else Refusal(Why.UNKNOWN)
    return back(outcome, "演练开始了，发给单位的消息都到演练群。", "console.rehearsal")


def end_rehearsal() -> ResponseReturnValue:
    """End it."""
    with working() as work:
        outcome = EndRehearsal(g.me.id).run(work)
    return back(outcome, "演练已经结束，消息照常发给各单位。", "console.rehearsal")
