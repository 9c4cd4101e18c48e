"""A visit at a time that was agreed upon."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import tables as t
from models import views
from models.actions.answers import AnswerStaff
from models.actions.appointment import Appoint, VisitSoon
from models.actions.escalation import Unattended
from models.actions.staff import Arrive, AskResident, Claim, Return
from models.actions.transfer import Transfer
from tests.models.test_staff import a_user
from tests.town import TestTown

HOUR = timedelta(hours=1)


@pytest.fixture
def order_id(town: TestTown) -> int:
    """An order that 王伟 holds."""
    made = int(town.order()["order_id"])
    town.do(Claim(made, town.planted.workers["王伟"]))
    return made


def _appoint(town: TestTown, order_id: int, hours: float = 24, ends: float | None = None) -> dict[str, Any]:
    now = town.clock.now()
    until = now + ends * HOUR if ends is not None else None
    worker = town.planted.workers["王伟"]
    return town.do(Appoint(order_id, "worker", worker, now + hours * HOUR, until, "明天上午9点"))


def test_an_appointment_is_told_and_moves_the_deadline(town: TestTown, order_id: int) -> None:
    at = town.clock.now() + 24 * HOUR
    assert _appoint(town, order_id)["visit"] == [at.isoformat(), (at + 2 * HOUR).isoformat()]
    row = town.row(order_id)
    assert (row.visit_at, row.visit_ends_at) == (at, at + 2 * HOUR)
    due = {timer.kind: timer.due_at for timer in town.rows(t.timer, stamp=row.stage)}
    assert due == {"unattended": at + 2 * HOUR, "visit_soon": at - HOUR / 2}
    assert town.told("order_visit")[0].facts["visit"] == [at.isoformat(), (at + 2 * HOUR).isoformat()]
    assert _appoint(town, order_id)["why"] == "already"


def test_the_resident_answers_with_another_time(town: TestTown, order_id: int) -> None:
    visit = _appoint(town, order_id)["visit"]
    (question,) = town.rows(t.open_question)
    assert town.do(AnswerStaff(town.resident().account_id, question.id, "改到下午吧"))["ok"]
    (told,) = town.told("order_visit_answer")
    assert (told.facts["words"], told.facts["visit"]) == ("改到下午吧", visit)
    assert (told.facts["mention"], town.told("order_answer")) == (["WangWei"], [])
    assert town.rows(t.order_entry)[-1].facts == {"visit": visit}


def test_the_group_is_reminded_once_before_the_visit(town: TestTown, order_id: int) -> None:
    _appoint(town, order_id)
    stage = town.row(order_id).stage
    town.clock.forward(hours=23.5)
    assert town.do(VisitSoon(order_id, stage - 1))["did"] == "nothing"
    assert [town.do(VisitSoon(order_id, stage))["did"] for _ in range(2)] == ["reminded", "nothing"]
    assert town.told("order_visit_soon")[0].facts["mention"] == ["WangWei"]


def test_who_has_come_is_not_reminded(town: TestTown, order_id: int) -> None:
    _appoint(town, order_id)
    stage = town.row(order_id).stage
    town.do(Arrive(order_id, town.planted.workers["王伟"]))
    assert town.do(VisitSoon(order_id, stage))["did"] == "nothing"


def test_who_does_not_come_to_the_visit_loses_the_order(town: TestTown, order_id: int) -> None:
    visit = _appoint(town, order_id)["visit"]
    stage = town.row(order_id).stage
    town.clock.forward(hours=26)
    assert town.do(Unattended(order_id, stage))["did"] == "escalated"
    assert town.told("order_escalated")[0].facts["visit"] == visit
    assert town.row(order_id).visit_at is None


def test_a_new_appointment_takes_the_place_of_the_old_one(town: TestTown, order_id: int) -> None:
    _appoint(town, order_id)
    stale = town.row(order_id).stage
    assert _appoint(town, order_id, 48, 49)["ok"]
    town.clock.forward(hours=26)
    assert town.do(Unattended(order_id, stale))["did"] == "nothing"
    assert town.do(VisitSoon(order_id, stale))["did"] == "nothing"


def test_only_the_newest_appointment_waits_for_an_answer(town: TestTown, order_id: int) -> None:
    town.do(AskResident(order_id, town.planted.workers["王伟"], "几楼？"))
    _appoint(town, order_id)
    _appoint(town, order_id, 48)
    asked = town.see(views.open_questions, town.resident().account_id)
    newest = town.rows(t.order_entry)[-1].id
    assert [(one.subject == newest, one.words) for one in asked] == [(True, "明天上午9点"), (False, "几楼？")]


@pytest.mark.parametrize(
    ("hours", "ends", "why"), [(-1, None, "too_late"), (5, 4, "too_late"), (15 * 24, None, "too_far")]
)
def test_appointments_that_are_refused(
    town: TestTown, order_id: int, hours: float, ends: float | None, why: str
) -> None:
    assert _appoint(town, order_id, hours, ends)["why"] == why
    assert town.do(Appoint(order_id, "worker", town.planted.workers["王伟"], None))["why"] == "needs_time"


def test_a_colleague_keeps_the_appointment_another_unit_does_not(town: TestTown, order_id: int) -> None:
    _appoint(town, order_id)
    workers = town.planted.workers
    town.do(Transfer(order_id, "worker", workers["王伟"], "陈静"))
    row = town.row(order_id)
    assert row.visit_at is not None
    assert "visit" in town.told("order_transferred")[0].facts
    assert {timer.kind for timer in town.rows(t.timer, stamp=row.stage)} == {"unattended", "visit_soon"}
    town.do(Return(order_id, workers["陈静"], "不归我们"))
    assert town.row(order_id).visit_at is None


def test_the_console_makes_an_appointment_and_the_holder_is_told(town: TestTown, order_id: int) -> None:
    user, at = a_user(town), town.clock.now() + HOUR
    assert town.do(Appoint(order_id, "console", user, at))["ok"]
    assert town.told("order_visit_group")[0].facts["mention"] == ["WangWei"]
