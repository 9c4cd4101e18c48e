"""Who answers: the callback within its time, else the outbox, never both; and what was held comes first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import spool
from bot.clock import real_seconds
from handlers import turns
from models import tables as t
from tests.handlers.door import Door, open_door, words_of
from tests.running.processes import until
from workers import hands
from workers.relay import Relay

PLATFORM_WAITS = 5.0  # seconds (WeChat docs: passive replies)


@pytest.fixture
def gate(door: Door) -> Iterator[threading.Event]:
    """The next turn begins only when this is set."""
    opened = threading.Event()
    door.before_play.append(lambda: None if opened.wait(20) else pytest.fail("never let through"))
    yield opened
    opened.set()


def _welcome_over(door: Door, gate: threading.Event) -> str:
    gate.set()
    openid = door.person()
    gate.clear()
    return openid


def test_a_slow_turn_is_answered_by_the_outbox_and_not_twice(door: Door, gate: threading.Event) -> None:
    openid = _welcome_over(door, gate)
    before = real_seconds()
    delivery = door.sends(openid, "text", text="能办什么")
    assert 3.4 < real_seconds() - before < 4.0
    assert (delivery["outcome"], len(delivery["attempts"])) == ("silent", 1)
    gate.set()
    until(lambda: door.rows(t.outbox, t.outbox.c.kind == "said"), "the words to be queued")
    heard = len(door.phone(openid))
    door.deliver()
    assert len(door.phone(openid)) == heard + 1
    assert "报修" in door.phone(openid)[-1]
    (row,) = door.rows(t.inbox)[-1:]
    assert (row.state, row.reply_by) == ("done", "queued")


def test_a_repeat_of_a_slow_turn_says_nothing_twice(door: Door, gate: threading.Event) -> None:
    """The platform believes it got no answer; the words are queued by then, so its repeat gets none."""
    openid = _welcome_over(door, gate)
    door.emu("faults", where="callback/wechat", what="drop_answer", n=1)
    threading.Timer(4.0, gate.set).start()
    delivery = door.sends(openid, "text", text="能办什么")
    until(lambda: door.rows(t.inbox)[-1].state == "done", "the turn")
    door.deliver()
    said = [words for words in door.phone(openid) if "报修" in words and "查进度" in words]
    assert len(delivery["attempts"]) == 2
    assert len(said) == 1


def test_a_turn_that_commits_late_leaves_its_words_to_the_outbox(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The callback still waits, but so long after the arrival the words could meet its end."""
    openid = door.person()
    monkeypatch.setattr("handlers.resident.PASSIVE_SECONDS", -1.0)
    assert door.says(openid, "能办什么") == ""
    monkeypatch.undo()
    door.deliver()
    assert "报修" in door.phone(openid)[-1]


def test_a_database_that_takes_nothing_leaves_it_to_the_spool(door: Door) -> None:
    openid = door.person()
    before = len(door.rows(t.inbox))
    other = door.store.engine.raw_connection()
    other.cursor().execute("BEGIN EXCLUSIVE")
    began = real_seconds()
    first = door.sends(openid, "text", text="第一句")
    took_first = real_seconds() - began
    second = door.sends(openid, "text", text="第二句")
    took_second = real_seconds() - began - took_first
    other.cursor().execute("ROLLBACK")
    other.close()
    assert (first["outcome"], second["outcome"]) == ("silent", "silent")
    assert turns.KEPT_WITHIN <= took_first < PLATFORM_WAITS / 2
    assert took_second < 0.5, "nobody waits for a database that is known to be away"
    kept: list[str] = []
    assert spool.replay(door.spool, lambda record: kept.append(record["payload"])) == 2
    assert "第一句" in kept[0]
    assert "第二句" in kept[1]
    assert len(door.rows(t.inbox)) <= before + 1


@pytest.mark.parametrize("later", [0, 250_000], ids=["the same delivery", "a repeat"])
def test_words_of_a_commit_that_its_process_never_heard_of(door: Door, later: int) -> None:
    """Acknowledged from the spool; then the turn committed, and the process or the database broke off."""
    openid = door.person()
    door.says(openid, "能办什么")
    (row,) = door.rows(t.inbox)[-1:]
    assert row.reply_by == "passive"
    received_at = (row.received_at + timedelta(microseconds=later)).isoformat()
    record = {name: getattr(row, name) for name in ("channel", "key", "sender", "payload")}
    for _ in range(2):
        spool.put(door.spool, {**record, "received_at": received_at})
        assert spool.replay(door.spool, Relay(hands.here())._insert) == 1
    queued = door.rows(t.outbox, t.outbox.c.kind == "said")
    assert len(queued) == 1
    assert len(door.rows(t.inbox, t.inbox.c.key == row.key)) == 1


def test_without_room_nothing_is_acknowledged(door: Door) -> None:
    openid = door.person()
    door.spool.write_text("in the way")
    other = door.store.engine.raw_connection()
    other.cursor().execute("BEGIN EXCLUSIVE")
    delivery = door.sends(openid, "text", text="第一句")
    other.cursor().execute("ROLLBACK")
    other.close()
    assert {one["status"] for one in delivery["attempts"]} == {503}


def test_held_words_come_first_and_the_rest_by_more(door: Door) -> None:
    openid = door.person()
    door.later(days=3)  # every window is closed
    for number in range(1, 6):
        door.tell(openid, f"第 {number} 条")
    door.deliver()
    assert [row.state for row in door.rows(t.outbox)][-5:] == ["held"] * 5
    words = door.says(openid, "能办什么")
    assert [part for part in words.split("\n\n") if part.startswith("第")] == [
        "第 3 条",
        "第 4 条",
        "第 5 条",
    ]
    assert words.index("第 5 条") < words.index("还有 2 条消息，回复 更多 继续看")
    assert "报修" not in words  # no menu under what is to be read
    more = door.says(openid, "更多")
    assert more.index("第 1 条") < more.index("第 2 条")
    assert "第 3 条" not in more
    assert "第 1 条" not in door.says(openid, "能办什么")
    assert {row.state for row in door.rows(t.outbox)} == {"delivered"}


@pytest.mark.parametrize("kind", ["unverified", "test"])
def test_an_account_of_another_kind(tmp_path: Path, kind: str) -> None:
    with open_door(tmp_path, kind) as door:
        openid = door.person()
        delivery = door.sends(openid, "text", text="幸福小区3号楼2单元602水管爆了")
        assert "1. 直接提交" in words_of(delivery).replace('<a href="weixin://bizmsgmenu', "<")
        assert "登记好了" in door.says(openid, "1")
        door.tell(openid, "师傅明早来")
        door.deliver()
        (row,) = door.rows(t.outbox, t.outbox.c.kind == "said")
        if kind == "unverified":
            assert row.state == "held", "it may not push at all"
            assert "师傅明早来" in door.says(openid, "能办什么")
        else:
            assert row.state == "accepted"
            assert "师傅明早来" in door.phone(openid)[-1]
