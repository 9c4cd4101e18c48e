"""Whoever of the staff says too much in a minute is asked to wait; nobody else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.message import Heard
from handlers import staff_words
from handlers.pace import newest
from models import tables as t
from tests.chat import MORNING, Community, Worker, found
from tests.words import faults

ALLOWED = 30


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    """A worker whose community has one order, 1001, that waits."""
    community = found(tmp_path)
    resident = community.resident()
    for words in ("幸福小区3号楼电梯坏了", "1", "1"):
        resident.says(words)
    return community.worker("LiHua")


def chatter(worker: Worker, times: int) -> set[str]:
    return {worker.says("待办") for _ in range(times)}


def claimed(community: Community) -> bool:
    return [row.state for row in community.rows(t.work_order)] == ["claimed"]


def test_thirty_in_a_minute_are_done_and_the_next_is_not(worker: Worker) -> None:
    assert staff_words.TOO_FAST not in chatter(worker, ALLOWED)
    assert worker.says("接 1001") == staff_words.TOO_FAST
    assert not claimed(worker.community)
    assert not faults(staff_words.TOO_FAST)


def test_a_minute_later_it_is_done(worker: Worker) -> None:
    chatter(worker, ALLOWED)
    worker.community.clock.forward(seconds=59)
    assert worker.says("接 1001") == staff_words.TOO_FAST
    worker.community.clock.forward(seconds=1)
    worker.says("接 1001")
    assert claimed(worker.community)


def test_a_colleague_does_not_wait_for_it(worker: Worker) -> None:
    chatter(worker, ALLOWED + 5)
    colleague = next(
        one for one in worker.community.town.members if one.userid != "LiHua" and one.bot == worker.bot
    )
    assert worker.community.worker(colleague.userid).says("待办") != staff_words.TOO_FAST


def test_a_stranger_is_slowed_down_too(worker: Worker) -> None:
    stranger = Worker(worker.community, worker.bot, "Nobody", "")
    assert {stranger.says("接 1001") for _ in range(ALLOWED)} == {staff_words.STRANGER}
    assert stranger.says("绑定 123456") == staff_words.TOO_FAST


def test_what_is_looked_at_is_one_row_of_an_index(worker: Worker) -> None:
    heard = Heard("wecom_aibot:anju", "test:1", "LiHua", "text", MORNING)
    query = newest(heard, ALLOWED).compile(compile_kwargs={"literal_binds": True})
    with worker.community.store.look(MORNING) as work:
        plan = " ".join(str(row.detail) for row in work.conn.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert "ix_inbox_undone" in plan
    assert "TEMP B-TREE" not in plan
