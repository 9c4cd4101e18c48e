"""Pages of meals answer odd input with words, never with an error of their own."""

from __future__ import annotations

import pytest

from models import tables as t
from models.actions.meal_routes import SaveMealRoute
from tests.console.apart import apart
from tests.console.conftest import NOW, Console

__all__ = ["apart"]

MENU = {"canteen": "1", "day": "2026-11-19", "meal": "lunch", "capacity": "9"}
LARGE = "99999999999999999999999"


@pytest.mark.parametrize(
    "path",
    [
        "for/1?count_²=1",
        f"for/1?count_{LARGE}=1",
        "servings?from=9999-12-01",
        "servings?from=9999-12-01&to=9999-12-31",
        "servings?from=0001-01-01",
        "menu?canteen=1&day=9999-12-31&meal=lunch",
        "orders?day=9999-12-31",
        "kitchen?day=9999-12-31",
    ],
)
def test_an_odd_address_is_no_error(console: Console, path: str) -> None:
    assert console.signed_in("admin").open(f"/console/meals/{path}").status in (200, 404)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("for/1", {"menu": "1", "count_²": "1", "do": "place"}),
        ("orders/5001/change", {"count_²": "1"}),
        ("menu", {**MENU, "on_²": "1"}),
        ("menu", {**MENU, f"on_{LARGE}": "1"}),
        ("menu", {**MENU, "on_1": "1", "cents_1": "5", "day": "0001-01-01"}),
        ("menu", {**MENU, "on_1": "1", "cents_1": "5", "day": "9999-12-31"}),
        ("publish", {"menu": LARGE, "canteen": "1", "week": "9999-12-31"}),
        ("routes", {"canteen": "1", "name": "东线", "worker_id": "0", "route_id": "0", "active": "1"}),
    ],
)
def test_an_odd_form_is_no_error(apart: Console, path: str, form: dict[str, str]) -> None:
    admin = apart.signed_in("admin")
    admin.open("/console/meals")
    assert admin.post(f"/console/meals/{path}", **form).status in (302, 303, 422)


def test_a_round_of_nobody_is_a_round_without_anybody(console: Console) -> None:
    with console.store.work(NOW) as work:
        assert SaveMealRoute(1, "东线", 1, worker_id=0, route_id=0).run(work)["ok"]
    assert console.rows(t.meal_route)[-1].worker_id is None
