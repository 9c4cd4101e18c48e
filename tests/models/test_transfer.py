"""Orders go on to a colleague or another unit; what comes back for the third time goes up."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import tables as t
from models import views
from models.actions.roster import SetLeave
from models.actions.staff import Arrive, Claim, Return
from models.actions.transfer import Transfer
from models.rules.names import read_name
from models.store import open_store
from tests.models.test_staff import a_user
from tests.town import KEYS, LIMITS, TestTown

NAMES = {1: "王强", 2: "王伟", 3: "李小明", 4: "安居电梯维保公司", 5: "安居物业"}


@pytest.mark.parametrize(
    ("words", "found", "rest"),
    [
        ("王强", (1,), ""),
        ("王强，下班了", (1,), "下班了"),
        ("王强下班了", (1,), "下班了"),
        ("李师傅 他会修", (3,), "他会修"),
        ("小李", (3,), ""),
        ("王师傅", (1, 2), ""),
        ("电梯维保 主机坏了", (4,), "主机坏了"),
        ("安居物业", (5,), ""),
        ("安居", (4, 5), ""),
        ("小明", (3,), ""),
        ("张三", (), ""),
        ("王", (), ""),
        ("", (), ""),
    ],
)
def test_whom_words_mean(words: str, found: tuple[int, ...], rest: str) -> None:
    assert read_name(words, NAMES) == (found, rest)


def _held(town: TestTown, name: str = "王伟", **more: Any) -> int:
    order_id = int(town.order(**more)["order_id"])
    assert town.do(Claim(order_id, town.planted.workers[name]))["ok"]
    return order_id


def _by(town: TestTown, name: str) -> tuple[str, int]:
    return "worker", town.planted.workers[name]


def test_to_a_colleague_by_name(town: TestTown) -> None:
    order_id = _held(town)
    town.do(Arrive(order_id, town.planted.workers["王伟"]))
    done = town.do(Transfer(order_id, *_by(town, "王伟"), "陈静 我下班了"))
    assert (done["worker"], done["unit"]) == ("陈静", "安居物业")
    row = town.row(order_id)
    assert (row.state, row.holder_id, row.arrived_at) == ("claimed", town.planted.workers["陈静"], None)
    (told,) = town.told("order_transferred")
    assert told.facts["mention"] == ["WangWei", "ChenJing"]
    assert (told.facts["given_by"], told.facts["words"]) == ("王伟", "我下班了")
    assert town.told("order_assigned_resident")[-1].facts["worker"] == "陈静"
    assert (town.rows(t.timer)[-1].kind, town.rows(t.timer)[-1].stamp) == ("unattended", row.stage)


def test_to_another_unit_that_serves_the_estate(town: TestTown) -> None:
    order_id = _held(town)
    done = town.do(Transfer(order_id, *_by(town, "王伟"), "居委会 要协调两户"))
    assert (done["worker"], done["unit"]) == ("", "和平社区居委会")
    row = town.row(order_id)
    assert (row.state, row.holder_id, row.level) == ("waiting", None, 1)
    (left,) = town.told("order_left")
    assert (left.work_group_id, left.facts["mention"]) == (town.planted.groups[0].id, ["WangWei"])
    assert left.facts["paged"] == ""
    new = town.told("new_order")[-1]
    assert (new.work_group_id, new.facts["given_by"]) == (town.planted.groups[2].id, "王伟")
    assert town.told("order_returned")[0].facts["unit"] == "和平社区居委会"
    assert town.rows(t.timer)[-1].kind == "unclaimed"


def test_of_an_order_without_a_unit_nobody_hears_that_it_has_left(town: TestTown) -> None:
    order_id = int(town.order()["order_id"])
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.work_order).values(unit_id=None))
    firm = town.planted.units["安居物业"]
    assert town.do(Transfer(order_id, "console", a_user(town), to_unit_id=firm))["ok"]
    assert not town.told("order_left")


def test_the_old_unit_hears_that_the_console_gave_it_to_another_ones_worker(town: TestTown) -> None:
    order_id, zhao = _held(town), town.planted.workers["赵敏"]
    assert town.do(Transfer(order_id, "console", a_user(town), to_worker_id=zhao))["ok"]
    (left,) = town.told("order_left")
    assert (left.work_group_id, left.facts["unit"]) == (town.planted.groups[0].id, "阳光物业")
    assert left.facts["mention"] == ["WangWei"]


def test_transfers_that_are_refused(town: TestTown) -> None:
    order_id, workers = _held(town), town.planted.workers
    mine = _by(town, "王伟")
    refusal = town.do(Transfer(order_id, *mine, "阳光物业"))
    assert (refusal["why"], "和平社区居委会" in refusal["names"]) == ("not_found", True)
    assert town.do(Transfer(order_id, *mine, ""))["why"] == "not_found"
    assert town.do(Transfer(order_id, *mine, to_worker_id=workers["王伟"]))["why"] == "already"
    assert town.do(Transfer(order_id, *mine, to_worker_id=workers["赵敏"]))["why"] == "not_your_unit"
    assert (
        town.do(Transfer(order_id, *mine, to_unit_id=town.planted.units["阳光物业"]))["why"]
        == "not_your_unit"
    )
    assert town.do(Transfer(order_id, *_by(town, "陈静"), "李华"))["why"] == "not_yours"
    waiting = int(town.order(summary="又坏了")["order_id"])
    assert town.do(Transfer(waiting, *mine, "陈静"))["why"] == "not_claimed"
    assert town.do(Transfer(waiting, *_by(town, "李华"), "陈静"))["ok"]
    now = town.clock.now()
    town.do(SetLeave(workers["李华"], now, now + timedelta(hours=1), workers["陈静"]))
    refusal = town.do(Transfer(order_id, *mine, "李华"))
    assert (refusal["why"], refusal["substitute"]) == ("away", "陈静")
    with town.store.work(now) as work:
        work.conn.execute(update(t.worker).values(cap=1))
    refusal = town.do(Transfer(order_id, *mine, "陈静"))
    assert (refusal["why"], refusal["by"], refusal["cap"]) == ("full", "陈静", 1)


def test_the_console_transfers_within_what_it_may(town: TestTown) -> None:
    admin, firm = a_user(town), a_user(town, "anju", "安居物业")
    order_id, workers = _held(town), town.planted.workers
    assert (
        town.do(Transfer(order_id, "console", firm, to_worker_id=workers["赵敏"]))["why"] == "not_your_unit"
    )
    up = town.planted.units["和平社区居委会"]
    assert town.do(Transfer(order_id, "console", firm, to_unit_id=up))["why"] == "not_your_unit"
    assert (
        town.do(Transfer(order_id, "console", firm, "急", to_worker_id=workers["李华"]))["worker"] == "李华"
    )
    assert town.told("order_transferred")[0].facts["given_by"] == "工作台"
    given = town.see(views.timeline, town.staff("李华"), order_id)[-1]
    assert (given.step, given.by, given.name) == ("transfer", "console", "工作台")
    assert town.do(Transfer(order_id, "console", admin, to_unit_id=up))["unit"] == "和平社区居委会"
    assert town.do(Transfer(order_id, "console", firm, to_worker_id=workers["李华"]))["why"] == "unknown"


def test_a_return_may_name_the_next_holder(town: TestTown) -> None:
    order_id = _held(town)
    assert town.do(Return(order_id, town.planted.workers["王伟"], "给陈静"))["why"] == "needs_words"
    done = town.do(Return(order_id, town.planted.workers["王伟"], "给陈静 我不会修"))
    assert (done["worker"], town.row(order_id).returns) == ("陈静", 1)
    done = town.do(Return(order_id, town.planted.workers["陈静"], "给的地址不对"))
    assert (done["unit"], done["up"]) == ("和平社区居委会", False)


def test_the_third_return_goes_up_whoever_is_named(town: TestTown) -> None:
    order_id, workers = _held(town), town.planted.workers
    town.do(Return(order_id, workers["王伟"], "给陈静 不会修"))
    town.do(Return(order_id, workers["陈静"], "给王伟 我也不会"))
    done = town.do(Return(order_id, workers["王伟"], "给陈静 还是不会"))
    assert (done["unit"], done["up"], done["returns"]) == ("和平社区居委会", True, 3)
    told = town.told("new_order")[-1]
    assert (told.facts["returns"], told.facts["words"]) == (3, "还是不会")
    assert town.row(order_id).level == 1


def test_of_two_transfers_at_once_each_finds_the_order_where_the_other_left_it(
    town: TestTown, database_url: str
) -> None:
    order_id, workers = _held(town), town.planted.workers
    store = open_store(database_url, KEYS, LIMITS, pool=4, wait_seconds=60)
    crowd = TestTown(store, town.clock, town.planted)
    acts = [Transfer(order_id, "worker", workers["王伟"], name) for name in ("陈静", "李华")] * 2
    with ThreadPoolExecutor(4) as pool:
        done = Counter(one.get("worker") or one["why"] for one in pool.map(crowd.do, acts))
    store.engine.dispose()
    holder = town.row(order_id).holder_id
    assert holder in (workers["陈静"], workers["李华"])
    assert sum(done.values()) == 4
    assert len(town.rows(t.order_entry, step="transfer")) == done["陈静"] + done["李华"] == 1
    assert done["not_yours"] == 3
