"""Who sees what: every address is walked, and one firm looks for another's things."""

from __future__ import annotations

import pytest

from models import tables as t
from tests.console.conftest import Console

PUBLIC = {"/console/sign-in", "/console/static/<path:filename>"}
VALUES = {
    "number": 1002,
    "photo_id": 2,
    "item_id": 2,
    "worker_id": 3,
    "group_id": 2,
    "binding_id": 2,
    "phone_id": 2,
    "key": "units",
    "kind": "homes",
}
ADMIN_ONLY = (
    "/console/codes",
    "/console/import",
    "/console/codes/1",
    "/console/trouble",
    "/console/audit",
    "/console/accounts",
    "/console/settings",
)
YANGGUANG = (
    ("GET", "/console/orders/1002"),
    ("POST", "/console/orders/1002/contact"),
    ("POST", "/console/orders/1002/assign"),
    ("POST", "/console/orders/1002/close"),
    ("POST", "/console/orders/1002/reply"),
    ("POST", "/console/orders/1002/note"),
    ("GET", "/console/orders/1002/photos/2.jpg"),
    ("GET", "/console/orders/1002/photos/2/small.jpg"),
    ("GET", "/console/orders/1001/photos/2.jpg"),
    ("GET", "/console/orders/1001/photos/2/small.jpg"),
    ("GET", "/console/talks/1"),
    ("GET", "/console/talks/1/lines"),
    ("POST", "/console/talks/1/answer"),
    ("POST", "/console/talks/1/end"),
    ("POST", "/console/talks/1/contact"),
    ("POST", "/console/talks/1/forget"),
    ("GET", "/console/talks/1/photos/3.jpg"),
    ("GET", "/console/talks/1/photos/3/small.jpg"),
    ("POST", "/console/people/workers/3/word"),
    ("POST", "/console/people/workers/3/duty"),
    ("POST", "/console/people/workers/3/stop"),
    ("POST", "/console/people/workers/3/resume"),
    ("POST", "/console/people/groups/2/word"),
    ("POST", "/console/people/bindings/2/end"),
    ("POST", "/console/people/phones/2/end"),
)


def walked(console: Console) -> list[tuple[str, str]]:
    """Every method and address of the console, with numbers that exist filled in."""
    found = []
    for rule in console.app.url_map.iter_rules():
        if rule.rule.startswith("/console") and rule.rule not in PUBLIC:
            values = {name: VALUES.get(name, 1) for name in rule.arguments}
            _, path = rule.build(values) or ("", "")
            found += [(method, path) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


def test_nobody_gets_anything_unless_signed_in(console: Console) -> None:
    addresses = walked(console)
    assert len(addresses) > 20
    before = [console.rows(table) for table in t.metadata.sorted_tables]
    for method, path in addresses:
        answer = console.app.test_client().open(path, method=method)
        refused = answer.status_code == 401 or (
            answer.status_code == 302 and answer.headers["Location"] == "/console/sign-in"
        )
        assert refused, f"{method} {path} answered {answer.status_code}"
        assert "电梯" not in answer.get_data(as_text=True)
    assert [console.rows(table) for table in t.metadata.sorted_tables] == before


def test_every_form_wants_its_token(console: Console) -> None:
    visitor = console.signed_in("admin")
    for method, path in walked(console):
        if method == "POST":
            assert visitor.client.post(path).status_code == 400, path


@pytest.mark.parametrize("path", ADMIN_ONLY)
def test_a_firm_sees_no_page_of_the_admin(console: Console, path: str) -> None:
    visitor = console.signed_in("anju")
    answer = visitor.open(path)
    assert answer.status == 403
    assert "管理员" in answer.text
    assert path not in console.signed_in("anju").page.html


@pytest.mark.parametrize(("method", "path"), YANGGUANG)
def test_a_firm_finds_nothing_of_another_firm(console: Console, method: str, path: str) -> None:
    visitor = console.signed_in("anju")
    answer = (
        visitor.open(path) if method == "GET" else visitor.post(path, words="话", worker="3", end="resolved")
    )
    assert answer.status == 404
    assert "13812345678" not in answer.text
    assert b"JFIF" not in answer.body
    assert console.rows(t.audit) == [] or all(row.what != "door" for row in console.rows(t.audit))


def test_every_address_of_an_order_is_closed_to_another_firm(console: Console) -> None:
    visitor = console.signed_in("anju")
    token = visitor.page.token
    form = {"words": "话", "worker": "1", "unit": "1", "end": "resolved", "into": "1001", "csrf_token": token}
    theirs = [
        one for one in walked(console) if one[1].startswith(("/console/orders/1002", "/console/talks/1"))
    ]
    assert len(theirs) > 20
    before = [console.rows(table) for table in t.metadata.sorted_tables]
    for method, path in theirs:
        answer = visitor.open(path) if method == "GET" else visitor.post(path, **form)
        assert answer.status == 404, f"{method} {path} answered {answer.status}"
    assert [console.rows(table) for table in t.metadata.sorted_tables] == before


def test_a_firm_lists_its_own_things_only(console: Console) -> None:
    visitor = console.signed_in("anju")
    for path in ("/console/", "/console/?number=1002", "/console/?unit=2&state=all", "/console/orders/list"):
        assert "1002" not in visitor.open(path).text.replace(path, "")
    assert "1001" in visitor.open("/console/").text
    items = visitor.open("/console/items").text
    assert "回访1" in items
    assert "回访2" not in items
    assert "想找人" not in items
    people = visitor.open("/console/people").text
    assert "王伟1" in people
    assert "王伟2" not in people


def test_a_firm_cannot_mark_another_firms_item(console: Console) -> None:
    visitor = console.signed_in("anju")
    assert "没有找到" in visitor.post("/console/items/2/done").text
    assert {item.state for item in console.rows(t.desk_item)} == {"open"}


def test_an_admin_sees_both_firms(console: Console) -> None:
    visitor = console.signed_in("admin")
    assert {"1001", "1002"} <= set(visitor.page.text.split())
    assert visitor.open("/console/orders/1001").status == 200
    assert visitor.open("/console/orders/1002/photos/2.jpg").status == 200


@pytest.mark.parametrize(
    "path", ["/console/orders/99999999999999999999", "/console/orders/-1", "/console/orders/7"]
)
def test_an_order_that_is_not_there_is_not_found(console: Console, path: str) -> None:
    assert console.signed_in("admin").open(path).status == 404


@pytest.mark.parametrize(
    "query",
    [
        "number=99999999999999999999",
        "number=x",
        "page=0",
        "page=-3",
        "page=99999999999999999",
        "state=x",
        "unit=x",
        "category=x",
        "_scheme=x",
        "_external=1&_anchor=x",
        "endpoint=x&values=y",
    ],
)
def test_a_strange_filter_is_no_error(console: Console, query: str) -> None:
    assert console.signed_in("admin").open(f"/console/?{query}").status == 200
