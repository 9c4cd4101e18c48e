"""Groups that can only be written to, and the phones of their workers, in the console."""

from __future__ import annotations

from datetime import timedelta

from models import tables as t
from tests.console.conftest import Console, Visitor
from tests.words import faults

ROBOT = "0a1b2c3d-1111-2222-3333-444455556666"
ADDRESS = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={ROBOT}"
WRITTEN_TO = "只能发消息，工单在手机页面上办"


def made(admin: Visitor, name: str = "便民维修群", unit: str = "1") -> Visitor:
    """A group without a bot."""
    admin.open("/console/settings/groups")
    answer = admin.send("/console/settings/groups", bot_id="", unit_id=unit, name=name, robot_key=ADDRESS)
    assert "工作群已经保存" in answer.text
    return admin


def test_an_administrator_makes_a_group_that_can_only_be_written_to(console: Console) -> None:
    admin = made(console.signed_in("admin"))
    group = console.rows(t.work_group)[-1]
    assert (group.bot_id, group.unit_id, group.name) == (None, 1, "便民维修群")
    assert group.bound_at is not None
    assert WRITTEN_TO in admin.page.text
    people = admin.open("/console/people")
    assert WRITTEN_TO in people.text
    assert f"/groups/{group.id}/word" not in people.html
    changed = admin.send(f"/console/settings/groups/{group.id}", name="维修新群", robot_key="")
    assert changed.status == 200
    group = console.rows(t.work_group)[-1]
    assert (group.bot_id, group.unit_id, group.name) == (None, 1, "维修新群")
    admin.send(f"/console/settings/groups/{group.id}/unbind")
    assert "已停用" in admin.open("/console/people").text


def test_without_a_bot_it_needs_a_unit_and_a_robot(console: Console) -> None:
    admin = console.signed_in("admin")
    admin.open("/console/settings/groups")
    for form, said in (
        ({"robot_key": ADDRESS}, "请选择这是哪个单位的群"),
        ({"unit_id": "1"}, "请粘贴整个地址"),
    ):
        answer = admin.post("/console/settings/groups", name="便民维修群", **form)
        assert (answer.status, said in answer.text) == (422, True)
    assert len(console.rows(t.work_group)) == 2


def test_the_word_for_a_worker_may_be_typed_on_the_page(console: Console) -> None:
    admin = console.signed_in("admin")
    admin.open("/console/people")
    plain = admin.post("/console/people/workers/1/word")
    assert "@小邻 绑定" in plain.text
    assert "链接" not in plain.text
    made(admin)
    both = admin.post("/console/people/workers/1/word")
    assert "@小邻 绑定" in both.text
    assert "点开群里任意一个工单的链接" in both.text
    with console.store.work(console.clock.now()) as work:
        work.conn.execute(t.bot.update().values(active=False))
    alone = admin.post("/console/people/workers/1/word")
    assert "@小邻" not in alone.text
    assert "点开群里任意一个工单的链接" in alone.text
    assert [fault for piece in alone.pieces if "<" not in piece for fault in faults(piece)] == []


def test_a_firm_sees_its_phones_and_ends_them(console: Console) -> None:
    firm = console.signed_in("anju")
    people = firm.open("/console/people")
    assert people.text.count("的手机：微信（安卓）") == 1
    assert "11 月 18 日 10:00 用过" in people.text
    assert "到 12 月 18 日 10:00 为止" in people.text
    assert "已经解除" in firm.send("/console/people/phones/1/end").text
    assert "的手机" not in firm.page.text
    assert console.rows(t.audit)[-1].what == "end_phone"
    rows = console.rows(t.worker_phone)
    assert [row.ended_at is None for row in rows] == [False, True]
    assert firm.post("/console/people/phones/1/end").status == 404


def test_a_phone_that_is_over_is_not_listed(console: Console) -> None:
    admin = console.signed_in("admin")
    assert admin.open("/console/people").text.count("的手机：") == 2
    console.wall.forward(days=29)
    assert console.signed_in("admin").open("/console/people").text.count("的手机：") == 2
    console.wall.forward(seconds=timedelta(days=1).total_seconds())
    assert "的手机：" not in console.signed_in("admin").open("/console/people").text
