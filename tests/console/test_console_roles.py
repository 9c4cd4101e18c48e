"""Who may open what: every route, by every role, for what lies in their own area and in another one.

The routes are taken from the table, so that a new one is tried at once. What its address names must be in THINGS.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import update

from handlers.console import imports, plotting, session
from handlers.console.guard import opens
from handlers.console.routes import ROUTES, Route
from models import tables as t
from tests.console.apart import ROLES, Users, apart, asker
from tests.console.conftest import NOW, Console, Visitor

__all__ = ["apart"]

# What an address may name: in one's own area, and in another one.
THINGS = {
    "number": (1001, 1002),
    "photo_id": (1, 2),
    "item_id": (1, 2),
    "question_number": (1, 2),
    "service_id": (1, 1),
    "worker_id": (1, 3),
    "group_id": (1, 2),
    "binding_id": (1, 2),
    "person_id": (1, 2),
    "claim_id": (1, 2),
    "building_id": (1, 3),
    "estate_id": (1, 2),
    "user_id": (2, 2),
    "inbox_id": (1, 1),
    "outbox_id": (1, 1),
    "row_id": (1, 1),
    "key": ("units", "units"),
    "run_id": (1, 1),
    "name": ("order_claimed", "order_claimed"),
    "kind": ("homes", "homes"),
    "phone_id": (1, 2),
    "shift_id": (1, 2),
    "leave_id": (1, 2),
    "menu_id": (1, 2),
    "meal_number": (5001, 5002),
    "dish_id": (1, 2),
    "meal_kind": ("menus", "menus"),
    "meal_order_id": (3, 4),
    "anything": ("no-such-page", "no-such-page"),
}
FORM = {
    "words": "话",
    "worker": "1",
    "end": "resolved",
    "sure": "yes",
    "unit_id": "1",
    "name": "钱进",
    "do": "top_up",
}
OTHERS = ("1002", "阳光", "远方小区", "远方的人", "13987654321")
AWAY = (session.sign_out,)
LIBRARIES = (plotting.plotly_js,)
# What is only its maker's, and an administrator's.
OWN = (
    imports.import_page,
    imports.import_progress,
    imports.start_import,
    imports.drop_import,
    imports.import_errors,
)


def address(route: Route, other: bool) -> str:
    """The route's address with what it names filled in."""
    return "/console" + re.sub(
        r"<(?:[^:<>]+:)?(\w+)>", lambda found: str(THINGS[found[1]][other]), route.rule
    )


def names_things(route: Route) -> bool:
    """Whether the address names something that lies in one area and not in another."""
    named = re.findall(r"<(?:[^:<>]+:)?(\w+)>", route.rule)
    return any(THINGS[name][0] != THINGS[name][1] for name in named)


def ask(visitor: Visitor, route: Route, other: bool) -> Any:
    path = address(route, other)
    if route.method == "POST":
        visitor.open("/console/people")  # a page with a token
    return visitor.open(path) if route.method == "GET" else visitor.post(path, **FORM)


def walked() -> list[Route]:
    """Every route but those that end the session and those of libraries, the harmless ones first."""
    left_out = (*AWAY, *LIBRARIES)
    mine = [route for route in ROUTES if route.who != "anybody" and route.view not in left_out]
    return sorted(mine, key=lambda route: route.method)


@pytest.mark.parametrize("role", ROLES)
def test_ones_own_area_is_open(apart: Console, role: str) -> None:
    visitor, user = apart.signed_in(getattr(Users(), role)), asker(apart, role)
    wrong = {}
    for route in walked():
        with apart.store.work(NOW) as work:  # an earlier route may have marked it as done
            work.conn.execute(update(t.desk_item).values(state="open"))
        status = ask(visitor, route, other=False).status
        hidden = "anything" in route.rule or (route.view in OWN and role != "admin")
        expected = (404,) if hidden else (200, 302, 304, 422)
        if status not in (expected if opens(route, user) else (403,)):
            wrong[f"{route.method} {route.rule}"] = status
    assert wrong == {}


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_nothing_of_another_area_is_found(apart: Console, role: str) -> None:
    visitor, user = apart.signed_in(getattr(Users(), role)), asker(apart, role)
    kept = [table for table in t.metadata.sorted_tables if table is not t.audit]
    before = [apart.rows(table) for table in kept]
    wrong = {}
    for route in walked():
        if not names_things(route) and route.method == "POST":
            continue  # what its form may name is tried below
        answer = ask(visitor, route, other=True)
        nowhere = names_things(route) or "anything" in route.rule or route.view in OWN
        hidden = 404 if nowhere else 200
        expected = hidden if opens(route, user) else 403
        told = [word for word in OTHERS if word in answer.text]
        if answer.status != expected or told:
            wrong[f"{route.method} {route.rule}"] = (answer.status, told)
    assert wrong == {}
    assert [apart.rows(table) for table in kept] == before


def test_an_admin_finds_both(apart: Console) -> None:
    visitor = apart.signed_in("admin")
    for other in (False, True):
        statuses = {
            route.rule: ask(visitor, route, other).status
            for route in walked()
            if route.method == "GET" and "anything" not in route.rule
        }
        assert {rule for rule, status in statuses.items() if status not in (200, 302)} == set()
