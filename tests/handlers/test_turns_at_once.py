"""Played in the transaction that keeps it where nothing stands in the way, else kept and played apart."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import event, insert

from bot import spool
from bot.message import Heard
from handlers import turns
from models import tables as t
from models.actions.orders import OpenOrder
from models.store import Work
from tests.handlers.door import Door
from tests.running.processes import until

REPORT = "幸福小区3号楼2单元602水管爆了"


def _commits(door: Door) -> list[int]:
    """Counts the transactions that are committed from now on."""
    count = [0]
    event.listen(door.store.engine, "commit", lambda _: count.__setitem__(0, count[0] + 1))
    return count


def test_who_is_known_is_answered_in_one_transaction(door: Door) -> None:
    openid = door.person()
    commits = _commits(door)
    assert "要报的是" in door.says(openid, REPORT)
    assert commits == [1]
    (row,) = door.rows(t.inbox)[-1:]
    assert (row.state, row.reply_by, REPORT in row.payload) == ("done", "passive", True)


def test_who_is_new_is_kept_first(door: Door) -> None:
    openid = str(door.emu("residents", name="新来的")["openid"])
    commits = _commits(door)
    door.emu(f"residents/{openid}/follow")
    assert commits == [2]
    door.says(openid, REPORT)
    assert commits == [3]


def test_a_repeat_finds_the_words_that_were_said_at_once(door: Door) -> None:
    openid = door.person()
    door.emu("faults", where="callback/wechat", what="drop_answer", n=1)
    delivery = door.sends(openid, "text", text=REPORT)
    assert len(delivery["attempts"]) == 2
    assert "要报的是" in delivery["answer"]["body"]["text"]
    assert len([row for row in door.rows(t.inbox) if row.payload and REPORT in row.payload]) == 1


def test_what_a_defect_undid_is_kept_and_played_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    openid = door.person()
    door.says(openid, REPORT)
    opens, tried = OpenOrder.run, []

    def broken(order: OpenOrder, work: Work) -> dict[str, Any]:
        tried.append(order)
        done = opens(order, work)
        if len(tried) == 1:
            raise RuntimeError("a defect")
        return done

    monkeypatch.setattr(OpenOrder, "run", broken)
    assert "登记好了" in door.says(openid, "1")
    assert len(door.rows(t.work_order)) == 1
    assert {row.state for row in door.rows(t.inbox)} == {"done"}


def test_a_turn_that_takes_too_long_is_spooled_and_still_done_once(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    openid = door.person()
    door.says(openid, REPORT)
    opens, gate = OpenOrder.run, threading.Event()

    def slow(order: OpenOrder, work: Work) -> dict[str, Any]:
        assert gate.wait(20)
        return opens(order, work)

    monkeypatch.setattr(OpenOrder, "run", slow)
    monkeypatch.setattr(turns, "KEPT_WITHIN", 0.2)
    assert door.says(openid, "1") == ""
    assert len(spool.waiting(door.spool)) == 1
    gate.set()
    until(lambda: len(door.rows(t.outbox, t.outbox.c.kind == "said")) == 1, "the words to be queued")

    def into_inbox(record: Mapping[str, str]) -> None:
        now = door.clock.now()
        with door.store.work(now) as work:
            row = {**record, "received_at": now, "next_at": now}
            work.conn.execute(work.insert_once(t.inbox), row)

    assert spool.replay(door.spool, into_inbox) == 1
    door.residents.left_over("wechat_oa", openid)
    door.deliver()
    assert len(door.rows(t.work_order)) == 1
    assert len([words for words in door.phone(openid) if "登记好了" in words]) == 1


def test_what_was_said_earlier_is_played_first(door: Door) -> None:
    openid = door.person()
    earlier = Heard("wechat_oa", "earlier", openid, "text", door.clock.now(), text=REPORT)
    door.keep(earlier)
    words = door.says(openid, "1")
    assert words.index("要报的是") < words.index("登记好了")


def test_the_window_is_renewed_when_something_was_spent(door: Door) -> None:
    openid = door.person()
    door.says(openid, "能办什么")
    door.tell(openid, "师傅明早来")
    door.deliver()
    spent = door.rows(t.account, t.account.c.address == openid)[0]
    assert spent.talk_left + spent.tap_left < 5 + 3
    door.says(openid, "能办什么")
    assert door.rows(t.account, t.account.c.address == openid)[0].talk_left == 5


def test_the_window_is_renewed_after_a_minute(door: Door) -> None:
    openid = door.person()
    door.says(openid, "能办什么")
    before = door.rows(t.account, t.account.c.address == openid)[0].talk_ends_at
    door.later(seconds=30)
    door.says(openid, "能办什么")
    assert door.rows(t.account, t.account.c.address == openid)[0].talk_ends_at == before
    door.later(seconds=60)
    door.says(openid, "能办什么")
    assert door.rows(t.account, t.account.c.address == openid)[0].talk_ends_at > before


def test_a_question_that_was_asked_meanwhile_is_answered_at_once(door: Door) -> None:
    openid = door.person()
    door.says(openid, REPORT)
    door.says(openid, "1")
    (order,) = door.rows(t.work_order)
    (account,) = door.rows(t.account, t.account.c.address == openid)
    with door.store.work(door.clock.now()) as work:
        ends = {"state": "closed", "close": "resolved", "closed_at": work.now, "closures": 1}
        work.conn.execute(t.work_order.update().values(ends))
        asked = {"account_id": account.id, "kind": "rating", "subject": order.id, "stamp": 1}
        shown = {"shown_at": work.now, "ends_at": work.now.replace(year=work.now.year + 1)}
        work.conn.execute(insert(t.open_question).values({**asked, **shown}))
    commits = _commits(door)
    door.says(openid, "5")
    assert commits == [1]
    assert [row.score for row in door.rows(t.rating)] == [5]
