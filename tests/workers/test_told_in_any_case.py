"""What must be told about a meal reaches the person, or staff hear that it did not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.refusals import BadMessage, NoSuchPerson, NotTold, Unsure
from models import tables as t
from models.actions import outbox as ledger
from models.actions.diner_calls import tell_diner
from models.store import To
from tests.workers.stage import Stage
from workers import ladders, outbox, relay

FACTS = {"end": "late", "day": "3 月 4 日", "meal": "午餐"}
CALL = "长期订餐没有订上。"


def told(stage: Stage, account: int) -> int:
    """A missed day of a standing order is told to the account."""
    person = stage.row(t.account, account).person_id
    with stage.store.work(stage.clock.now()) as work:
        assert tell_diner(work, person, account, "standing_missed", FACTS, CALL)
    (row,) = stage.rows(t.outbox)
    return int(row.id)


def calls(stage: Stage) -> list[tuple[Any, ...]]:
    return [(row.kind, row.words, row.person_id) for row in stage.rows(t.desk_item)]


@pytest.mark.parametrize("refusal", [BadMessage("40001"), Unsure("cut"), NoSuchPerson("43004")])
def test_staff_call_where_a_message_is_refused(stage: Stage, refusal: NotTold) -> None:
    account = stage.account(talk=5)
    stage.oa.always = refusal
    outbox.deliver([told(stage, account)])
    assert calls(stage) == [("call_diner", CALL, stage.row(t.account, account).person_id)]


def test_staff_call_where_somebody_left_meanwhile(stage: Stage) -> None:
    account = stage.account(talk=5)
    message = told(stage, account)
    stage.change(t.account, account, left_at=stage.clock.now())
    outbox.deliver([message])
    assert (stage.message(message).state, len(calls(stage))) == ("failed", 1)


def test_staff_call_where_it_waits_without_a_doorbell(stage: Stage) -> None:
    account = stage.account(talk=5)
    message = told(stage, account)
    stage.change(t.account, account, refused_at=stage.clock.now())
    outbox.deliver([message, message])
    assert (stage.message(message).state, len(calls(stage))) == ("held", 1)


def test_a_doorbell_is_enough_until_the_platform_says_that_it_did_not_ring(stage: Stage) -> None:
    message = told(stage, stage.account())
    outbox.deliver([message])
    row = stage.message(message)
    assert (row.state, row.rung, calls(stage)) == ("held", "template", [])
    for status, items in (("success", 0), ("failed:user block", 1)):
        stage.change(t.outbox, message, job="job-1")
        with stage.store.work(stage.clock.now()) as work:
            ledger.mark_receipt(work, "job-1", status)
        assert len(calls(stage)) == items


def test_staff_call_where_the_sender_was_cut_off(stage: Stage) -> None:
    message = told(stage, stage.account(talk=5))
    stage.change(t.outbox, message, state="sending", claimed_at=stage.clock.now())
    stage.clock.forward(seconds=(ladders.CUT_OFF + timedelta(seconds=1)).total_seconds())
    with stage.store.work(stage.clock.now()) as work:
        relay.recover(work)
    assert (stage.message(message).state, len(calls(stage))) == ("unknown", 1)


def test_nobody_is_called_for_a_message_that_arrives_or_for_another_kind(stage: Stage) -> None:
    outbox.deliver([told(stage, stage.account(talk=5))])
    gone = stage.account("o-2", talk=5, refused_at=stage.clock.now())
    with stage.store.work(stage.clock.now()) as work:
        work.tell(To(account_id=gone), "standing_instead", FACTS)
    outbox.deliver([row.id for row in stage.rows(t.outbox)])
    assert calls(stage) == []
