"""Messages whose sending was cut off: unknown after a minute, and told again only in an emergency."""

from __future__ import annotations

from models.actions import outbox as ledger
from tests.workers.stage import EMERGENCY, Stage
from tests.workers.test_outbox import deliver, state
from workers import relay


def claimed(stage: Stage, message: int) -> ledger.Claimed:
    with stage.store.work(stage.clock.now()) as work:
        found = ledger.read(work, message)
        assert found is not None
        taken = ledger.claim(work, found, ["customer_service", "robot"], 0)
        assert taken is not None
        return taken


def recover(stage: Stage) -> None:
    with stage.store.work(stage.clock.now()) as work:
        relay.recover(work)


def test_what_was_cut_off_is_unknown_after_a_minute(stage: Stage) -> None:
    message = stage.tell("order_claimed", account=stage.account(talk=5))
    claimed(stage, message)
    stage.clock.forward(seconds=59)
    recover(stage)
    assert state(stage, message) == "sending"
    stage.clock.forward(seconds=2)
    recover(stage)
    assert state(stage, message) == "unknown"
    deliver(message)
    assert stage.oa.told == []


def test_a_cut_off_emergency_is_told_again(stage: Stage) -> None:
    message = stage.tell("new_order", EMERGENCY, group=stage.group())
    claimed(stage, message)
    stage.clock.forward(seconds=61)
    recover(stage)
    deliver(message)
    assert state(stage, message) == "accepted"


def test_a_slow_sender_corrects_what_was_given_up(stage: Stage) -> None:
    message = stage.tell("order_claimed", account=stage.account(talk=5))
    mine = claimed(stage, message)
    stage.clock.forward(seconds=61)
    recover(stage)
    with stage.store.work(stage.clock.now()) as work:
        assert ledger.settle(work, mine, "accepted")
        assert not ledger.settle(work, mine, "failed")
    assert state(stage, message) == "accepted"


# --- receipts, held words, windows ----------------------------------------------------------------------
