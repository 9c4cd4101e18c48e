"""The page 查看记录: who looked at whose door, name or phone, and who changed what. Nobody can change it."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from handlers.console.pages import day, filters, looking, me, midnight, show, whole
from models import views
from models.views.audit import PAGE

# What is about one resident, whose page can be opened.
OWN = ("my_data_link", "my_data")  # what residents do themselves
PEOPLE = (
    "found_person",
    "person",
    "person_phone",
    "person_name",
    "home_added",
    "home_ended",
    "caller",
    "erase_person",
)


def audit() -> ResponseReturnValue:
    """The newest lines, by user and day."""
    user_id, on = whole("user", request.args), day("day", request.args)
    page = max(whole("page", request.args) or 1, 1)
    since, until = midnight(on), midnight(on, 1)
    with looking() as work:
        found = views.audit_trail(work, me().asker, user_id=user_id, since=since, until=until, page=page)
        users = views.console_users(work)
    return show(
        "audit.html",
        traces=found[:PAGE],
        more=len(found) > PAGE,
        page=page,
        users=users,
        user_id=user_id,
        day=on,
        query=filters("user", "day"),
        people=PEOPLE,
        own=OWN,
    )
