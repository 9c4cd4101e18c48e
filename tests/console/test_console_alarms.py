"""The tab 系统提醒: the group is chosen and tried out; both are written down."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from models import tables as t
from models.actions.alarms import SETTING
from tests.console.conftest import NOW, Console, Visitor

PATH = "/console/settings/alarms"


@pytest.fixture
def admin(console: Console) -> Visitor:
    with console.store.work(NOW) as work:
        work.conn.execute(update(t.work_group).values(robot_key_sealed=work.seal("key")))
    visitor = console.signed_in("admin")
    visitor.open(PATH)
    return visitor


def test_the_group_is_chosen_and_given_back_to_the_street(console: Console, admin: Visitor) -> None:
    assert "现在没有群能收到提醒" in admin.open(PATH).text
    assert "已经保存" in admin.send(PATH, group="1").text
    (row,) = console.rows(t.town_setting, t.town_setting.c.name == SETTING)
    assert row.value == {"work_group_id": 1}
    admin.send(PATH, group="")
    assert "现在没有群能收到提醒" in admin.open(PATH).text
    assert [row.what for row in console.rows(t.audit)] == ["alarms_group", "alarms_street"]
    assert "让系统提醒发到街道的群" in admin.open("/console/audit").text


@pytest.mark.parametrize("group", ["99", "x"])
def test_a_group_that_cannot_hear_is_refused_or_left_out(
    console: Console, admin: Visitor, group: str
) -> None:
    admin.send(PATH, group=group)
    rows = console.rows(t.town_setting)
    assert [row.value for row in rows] in ([], [{"work_group_id": None}])


def test_one_message_is_sent_to_try_it(console: Console, admin: Visitor) -> None:
    assert "没有找到" in admin.send(f"{PATH}/try").text
    admin.send(PATH, group="1")
    before = len(console.rows(t.outbox))
    assert "已经发出" in admin.send(f"{PATH}/try").text
    assert "刚刚办过" in admin.send(f"{PATH}/try").text
    (message,) = console.rows(t.outbox)[before:]
    assert (message.kind, message.work_group_id, message.facts["end"]) == ("alarm", 1, "test")
    console.clock.forward(minutes=2)
    assert "已经发出" in admin.send(f"{PATH}/try").text


def test_only_an_administrator_comes_here(console: Console) -> None:
    assert console.signed_in("anju").open(PATH).status == 403
