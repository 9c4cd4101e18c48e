"""A question can be answered by a bare digit once the message that asks it has reached the person."""

from __future__ import annotations

from models import tables as t
from models import views
from models.actions import outbox
from models.actions.staff import Claim, Finish
from models.store import Work
from tests.town import TestTown


def _finished(town: TestTown) -> int:
    order_id = int(town.order()["order_id"])
    worker = town.staff().worker_id
    town.do(Claim(order_id, worker))
    town.do(Finish(order_id, worker, "好了"))
    return int(town.told("order_finished")[0].id)


def _settle(work: Work, message_id: int, state: str) -> None:
    message = outbox.read(work, message_id)
    assert message is not None
    claimed = outbox.claim(work, message, ("template",), 0, overtakes=True)
    assert claimed is not None
    assert outbox.settle(work, claimed, state)


def test_a_sent_question_is_shown(town: TestTown) -> None:
    message_id, account_id = _finished(town), town.resident().account_id
    assert town.see(views.open_questions, account_id)[0].shown_at is None
    with town.store.work(town.clock.now()) as work:
        _settle(work, message_id, "accepted")
    assert town.see(views.open_questions, account_id)[0].shown_at == town.clock.now()


def test_a_failed_question_is_not_shown(town: TestTown) -> None:
    message_id, account_id = _finished(town), town.resident().account_id
    with town.store.work(town.clock.now()) as work:
        _settle(work, message_id, "failed")
    assert town.see(views.open_questions, account_id)[0].shown_at is None


def test_a_held_question_is_shown_when_it_is_taken_along(town: TestTown) -> None:
    message_id, account_id = _finished(town), town.resident().account_id
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.outbox.update().where(t.outbox.c.id == message_id).values(state="held"))
        assert [one.id for one in outbox.take_held(work, account_id)] == [message_id]
    assert town.see(views.open_questions, account_id)[0].shown_at == town.clock.now()
