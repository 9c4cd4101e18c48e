"""人工 is no dead end: staff answer, look up how to reach the person, and forget what they want forgotten."""

from __future__ import annotations

from models import tables as t
from tests.console.conftest import Console


def wanted(console: Console) -> int:
    """The item of the person who wants a person."""
    return int(console.rows(t.desk_item, t.desk_item.c.kind == "wants_person")[0].id)


def test_an_answer_reaches_the_person(console: Console) -> None:
    admin, item = console.signed_in("admin"), wanted(console)
    admin.open("/console/items")
    admin.post(f"/console/items/{item}/answer", words="明天给您打电话")
    told = console.rows(t.outbox, t.outbox.c.kind == "said")
    assert "社区工作人员回复您：明天给您打电话" in told[-1].facts["reply"]
    admin.open("/console/items")
    admin.post(f"/console/items/{item}/answer", words="  ")
    assert len(console.rows(t.outbox, t.outbox.c.kind == "said")) == len(told)


def test_looking_up_the_phone_leaves_a_trace(console: Console) -> None:
    admin, item = console.signed_in("admin"), wanted(console)
    assert "13812345678" not in admin.open("/console/items").text
    assert "13812345678" in admin.post(f"/console/items/{item}/contact").text
    assert [row.what for row in console.rows(t.audit, t.audit.c.what == "contact")] == ["contact"]


def test_address_and_phone_are_forgotten_only_when_sure(console: Console) -> None:
    admin, item = console.signed_in("admin"), wanted(console)
    admin.open("/console/items")
    admin.post(f"/console/items/{item}/forget")
    assert console.rows(t.person)[0].phone_sealed
    admin.open("/console/items")
    admin.post(f"/console/items/{item}/forget", sure="yes")
    assert [row.phone_sealed for row in console.rows(t.person)] == [None]
    assert console.rows(t.work_order) != []


def test_a_firm_has_none_of_this(console: Console) -> None:
    firm, item = console.signed_in("anju"), wanted(console)
    firm.open("/console/items")
    for what in ("answer", "contact", "forget"):
        assert firm.post(f"/console/items/{item}/{what}", words="x", sure="yes").status in (403, 404)
