"""An order waits with a reason and goes on by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import tables as t
from models import views
from models.actions.appointment import Appoint
from models.actions.endings import NotFixed
from models.actions.escalation import Unattended
from models.actions.pause import Pause, PauseOver, Resume
from models.actions.staff import Arrive, Claim, Finish, Return
from models.actions.transfer import Transfer
from tests.models.test_staff import a_user
from tests.town import LIMITS, TestTown

DAY = timedelta(days=1)


@pytest.fixture
def order_id(town: TestTown) -> int:
    """An order that 王伟 holds."""
    made = int(town.order()["order_id"])
    town.do(Claim(made, town.planted.workers["王伟"]))
    return made


def _pause(
    town: TestTown, order_id: int, days: float = 3, words: str = "等配件，602室的"
) -> dict[str, object]:
    until = town.clock.now() + days * DAY
    return town.do(Pause(order_id, "worker", town.planted.workers["王伟"], words, until))


def test_a_pause_is_told_with_its_reason_and_ends_by_itself(town: TestTown, order_id: int) -> None:
    until = town.clock.now() + 3 * DAY
    assert _pause(town, order_id)["until"] == until.isoformat()
    row = town.row(order_id)
    assert (row.state, row.paused_until, row.holder_id) == ("paused", until, town.planted.workers["王伟"])
    assert town.told("order_paused")[0].facts["words"] == "等配件，602室的"
    timer = town.rows(t.timer)[-1]
    assert (timer.kind, timer.stamp, timer.due_at) == ("paused", row.stage, until)
    assert town.do(Unattended(order_id, 1))["did"] == "nothing"
    town.clock.forward(days=3)
    assert town.do(PauseOver(order_id, row.stage))["did"] == "resumed"
    assert town.do(PauseOver(order_id, row.stage))["did"] == "nothing"
    row = town.row(order_id)
    assert (row.state, row.paused_until) == ("claimed", None)
    assert town.told("order_resumed")[0].facts["mention"] == ["WangWei"]
    assert len(town.told("order_resumed_resident")) == 1
    assert (town.rows(t.timer)[-1].kind, town.rows(t.timer)[-1].stamp) == ("unattended", row.stage)


def test_a_pause_may_be_prolonged_and_the_resident_hears_until_when(town: TestTown, order_id: int) -> None:
    _pause(town, order_id, 1)
    early = town.row(order_id).stage
    town.clock.forward(hours=20)
    until = town.clock.now() + 4 * DAY
    assert _pause(town, order_id, 4, "配件缺货")["until"] == until.isoformat()
    assert _pause(town, order_id, 4, "配件缺货")["ok"]  # said twice: told once
    assert [one.facts["words"] for one in town.told("order_paused")] == ["等配件，602室的", "配件缺货"]
    assert town.do(PauseOver(order_id, early))["did"] == "nothing"
    assert town.row(order_id).paused_until == until
    town.clock.forward(days=4)
    assert town.do(PauseOver(order_id, town.row(order_id).stage))["did"] == "resumed"


def test_whoever_was_there_already_is_there_again(town: TestTown, order_id: int) -> None:
    worker = town.planted.workers["王伟"]
    town.do(Arrive(order_id, worker))
    _pause(town, order_id)
    assert town.do(Resume(order_id, "worker", worker))["ok"]
    assert town.row(order_id).state == "arrived"
    assert town.do(Resume(order_id, "worker", worker))["why"] == "already"
    assert not town.told("order_resumed")


@pytest.mark.parametrize(
    ("days", "words", "why"),
    [(3, " ", "needs_words"), (-1, "等", "too_late"), (0, "等", "too_late"), (15, "等", "too_far")],
)
def test_pauses_that_are_refused(town: TestTown, order_id: int, days: int, words: str, why: str) -> None:
    assert _pause(town, order_id, days, words)["why"] == why
    nobody = Pause(order_id, "worker", town.planted.workers["陈静"], "等", town.clock.now() + DAY)
    assert town.do(nobody)["why"] == "not_yours"
    never = Pause(order_id, "worker", town.planted.workers["王伟"], "等", None)
    assert town.do(never)["why"] == "needs_time"


def test_the_console_pauses_and_the_holder_is_told(town: TestTown, order_id: int) -> None:
    user, firm = a_user(town), a_user(town, "sunny", "阳光物业")
    until = town.clock.now() + DAY
    assert town.do(Pause(order_id, "console", firm, "等厂家", until))["why"] == "unknown"
    assert town.do(Pause(order_id, "console", user, "等厂家", until))["ok"]
    assert town.told("order_paused_group")[0].facts["mention"] == ["WangWei"]
    assert town.do(Resume(order_id, "console", user))["ok"]


def test_what_waits_may_still_be_finished_or_given_back(town: TestTown, order_id: int) -> None:
    worker = town.planted.workers["王伟"]
    _pause(town, order_id)
    stage = town.row(order_id).stage
    assert order_id in [one.id for one in town.see(views.open_orders_of, town.staff("王伟"))]
    assert town.do(Finish(order_id, worker, "好了"))["ok"]
    row = town.row(order_id)
    assert (row.state, row.paused_until) == ("closed", None)
    assert town.do(PauseOver(order_id, stage))["did"] == "nothing"


def test_a_return_out_of_a_pause(town: TestTown, order_id: int) -> None:
    _pause(town, order_id)
    assert town.do(Return(order_id, town.planted.workers["王伟"], "没有配件"))["ok"]
    assert (town.row(order_id).state, town.row(order_id).paused_until) == ("waiting", None)


def _is_late(town: TestTown, order_id: int) -> bool:
    late = town.see(views.queue, views.User("admin"), views.Wanted(state="open", late=True))
    return order_id in [one.id for one in late.orders]


def test_the_time_of_a_pause_does_not_count(town: TestTown, order_id: int) -> None:
    minutes, worker = LIMITS["unattended_minutes"]["normal"], town.planted.workers["王伟"]
    town.clock.forward(minutes=minutes - 20)
    for _ in range(2):
        _pause(town, order_id, 14)
        town.clock.forward(days=3)
        _pause(town, order_id, 14, "再等几天")
        town.clock.forward(days=2)
        assert not _is_late(town, order_id)
        assert town.do(Resume(order_id, "worker", worker))["ok"]
        town.clock.forward(minutes=9)
        assert not _is_late(town, order_id)
    town.clock.forward(minutes=3)
    assert _is_late(town, order_id)


def test_an_appointment_made_during_a_pause_does_not_count_it_either(town: TestTown, order_id: int) -> None:
    town.clock.forward(minutes=10)
    _pause(town, order_id)
    town.clock.forward(days=2)
    visit = town.clock.now() + timedelta(minutes=10)
    assert town.do(Appoint(order_id, "worker", town.planted.workers["王伟"], visit))["ok"]
    assert town.row(order_id).claimed_at == town.clock.now() - timedelta(minutes=10)


def test_who_gets_it_during_a_pause_has_it_from_then_on(town: TestTown, order_id: int) -> None:
    _pause(town, order_id)
    town.clock.forward(days=2)
    assert town.do(Transfer(order_id, "worker", town.planted.workers["王伟"], "陈静"))["ok"]
    assert town.row(order_id).claimed_at == town.clock.now()


def test_what_is_not_fixed_is_not_late_at_once(town: TestTown, order_id: int) -> None:
    town.do(Finish(order_id, town.planted.workers["王伟"], "好了"))
    town.clock.forward(days=3)
    assert town.do(NotFixed(order_id, town.resident().account_id, "又坏了"))["ok"]
    assert town.row(order_id).state == "claimed"
    assert not _is_late(town, order_id)
