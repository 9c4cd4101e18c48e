"""Several on one order: closing waits for all who help."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from models import tables as t
from models import views
from models.actions.helpers import AddHelper, DismissHelper, HelperDone
from models.actions.roster import SetLeave
from models.actions.staff import AskResident, Claim, Finish, Progress, Return, SetDuty
from models.actions.transfer import Transfer
from models.store import open_store
from tests.models.test_staff import a_user
from tests.town import KEYS, LIMITS, TestTown


@pytest.fixture
def order_id(town: TestTown) -> int:
    """An order about 602 that 王伟 leads, nobody of the unit being on duty."""
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.worker).values(on_duty=False))
    home = town.home("幸福小区", "3", "2", "602")
    made = int(town.order(summary="602水管爆了", home_id=home)["order_id"])
    town.do(Claim(made, town.planted.workers["王伟"]))
    return made


def _call(town: TestTown, order_id: int, words: str, by: str = "王伟") -> dict[str, object]:
    return town.do(AddHelper(order_id, "worker", town.planted.workers[by], words))


def test_closing_waits_for_everybody_who_helps(town: TestTown, order_id: int) -> None:
    workers = town.planted.workers
    assert _call(town, order_id, "陈静 抬管子")["helper"] == "陈静"
    assert _call(town, order_id, "李师傅")["helper"] == "李华"
    assert town.told("order_helper")[0].facts["mention"] == ["ChenJing"]
    refusal = town.do(Finish(order_id, workers["王伟"], "好了"))
    assert (refusal["why"], refusal["names"]) == ("helpers", "陈静、李华")
    assert town.do(Finish(order_id, workers["陈静"], " "))["why"] == "needs_words"
    done = town.do(Finish(order_id, workers["陈静"], "抬好了", media=("m1",), source="wecom_aibot:anju"))
    assert (done["part"], done["left"]) == (True, "李华")
    assert town.row(order_id).state == "claimed"
    told = town.told("order_helper_done")[0].facts
    assert (told["helper"], told["left"], told["mention"]) == ("陈静", "李华", ["WangWei"])
    assert town.do(HelperDone(order_id, workers["陈静"], "抬好了"))["why"] == "not_yours"
    town.do(Finish(order_id, workers["李华"], "电断了"))
    assert town.do(Finish(order_id, workers["王伟"], "好了"))["ok"]
    assert len(town.rows(t.photo)) == 1


def test_who_helps_sees_the_door_until_their_part_is_done(town: TestTown, order_id: int) -> None:
    helper = town.staff("陈静")
    assert town.see(views.door_of, helper, order_id) is None
    _call(town, order_id, "陈静")
    assert "602" in town.see(views.door_of, helper, order_id).door
    assert town.see(views.order_by_id, helper, order_id).summary == "602水管爆了"
    assert [one.id for one in town.see(views.open_orders_of, helper)] == [order_id]
    assert town.do(Progress(order_id, helper.worker_id, "在抬"))["ok"]
    assert town.do(AskResident(order_id, helper.worker_id, "阀门在哪？"))["ok"]
    assert town.do(Return(order_id, helper.worker_id, "不会"))["why"] == "not_yours"
    town.do(HelperDone(order_id, helper.worker_id, "抬好了"))
    assert town.see(views.door_of, helper, order_id) is None
    assert town.see(views.open_orders_of, helper) == ()
    assert [(one.name, one.done) for one in town.see(views.helpers_of, helper, order_id)] == [("陈静", True)]
    assert town.see(views.helpers_of, town.resident(), order_id) == ()


def test_who_cannot_be_called(town: TestTown, order_id: int) -> None:
    workers, now = town.planted.workers, town.clock.now()
    assert _call(town, order_id, "赵敏")["why"] == "not_found"
    assert _call(town, order_id, "王伟")["why"] == "not_found"
    assert _call(town, order_id, "李华", by="陈静")["why"] == "not_yours"
    town.do(SetLeave(workers["李华"], now, now + timedelta(hours=1), workers["陈静"]))
    refusal = _call(town, order_id, "李华")
    assert (refusal["why"], refusal["substitute"]) == ("away", "陈静")
    _call(town, order_id, "陈静")
    assert _call(town, order_id, "陈静")["why"] == "already"
    user = a_user(town, "anju", "安居物业")
    assert town.do(AddHelper(order_id, "console", user, worker_id=workers["赵敏"]))["why"] == "not_found"


def test_who_is_not_needed_is_let_go_and_may_be_called_again(town: TestTown, order_id: int) -> None:
    worker = town.planted.workers["王伟"]
    _call(town, order_id, "陈静")
    assert town.do(DismissHelper(order_id, "worker", worker, "李华"))["why"] == "not_found"
    assert town.do(DismissHelper(order_id, "worker", worker, "陈静"))["helper"] == "陈静"
    assert _call(town, order_id, "陈静")["ok"]
    assert len(town.rows(t.order_helper)) == 1
    town.do(DismissHelper(order_id, "worker", worker, "小陈"))
    assert town.do(Finish(order_id, worker, "好了"))["ok"]


def test_help_ends_with_the_unit_and_whoever_leads_no_longer_helps(town: TestTown, order_id: int) -> None:
    workers = town.planted.workers
    _call(town, order_id, "陈静")
    _call(town, order_id, "李华")
    town.do(Transfer(order_id, "worker", workers["王伟"], "陈静"))
    assert town.do(Finish(order_id, workers["陈静"], "好了"))["names"] == "李华"
    town.do(Return(order_id, workers["陈静"], "不归我们"))
    assert all(row.done_at for row in town.rows(t.order_helper))


def test_closing_and_calling_at_once_never_leave_somebody_helping_with_a_closed_order(
    town: TestTown, order_id: int, database_url: str
) -> None:
    workers = town.planted.workers
    store = open_store(database_url, KEYS, LIMITS, pool=4, wait_seconds=60)
    crowd = TestTown(store, town.clock, town.planted)
    acts = [
        AddHelper(order_id, "worker", workers["王伟"], "陈静"),
        Finish(order_id, workers["王伟"], "好了"),
        AddHelper(order_id, "worker", workers["王伟"], "李华"),
    ]
    with ThreadPoolExecutor(3) as pool:
        _, finished, _ = pool.map(crowd.do, acts)
    store.engine.dispose()
    helping = [row for row in town.rows(t.order_helper) if row.done_at is None]
    assert finished["ok"] is (town.row(order_id).state == "closed")
    assert not (finished["ok"] and helping)


def test_whoever_called_for_help_is_named(town: TestTown, order_id: int) -> None:
    workers, user = town.planted.workers, a_user(town)
    town.do(AddHelper(order_id, "console", user, worker_id=workers["陈静"]))
    town.do(DismissHelper(order_id, "console", user, worker_id=workers["陈静"]))
    _call(town, order_id, "陈静")
    town.do(SetDuty(workers["李华"], True))
    _call(town, order_id, "陈静", "李华")
    town.do(DismissHelper(order_id, "worker", workers["李华"], worker_id=workers["陈静"]))
    _call(town, order_id, "陈静", "李华")
    assert [row.facts["given_by"] for row in town.told("order_helper")] == ["工作台", "王伟", "李华"]
    assert [row.facts["given_by"] for row in town.told("order_helper_dismissed")] == ["工作台", "李华"]
