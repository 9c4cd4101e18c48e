"""What workers and the console do with orders, and what happens when nobody does anything."""

from __future__ import annotations

from typing import Any

import pytest

from models import tables as t
from models import views
from models.actions.console_orders import CloseOrder, NoteOrder, ReplyFromDesk
from models.actions.desk import SaveUser
from models.actions.endings import NotFixed
from models.actions.escalation import Unattended, Unclaimed
from models.actions.orders import JoinOrder
from models.actions.staff import (
    Arrive,
    AskResident,
    Assign,
    Claim,
    Finish,
    Progress,
    ReplyResident,
    Return,
    SetDuty,
    TellPhotoGone,
)
from tests.town import TestTown
from tests.words import faults


def _claimed(town: TestTown, name: str = "王伟", **more: Any) -> int:
    order_id = int(town.order(**more)["order_id"])
    assert town.do(Claim(order_id, town.staff(name).worker_id))["ok"]
    return order_id


def a_user(town: TestTown, login: str = "admin", unit: str | None = None) -> int:
    """A user of the console: an administrator, or a firm's."""
    role = "firm" if unit else "admin"
    unit_id = town.planted.units[unit] if unit else None
    return int(town.do(SaveUser(login, role, "hash", unit_id))["user_id"])


def test_claiming(town: TestTown) -> None:
    order_id = town.order()["order_id"]
    mine = Claim(order_id, town.staff("王伟").worker_id, "wecom_aibot:anju")
    assert town.do(mine)["new"] is True
    assert town.do(mine)["new"] is False
    refusal = town.do(Claim(order_id, town.staff("李华").worker_id))
    assert (refusal["why"], refusal["by"]) == ("taken", "王伟")
    row = town.row(order_id)
    assert (row.state, row.stage, row.claimed_at) == ("claimed", 1, town.clock.now())
    (told,) = town.told("order_claimed")
    assert (told.facts["worker"], told.facts["unit"]) == ("王伟", "安居物业")
    assert "tail" not in told.facts


def test_claims_that_are_refused(town: TestTown) -> None:
    order_id = town.order()["order_id"]
    assert town.do(Claim(order_id, town.staff("赵敏").worker_id))["why"] == "not_your_unit"
    assert town.do(Claim(999, town.staff().worker_id))["why"] == "unknown"
    assert town.do(Claim(order_id, 999))["why"] == "unknown"
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.worker.update().values(cap=0))
    assert town.do(Claim(order_id, town.staff().worker_id)) == {
        "ok": False, "why": "cap", "number": 1001, "cap": 0,
    }  # fmt: skip


def test_an_order_from_claim_to_finish(town: TestTown) -> None:
    order_id, worker = _claimed(town), town.staff("王伟").worker_id
    assert town.do(Arrive(order_id, worker))["ok"]
    assert town.do(Arrive(order_id, worker))["why"] == "already"
    for _ in range(2):
        town.do(Progress(order_id, worker, "在等配件", ("m1",), "wecom_aibot:anju"))
    assert [row.facts["words"] for row in town.told("order_progress")] == ["在等配件"]
    assert town.do(Finish(order_id, worker, " "))["why"] == "needs_words"
    assert town.do(Finish(order_id, worker, "好了", "fixed"))["why"] == "unknown"
    assert (
        town.do(Finish(order_id, worker, "", media=("m2",), source="wecom_aibot:anju"))["end"] == "resolved"
    )
    (told,) = town.told("order_finished")
    assert (told.facts["closure"], told.facts["rate"], told.facts["photos"]) == (1, True, 1)
    assert town.do(Finish(order_id, worker, "好了"))["why"] == "closed"
    steps = [entry.step for entry in town.see(views.timeline, town.resident(), order_id)]
    assert steps == ["open", "claim", "arrive", "progress", "finish"]
    assert len(town.rows(t.photo)) == 2


def test_four_photos_one_after_another_are_four_photos_and_one_message(town: TestTown) -> None:
    order_id, worker = _claimed(town), town.staff("王伟").worker_id
    for media in ("m1", "m2", "m3", "m3", "m4"):
        town.do(Progress(order_id, worker, "", (media,), "wecom_aibot:anju"))
        town.clock.forward(seconds=5)
    assert [row.media for row in town.rows(t.photo)] == ["m1", "m2", "m3", "m4"]
    assert [row.facts["photos"] for row in town.told("order_progress")] == [4]
    town.do(Progress(order_id, worker, "换好了", ("m5",), "wecom_aibot:anju"))
    town.clock.forward(seconds=31)
    town.do(Progress(order_id, worker, "", ("m6",), "wecom_aibot:anju"))
    assert [row.facts["photos"] for row in town.told("order_progress")] == [4, 1, 1]


def test_whose_photo_is_gone_is_told_in_their_own_group(town: TestTown) -> None:
    order_id, worker = _claimed(town), town.staff("王伟").worker_id
    town.do(Return(order_id, worker, "不归我们管"))
    for _ in range(2):
        assert town.do(TellPhotoGone(order_id, worker, "refused"))["ok"]
    (told,) = town.told("order_photo_refused")
    assert told.work_group_id == town.planted.groups[0].id
    assert (told.facts["worker"], told.facts["photos"], told.facts["again"]) == ("王伟", 2, 1001)
    closed = _claimed(town, summary="又坏了")
    town.do(Finish(closed, worker, "", media=("m1",)))
    town.do(TellPhotoGone(closed, worker, "lost"))
    assert town.told("order_photo_lost")[0].facts["again"] == 0


@pytest.mark.parametrize(("end", "questions"), [("explained", 1), ("not_responsible", 1), ("duplicate", 0)])
def test_honest_ends(town: TestTown, end: str, questions: int) -> None:
    order_id = _claimed(town)
    town.do(Finish(order_id, town.staff("王伟").worker_id, "说明", end))
    assert len(town.rows(t.open_question)) == questions
    assert town.told("order_finished")[0].facts["rate"] is bool(questions)


def test_only_the_holder_or_whoever_is_on_duty(town: TestTown) -> None:
    order_id = _claimed(town, "王伟")
    refusal = town.do(Progress(order_id, town.staff("陈静").worker_id, "去了"))
    assert (refusal["why"], refusal["by"]) == ("not_yours", "王伟")
    assert town.do(Progress(order_id, town.staff("李华").worker_id, "去了"))["ok"]
    assert town.do(Progress(order_id, town.staff("赵敏").worker_id, "去了"))["why"] == "not_your_unit"
    waiting = town.order(summary="又坏了")["order_id"]
    assert town.do(Arrive(waiting, town.staff("王伟").worker_id))["why"] == "not_claimed"


def test_returning_goes_up_with_a_reason(town: TestTown) -> None:
    order_id, worker = _claimed(town), town.staff("王伟").worker_id
    assert town.do(Return(order_id, worker, ""))["why"] == "needs_words"
    assert town.do(Return(order_id, worker, "要换主机，找602的业主"))["unit"] == "和平社区居委会"
    row = town.row(order_id)
    assert (row.state, row.holder_id, row.level) == ("waiting", None, 1)
    told = town.told("new_order")[-1]
    assert told.work_group_id == town.planted.groups[2].id
    assert (told.facts["from_unit"], told.facts["returned_by"]) == ("安居物业", "王伟")
    told = town.told("order_returned")[0]
    assert (told.facts["unit"], "stays" in told.facts) == ("和平社区居委会", False)
    (left,) = town.told("order_left")
    assert (left.work_group_id, left.facts["mention"]) == (town.planted.groups[0].id, [])
    assert town.rows(t.timer)[-1].stamp == row.stage
    assert town.do(Return(order_id, worker, "x"))["why"] == "not_your_unit"


def test_who_held_what_a_colleague_gives_back_is_called_by_name(town: TestTown) -> None:
    order_id = _claimed(town)
    assert town.do(Return(order_id, town.staff("李华").worker_id, "不归我们管"))["ok"]
    assert town.told("order_left")[0].facts["mention"] == ["WangWei"]


def test_returning_at_the_top_calls_the_desk(town: TestTown) -> None:
    order_id = _claimed(town, "吴芳", category="noise")
    returned = town.do(Return(order_id, town.staff("吴芳").worker_id, "管不了"))
    assert (returned["unit"], returned["stays"], returned["up"]) == ("和平社区居委会", True, False)
    assert town.told("order_returned")[0].facts["stays"] == "和平社区居委会"
    assert [item.kind for item in town.see(views.desk_items, views.User("admin"))] == ["unrouted"]


def test_questions_and_replies_reach_every_follower_once(town: TestTown) -> None:
    order_id, worker = _claimed(town), town.staff("王伟").worker_id
    neighbour = town.resident("o-neighbour")
    town.do(JoinOrder(order_id, neighbour.account_id, neighbour.person_id))
    for _ in range(2):
        assert town.do(AskResident(order_id, worker, "停在几楼？"))["people"] == 2
        assert town.do(ReplyResident(order_id, worker, "下午到"))["people"] == 2
        town.clock.forward(minutes=3)
    assert len(town.told("order_asked")) == 4  # asked again after minutes it is meant
    assert [row.facts["words"] for row in town.told("order_asked")[:2]] == ["停在几楼？", "停在几楼？"]
    assert town.do(AskResident(order_id, worker, ""))["why"] == "needs_words"


def test_other_followers_read_staffs_words_masked(town: TestTown) -> None:
    order_id, neighbour = _claimed(town), town.resident("o-neighbour")
    town.do(JoinOrder(order_id, neighbour.account_id, neighbour.person_id))
    town.do(ReplyResident(order_id, town.staff("王伟").worker_id, "602室阀门已关"))
    words = {row.account_id: row.facts["words"] for row in town.told("order_reply")}
    assert words[neighbour.account_id] == "〔门牌已隐去〕阀门已关"
    assert words[town.resident().account_id] == "602室阀门已关"


def test_nobody_claims_and_the_one_on_duty_gets_it(town: TestTown) -> None:
    order_id = town.order()["order_id"]
    done = town.do(Unclaimed(order_id, 0))
    assert (done["did"], done["worker"]) == ("assigned", "李华")
    (told,) = town.told("order_assigned")
    assert (told.facts["mention"], told.facts["minutes"]) == (["LiHua"], 30)
    assert len(town.told("order_assigned_resident")) == 1
    assert town.do(Unclaimed(order_id, 0))["did"] == "nothing"
    assert town.do(Unclaimed(order_id, 1))["did"] == "nothing"
    assert [row.kind for row in town.rows(t.timer)] == ["unclaimed", "unattended"]


@pytest.mark.parametrize(
    ("urgency", "minutes", "waited"),
    [("emergency", 10, {"minutes": 10}), ("urgent", 60, {"hours": 1}), ("normal", 1440, {"hours": 24})],
)
def test_who_was_given_it_and_does_not_come_loses_it(
    town: TestTown, urgency: str, minutes: int, waited: dict[str, int]
) -> None:
    order_id = town.order(urgency=urgency)["order_id"]
    town.do(Unclaimed(order_id, 0))
    timer = town.rows(t.timer)[-1]
    assert (timer.kind, timer.stamp) == ("unattended", 1)
    assert (timer.due_at - town.clock.now()).total_seconds() == minutes * 60
    assert town.do(Unattended(order_id, 0))["did"] == "nothing"
    assert town.do(Unattended(order_id, 1))["did"] == "escalated"
    row = town.row(order_id)
    assert (row.state, row.holder_id, row.unit_id) == ("waiting", None, town.planted.units["和平社区居委会"])
    (told,) = town.told("order_escalated")
    why = {"from_unit": "安居物业", "held_by": "李华", **waited}
    assert why.items() <= told.facts.items()
    assert why.items() <= town.told("order_escalated_resident")[0].facts.items()
    assert town.rows(t.timer)[-1].kind == "unclaimed"
    assert town.do(Unattended(order_id, 1))["did"] == "nothing"


@pytest.mark.parametrize("kind", [Arrive, Progress, AskResident])
def test_who_comes_or_writes_keeps_it(town: TestTown, kind: Any) -> None:
    order_id, worker = town.order()["order_id"], town.staff("李华").worker_id
    town.do(Unclaimed(order_id, 0))
    town.do(kind(order_id, worker, *(() if kind is Arrive else ("下午到？",))))
    assert town.do(Unattended(order_id, 1))["did"] == "nothing"


def test_who_was_busy_with_it_before_it_came_back_must_come_again(town: TestTown) -> None:
    order_id, worker, who = _claimed(town), town.staff("王伟").worker_id, town.resident()
    town.do(Progress(order_id, worker, "在修"))
    town.do(Finish(order_id, worker, "好了"))
    town.do(NotFixed(order_id, who.account_id, "没修好"))
    timer = town.rows(t.timer)[-1]
    assert (timer.kind, timer.stamp) == ("unattended", town.row(order_id).stage)
    assert town.do(Unattended(order_id, timer.stamp))["did"] == "escalated"


def test_at_the_top_the_desk_hears_that_nobody_comes(town: TestTown) -> None:
    order_id = town.order(category="noise", summary="太吵")["order_id"]
    town.do(Unclaimed(order_id, 0))
    for _ in range(2):
        assert town.do(Unattended(order_id, 1))["did"] == "called"
    (item,) = town.rows(t.desk_item)
    assert (item.kind, faults(item.words)) == ("unrouted", [])
    assert town.row(order_id).state == "claimed"


def test_nobody_on_duty_and_it_goes_up_until_the_desk_is_called(town: TestTown) -> None:
    for name in ("李华", "孙丽"):
        town.do(SetDuty(town.staff(name).worker_id, False))
    order_id = town.order()["order_id"]
    assert town.do(Unclaimed(order_id, 0))["did"] == "escalated"
    (told,) = town.told("order_escalated")
    assert (told.facts["from_unit"], told.facts["minutes"]) == ("安居物业", 30)
    assert told.work_group_id == town.planted.groups[2].id
    (left,) = town.told("order_left")
    assert (left.work_group_id, left.facts["unit"]) == (town.planted.groups[0].id, "和平社区居委会")
    assert town.told("order_escalated_resident")[0].facts["unit"] == "和平社区居委会"
    assert town.rows(t.timer)[-1].stamp == 1
    assert town.do(Unclaimed(order_id, 0))["did"] == "nothing"
    for _ in range(2):
        assert town.do(Unclaimed(order_id, 1))["did"] == "called"
    assert len(town.rows(t.desk_item)) == 1
    assert len(town.rows(t.timer)) == 2


def test_of_several_on_duty_the_freest_gets_it(town: TestTown) -> None:
    town.do(SetDuty(town.staff("陈静").worker_id, True))
    _claimed(town, "李华")
    order_id = town.order(summary="又坏了")["order_id"]
    assert town.do(Unclaimed(order_id, 0))["worker"] == "陈静"


def test_the_console_assigns(town: TestTown) -> None:
    admin, firm = a_user(town), a_user(town, "anju", "安居物业")
    order_id = town.order()["order_id"]
    theirs, ours = town.staff("赵敏").worker_id, town.staff("王伟").worker_id
    assert town.do(Assign(order_id, theirs, firm))["why"] == "not_your_unit"
    assert town.do(Assign(order_id, ours, firm))["worker"] == "王伟"
    assert (town.rows(t.timer)[-1].kind, town.rows(t.timer)[-1].stamp) == ("unattended", 1)
    assert town.do(Assign(order_id, ours, firm))["why"] == "already"
    assert town.do(Assign(order_id, theirs, admin))["ok"]
    assert town.row(order_id).unit_id == town.planted.units["阳光物业"]
    assert town.do(Assign(order_id, ours, firm))["why"] == "not_your_unit"


def test_the_console_closes_replies_and_notes(town: TestTown) -> None:
    admin, firm = a_user(town), a_user(town, "sunny", "阳光物业")
    order_id = town.order()["order_id"]
    for action in (
        CloseOrder(order_id, firm, "好了"),
        ReplyFromDesk(order_id, firm, "x"),
        NoteOrder(order_id, firm, "x"),
    ):
        assert town.do(action)["why"] == "unknown"
    assert town.do(NoteOrder(order_id, admin, "难缠"))["ok"]
    assert town.do(ReplyFromDesk(order_id, admin, "明天来"))["people"] == 1
    assert town.do(CloseOrder(order_id, admin, "", "explained"))["why"] == "needs_words"
    assert town.do(CloseOrder(order_id, admin, "不归物业管", "explained"))["end"] == "explained"
    row = town.row(order_id)
    assert (row.state, row.close, row.holder_id) == ("closed", "explained", None)
    told = [entry.step for entry in town.see(views.timeline, town.resident(), order_id)]
    assert "note" not in told
    assert "note" in [entry.step for entry in town.see(views.timeline, views.User("admin"), order_id)]
    assert town.told("order_finished")[0].facts["words"] == "不归物业管"
