"""What opens a window to somebody, and what waits for one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import tables as t
from models.actions import outbox as ledger
from tests.workers.stage import NOW, Stage
from tests.workers.test_outbox import deliver
from tests.workers.test_outbox_cut_off import claimed


@pytest.mark.parametrize(
    ("status", "becomes", "reason"),
    [
        ("success", "held", ""),
        ("failed:user block", "held", "Refuses"),
        ("failed: system failed", "held", "Undelivered"),
    ],
)
def test_a_receipt_tells_how_the_doorbell_rang_and_the_words_wait(
    stage: Stage, status: str, becomes: str, reason: str
) -> None:
    message = stage.tell("order_claimed", account=stage.account())
    deliver(message)
    with stage.store.work(stage.clock.now()) as work:
        assert ledger.mark_receipt(work, "job-1", status)
        assert not ledger.mark_receipt(work, "job-1", status)
        assert not ledger.mark_receipt(work, "", status)
        assert not ledger.mark_receipt(work, "job-9", status)
    row = stage.message(message)
    assert (row.state, row.reason) == (becomes, reason)


def test_held_words_come_newest_three_in_the_order_they_were_made(stage: Stage) -> None:
    account = stage.account(refused_at=NOW)
    messages = [stage.tell("order_progress", account=account) for _ in range(5)]
    deliver(*messages)
    with stage.store.work(stage.clock.now()) as work:
        assert ledger.held_count(work, account) == 5
        assert [held.id for held in ledger.take_held(work, account)] == messages[2:]
        assert [held.id for held in ledger.take_held(work, account)] == messages[:2]
        assert ledger.take_held(work, account) == []
        assert ledger.held_count(work, account) == 0
    assert {(stage.message(one).state, stage.message(one).rung) for one in messages} == {
        ("delivered", "passive")
    }


@pytest.mark.parametrize(
    ("kind", "talk", "tap"),
    [
        ("text", 5, 0),
        ("photo", 5, 0),
        ("tap", 0, 3),
        ("menu", 0, 3),
        ("follow", 0, 3),
        ("scan", 0, 3),
        ("unfollow", 0, 0),
    ],
)
def test_what_a_person_does_opens_a_window(stage: Stage, kind: str, talk: int, tap: int) -> None:
    account = stage.account()
    with stage.store.work(stage.clock.now()) as work:
        ledger.note_heard(work, account, kind)
    row = stage.row(t.account, account)
    assert (row.talk_left, row.tap_left) == (talk, tap)
    assert row.talk_ends_at == (NOW + timedelta(hours=48) if talk else None)
    assert row.tap_ends_at == (NOW + timedelta(minutes=1) if tap else None)


def test_an_old_message_opens_nothing_new(stage: Stage) -> None:
    account = stage.account(talk=1)
    with stage.store.work(stage.clock.now()) as work:
        ledger.note_heard(work, account, "text", NOW - timedelta(hours=1))
    assert stage.row(t.account, account).talk_left == 1


def test_nothing_is_given_back_into_a_newer_window(stage: Stage) -> None:
    account = stage.account(talk=2)
    mine = claimed(stage, stage.tell("order_claimed", account=account))
    stage.clock.forward(minutes=1)
    with stage.store.work(stage.clock.now()) as work:
        ledger.note_heard(work, account, "text")
        ledger.give_back(work, mine)
    assert stage.row(t.account, account).talk_left == 5
