"""The tab 系统提醒: which group hears that something is wrong with the system, and whether it really does."""

from __future__ import annotations

from flask import g, request
from flask.typing import ResponseReturnValue

from handlers.console.pages import back, looking, show, whole, working
from handlers.console.sections import SECTIONS
from models import views
from models.actions.alarms import SetAlarmGroup, TryAlarms, operators_group


def alarms() -> ResponseReturnValue:
    """The group that hears them now, those that may be chosen, and what stands."""
    with looking() as work:
        group_id, standing = operators_group(work), views.standing_alarms(work)
        groups = {group.id: group.name for group in views.robots(work)}
    facts = {"groups": groups, "group_id": group_id, "standing": standing}
    return show("alarms.html", sections=SECTIONS.values(), section=None, **facts)


def set_alarms_group() -> ResponseReturnValue:
    """Choose the group, or leave it to the street's own."""
    with working() as work:
        outcome = SetAlarmGroup(whole("group", request.form), g.me.id).run(work)
    return back(outcome, "已经保存。请点“发一条试试”，看群里有没有收到。", "console.alarms")


def try_alarms() -> ResponseReturnValue:
    """Send one message that says that nothing is wrong."""
    with working() as work:
        outcome = TryAlarms(g.me.id).run(work)
    return back(
        outcome, "已经发出，请看群里有没有收到；一分钟还没有，请到“收发问题”看原因。", "console.alarms"
    )
