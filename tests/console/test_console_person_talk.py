"""The page 对话: who wants a person, what was said, an answer, the end; only for whoever is responsible."""

from __future__ import annotations

from models import tables as t
from tests.console.conftest import Console


def test_a_talk_is_listed_masked_and_opened_whole(console: Console) -> None:
    street = console.signed_in("street")
    listed = street.open("/console/talks").text
    assert "T1" in listed
    assert "等您回复" in listed
    assert "13812345678" not in listed
    assert "尾号 5678" in listed
    page = street.open("/console/talks/1").text
    assert "我住602，电话13812345678" in page
    assert "找人之前和机器人说的话" in page
    assert street.open("/console/talks/list").status == 200
    assert "我住602" in street.open("/console/talks/1/lines").text


def test_an_answer_reaches_the_resident_and_shows_what_became_of_it(console: Console) -> None:
    street = console.signed_in("street")
    street.open("/console/talks/1")
    page = street.send("/console/talks/1/answer", words="明天给您打电话")
    assert "已经发给居民" in page.text
    assert "等着发送" in page.text
    assert "已回复" in street.open("/console/talks").text
    assert [row.facts["words"] for row in console.rows(t.outbox, t.outbox.c.kind == "talk_reply")] == [
        "明天给您打电话"
    ]


def test_ending_it_gives_the_bot_the_word_again(console: Console) -> None:
    street = console.signed_in("street")
    street.open("/console/talks/1")
    page = street.send("/console/talks/1/end")
    assert "最近结束的" in page.text
    assert "现在没有人在等" in page.text
    assert "工作台结束" in street.open("/console/talks/1").text
    assert "已经办过了" in street.send("/console/talks/1/end").text


def test_photos_of_a_talk_are_shown(console: Console) -> None:
    street = console.signed_in("street")
    assert "/console/talks/1/photos/3/small.jpg" in street.open("/console/talks/1").html
    assert street.open("/console/talks/1/photos/3.jpg").body.startswith(b"\xff\xd8")
    assert street.open("/console/talks/1/photos/3/small.jpg").body.startswith(b"\xff\xd8")
    assert street.open("/console/talks/1/photos/1.jpg").status == 404


def test_phone_and_door_are_looked_up_with_a_trace(console: Console) -> None:
    street = console.signed_in("street")
    street.open("/console/talks/1")
    assert "查看联系方式" in street.page.text
    assert "每次查看都会记录" in street.page.text
    assert console.rows(t.audit, t.audit.c.what == "contact") == []
    page = street.post("/console/talks/1/contact")
    assert "13812345678" in page.text
    assert len(console.rows(t.audit, t.audit.c.what == "contact")) == 1


def test_address_and_phone_are_forgotten_only_when_sure(console: Console) -> None:
    street = console.signed_in("street")
    street.open("/console/talks/1")
    street.post("/console/talks/1/forget")
    assert console.rows(t.person)[0].phone_sealed
    street.post("/console/talks/1/forget", sure="yes")
    assert [row.phone_sealed for row in console.rows(t.person)] == [None]


def test_another_unit_sees_nothing_of_it(console: Console) -> None:
    firm = console.signed_in("anju")
    assert "现在没有人在等" in firm.open("/console/talks").text
    assert "T1" not in firm.page.text
    assert firm.open("/console/talks/1").status == 404


def test_the_menu_counts_who_waits(console: Console) -> None:
    street = console.signed_in("street")
    assert "对话 1" in " ".join(street.open("/console/talks").text.split())
    street.send("/console/talks/1/answer", words="好的")
    assert "对话 1" not in " ".join(street.open("/console/talks").text.split())
