"""PostgreSQL: two transactions that meet wait for each other in one order, so that neither is thrown out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from models import tables as t
from models.actions import outbox
from models.actions.people import LockAccount, Unfollow
from models.actions.person_talk import AnswerTalk, OpenTalk
from models.actions.staff import Assign, Claim
from models.actions.talk_in_hand import TalkInHand
from models.store import Work
from tests.models.test_staff import a_user
from tests.town import TestTown

_BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def other(town: TestTown) -> Iterator[Callable[[Callable[[Work], Any]], Future[Any]]]:
    """Do something in a second transaction; comes back as soon as that one waits for a lock."""
    if town.store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite locks the whole database at once")

    def begin(doing: Callable[[Work], Any]) -> Future[Any]:
        def run() -> Any:
            with town.store.work(town.clock.now()) as work:
                return doing(work)

        future = pool.submit(run)
        with town.store.look(town.clock.now()) as work:
            while not future.done() and not work.conn.execute(_BLOCKED).scalar():
                work.conn.rollback()
        return future

    with ThreadPoolExecutor(1) as pool:
        yield begin


def test_claiming_and_assigning_to_the_same_worker(town: TestTown, other: Any) -> None:
    order_id, user = int(town.order()["order_id"]), a_user(town)
    worker = town.staff("王伟").worker_id
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(text("SELECT 1 FROM work_order WHERE id = :id FOR UPDATE"), {"id": order_id})
        claiming = other(Claim(order_id, worker).run)
        assert Assign(order_id, worker, user).run(work)["ok"]
    assert claiming.result()["new"] is False


def test_leaving_while_a_message_is_about_to_be_sent(town: TestTown, other: Any) -> None:
    town.do(Claim(int(town.order()["order_id"]), town.staff().worker_id))
    (row,) = town.told("order_claimed")
    with town.store.work(town.clock.now()) as work:
        outbox.note_heard(work, row.account_id, "text")

    def send(work: Work) -> Any:
        message = outbox.read(work, row.id)
        assert message is not None
        return outbox.claim(work, message, ["customer_service", "held"], 0)

    with town.store.work(town.clock.now()) as work:
        account = LockAccount("wechat_oa", "o-zhang").run(work)["account_id"]
        sending = other(send)
        Unfollow(account).run(work)
    assert sending.result() is None
    assert town.told("order_claimed")[0].state == "failed"


def test_leaving_while_staff_answer_in_a_talk(town: TestTown, other: Any) -> None:
    who, worker = town.resident(home=("幸福小区", "3", "2", "602")), town.planted.workers["孙丽"]
    talk = int(town.do(OpenTalk(who.account_id, "asked"))["talk_id"])
    with town.store.work(town.clock.now()) as work:
        assert TalkInHand.take(work, talk) is not None
        leaving = other(Unfollow(who.account_id).run)
        assert AnswerTalk(talk, "worker", worker, "您好").run(work)["ok"]
    assert leaving.result()["ok"]
    assert town.rows(t.person_talk)[0].account_id is None


def test_opening_two_orders_at_once(town: TestTown, other: Any) -> None:
    """The first number is not committed when the second is given."""
    with town.store.work(town.clock.now()) as work:
        first = work.next_number(t.ORDER_NUMBER)
        second = other(lambda work: work.next_number(t.ORDER_NUMBER))
        assert second.done()
    assert second.result() == first + 1
