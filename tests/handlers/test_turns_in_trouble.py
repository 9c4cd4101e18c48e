"""A dialog with a defect, a database at fault, a message that waits, somebody who leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from bot.message import Heard
from handlers import trying
from handlers.resident import SORRY
from models import tables as t
from models.actions.orders import OpenOrder
from models.store import Work
from tests.handlers.door import Door

REPORT = "幸福小区3号楼2单元602水管爆了"


class Broken:
    """OpenOrder.run with a defect the first `times` times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception, times: int) -> None:
        self.tried, self.error, self.times, self._run = 0, error, times, OpenOrder.run
        monkeypatch.setattr(OpenOrder, "run", lambda order, work: self(order, work))

    def __call__(self, order: OpenOrder, work: Work) -> dict[str, Any]:
        self.tried += 1
        done = self._run(order, work)
        if self.tried <= self.times:
            raise self.error
        return done


def test_a_defect_is_tried_once_more(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Broken(monkeypatch, RuntimeError("a defect"), 1)
    openid = door.person()
    door.says(openid, REPORT)
    assert "登记好了" in door.says(openid, "1")
    assert broken.tried == 2
    assert len(door.rows(t.work_order)) == 1
    assert door.rows(t.desk_item) == []


def test_a_lasting_defect_sets_the_talk_aside(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Broken(monkeypatch, RuntimeError("a defect"), 99)
    openid = door.person()
    door.says(openid, REPORT)
    assert door.says(openid, "1") == SORRY
    assert broken.tried == 3, "at once, and when it was kept twice more"
    assert door.rows(t.work_order) == []
    (item,) = door.rows(t.desk_item)
    assert item.kind == "defect"
    assert f"住户：{REPORT}" in item.words
    assert "机器人：" in item.words
    assert "报修" in door.says(openid, "能办什么"), "the talk goes on"
    assert openid not in caplog.text
    assert REPORT not in caplog.text


def at_fault() -> OperationalError:
    """What a database at fault raises."""
    return OperationalError("UPDATE", {}, Exception("disk I/O error"))


def test_a_database_at_fault_is_tried_again_and_then_given_up(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    openid = door.person()
    door.says(openid, REPORT)
    broken = Broken(monkeypatch, at_fault(), 99)
    assert door.says(openid, "1") == "", "nothing is said for what was not done"
    waits = []
    for _ in trying.BACK_OFF:
        before = door.clock.now()
        door.residents.left_over("wechat_oa", openid)
        waits.append((door.rows(t.inbox)[-1].next_at - before).total_seconds())
        door.clock.at = door.rows(t.inbox)[-1].next_at
    assert waits == [1, 5, 30, 300]
    assert door.rows(t.desk_item) == []
    door.residents.left_over("wechat_oa", openid)
    assert door.rows(t.inbox)[-1].state == "dead"
    assert [item.kind for item in door.rows(t.desk_item)] == ["dead"]
    assert broken.tried == 7, "at once, kept, and after each pause"
    assert door.rows(t.work_order) == []


def test_a_database_that_recovers_loses_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    openid = door.person()
    door.says(openid, REPORT)
    Broken(monkeypatch, at_fault(), 2)
    assert door.says(openid, "1") == ""
    door.residents.left_over("wechat_oa", openid)
    door.later(seconds=2)
    door.residents.left_over("wechat_oa", openid)
    door.deliver()
    assert len(door.rows(t.work_order)) == 1
    assert any("登记好了" in words for words in door.phone(openid))


def test_a_waiting_message_holds_back_later_ones_for_five_seconds(door: Door) -> None:
    openid = door.person()
    now = door.clock.now()
    waiting = Heard("wechat_oa", "waits", openid, "text", now, text="我的报修")
    door.keep(waiting, attempts=3)
    with door.store.work(now) as work:
        later = now + timedelta(seconds=30)
        work.conn.execute(update(t.inbox).where(t.inbox.c.key == "waits").values(next_at=later))
    door.later(seconds=4)
    assert door.says(openid, "能办什么") == "", "its turn comes first"
    assert door.rows(t.inbox)[-1].state == "new"
    door.later(seconds=2)
    words = door.says(openid, "紧急电话")
    assert "报修" in words, "what was held back is answered together"
    assert "110" in words
    states = {row.key: row.state for row in door.rows(t.inbox)}
    assert states.pop("waits") == "new", "still waiting for its own try"
    assert set(states.values()) == {"done"}


def test_messages_left_behind_are_answered_together(door: Door) -> None:
    openid = door.person()
    for number, words in enumerate((REPORT, "1")):
        door.keep(Heard("wechat_oa", f"left:{number}", openid, "text", door.clock.now(), text=words))
    said = door.says(openid, "紧急电话")
    assert said.index("要报的是") < said.index("登记好了") < said.index("110")
    assert len(door.rows(t.work_order)) == 1


def test_who_leaves_is_forgotten(door: Door) -> None:
    openid = door.person()
    door.says(openid, REPORT)
    door.says(openid, "1")
    door.tell(openid, "师傅明早来")
    assert door.sends(openid, "unfollow")["outcome"] == "silent"
    (account,) = door.rows(t.account)
    assert openid not in str(account)
    assert account.left_at is not None
    assert all(openid != row.sender and not row.payload for row in door.rows(t.inbox))
    (row,) = door.rows(t.outbox, t.outbox.c.kind == "said")
    assert (row.state, row.reason, row.facts) == ("failed", "NoSuchPerson", {})
    assert len(door.rows(t.work_order)) == 1, "the community's record stays"
    heard = len(door.phone(openid))
    door.deliver()
    assert len(door.phone(openid)) == heard
    door.emu(f"residents/{openid}/follow")
    assert len(door.rows(t.account)) == 2, "who comes back is new"
