"""The tab 演练: an admin begins and ends it, everybody sees that it is on, and it is written down."""

from __future__ import annotations

import pytest

from models import tables as t
from tests.console.conftest import NOW, Console, Visitor


@pytest.fixture
def admin(console: Console) -> Visitor:
    """An admin, in a community whose first group can speak."""
    with console.store.work(NOW) as work:
        group = t.work_group.update().where(t.work_group.c.id == 1)
        work.conn.execute(group.values(robot_key_sealed=work.seal("key"), name="演练群"))
    return console.signed_in("admin")


def test_every_page_says_so_while_it_is_on(console: Console, admin: Visitor) -> None:
    assert "正在演练" not in admin.open("/console/").text
    page = admin.send("/console/settings/rehearsal", group="1")
    assert "演练开始了" in page.text
    for path in ("/console/", "/console/items", "/console/people", "/console/settings/units"):
        assert "正在演练：发给单位的消息都改发到“演练群”" in admin.open(path).text
    assert "正在演练" in console.signed_in("anju").open("/console/").text
    page = admin.open("/console/settings/rehearsal")
    page = admin.send("/console/settings/rehearsal/end")
    assert "演练已经结束" in page.text
    assert "正在演练" not in page.text
    assert [row.what for row in console.rows(t.audit)] == ["rehearsal_begun", "rehearsal_ended"]


def test_a_group_that_cannot_speak_is_refused(console: Console, admin: Visitor) -> None:
    admin.open("/console/settings/rehearsal")
    for group in ("2", "", "99"):
        page = admin.send("/console/settings/rehearsal", group=group)
        assert "正在演练" not in page.text
    assert console.rows(t.audit) == []


def test_only_an_admin_may(console: Console) -> None:
    firm = console.signed_in("anju")
    assert firm.open("/console/settings/rehearsal").status == 403
    firm.open("/console/")
    assert firm.post("/console/settings/rehearsal", group="1").status == 403
    assert firm.post("/console/settings/rehearsal/end").status == 403
