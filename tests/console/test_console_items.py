"""Whom the bot has failed is no dead end: staff speak first, look up how to reach them, forget what they want."""

from __future__ import annotations

from models import tables as t
from models.actions.desk import OpenDeskItem
from tests.console.apart import apart
from tests.console.conftest import NOW, Console

__all__ = ["apart"]


def failed(console: Console) -> int:
    """The item of the person with whom the bot went wrong."""
    return int(console.rows(t.desk_item, t.desk_item.c.kind == "defect")[0].id)


def test_staff_speak_first_and_a_talk_begins(console: Console) -> None:
    with console.store.work(console.clock.now()) as work:
        work.conn.execute(t.photo.update().values(person_talk_id=None))
        work.conn.execute(t.talk_entry.delete())
        work.conn.execute(t.person_talk.delete())
    admin, item = console.signed_in("admin"), failed(console)
    assert "和居民对话" in admin.open("/console/items").text
    page = admin.send(f"/console/items/{item}/answer", words="刚才机器人出错了，您要办什么？")
    assert "已经发给居民" in page.text
    assert "刚才机器人出错了" in page.text
    told = console.rows(t.outbox, t.outbox.c.kind == "talk_reply")
    assert [one.facts["words"] for one in told] == ["刚才机器人出错了，您要办什么？"]
    assert "打开对话 T1001" not in admin.open("/console/items").text
    assert "打开对话 T1" in admin.page.text
    admin.post(f"/console/items/{item}/answer", words="  ")
    assert len(console.rows(t.outbox, t.outbox.c.kind == "talk_reply")) == 1


def test_looking_up_the_phone_leaves_a_trace(console: Console) -> None:
    admin, item = console.signed_in("admin"), failed(console)
    assert "13812345678" not in admin.open("/console/items").text
    assert "13812345678" in admin.post(f"/console/items/{item}/contact").text
    assert [row.what for row in console.rows(t.audit, t.audit.c.what == "contact")] == ["contact"]


def test_address_and_phone_are_forgotten_only_when_sure(console: Console) -> None:
    admin, item = console.signed_in("admin"), failed(console)
    admin.open("/console/items")
    admin.post(f"/console/items/{item}/forget")
    assert console.rows(t.person)[0].phone_sealed
    admin.open("/console/items")
    admin.post(f"/console/items/{item}/forget", sure="yes")
    assert [row.phone_sealed for row in console.rows(t.person)] == [None]
    assert console.rows(t.work_order) != []


def test_a_firm_has_none_of_this(console: Console) -> None:
    firm, item = console.signed_in("anju"), failed(console)
    firm.open("/console/items")
    for what in ("answer", "contact", "forget"):
        assert firm.post(f"/console/items/{item}/{what}", words="x", sure="yes").status in (403, 404)


def test_who_sees_the_order_calls_back_whoever_rated_it_low_from_elsewhere(apart: Console) -> None:
    far = next(row for row in apart.rows(t.account) if row.address == "oFAR")
    with apart.store.work(NOW) as work:
        work.conn.execute(t.photo.update().values(person_talk_id=None))
        work.conn.execute(t.talk_entry.delete())
        work.conn.execute(t.person_talk.delete())
        OpenDeskItem("return_visit", order_id=1, account_id=far.id).run(work)
    item = apart.rows(t.desk_item)[-1].id
    for login in ("she2", "anju"):
        other = apart.signed_in(login)
        other.open("/console/items")
        for what in ("contact", "answer"):
            assert other.post(f"/console/items/{item}/{what}", words="您好").status in (403, 404)
    assert apart.rows(t.person_talk) == []
    clerk = apart.signed_in("she1")
    page = clerk.open("/console/items").html
    offered = [what for what in ("contact", "answer", "forget") if f"/console/items/{item}/{what}" in page]
    assert offered == ["contact", "answer"]
    page = clerk.post(f"/console/items/{item}/contact").text
    assert "13987654321" in page
    assert "别的片区，这里不显示" in page
    assert "远方小区" not in page
    clerk.open("/console/items")
    page = clerk.send(f"/console/items/{item}/answer", words="您给了低分，是哪里没修好？")
    assert "由别的片区的工作人员接" in page.text
    assert [row.facts["words"] for row in apart.rows(t.outbox, t.outbox.c.kind == "talk_reply")] == [
        "您给了低分，是哪里没修好？"
    ]
    assert clerk.post(f"/console/items/{item}/forget", sure="yes").status == 404


def test_what_would_be_refused_of_somebody_from_elsewhere_is_not_offered(apart: Console) -> None:
    far = next(row for row in apart.rows(t.account) if row.address == "oFAR")
    with apart.store.work(NOW) as work:
        OpenDeskItem("call_diner", "餐券", account_id=far.id, canteen_id=1).run(work)
    item = apart.rows(t.desk_item)[-1].id
    clerk = apart.signed_in("she1")
    page = clerk.open("/console/items").html
    assert f"/console/items/{item}/done" in page
    for what in ("contact", "answer", "forget"):
        assert f"/console/items/{item}/{what}" not in page
        assert clerk.post(f"/console/items/{item}/{what}", words="您好", sure="yes").status == 404
