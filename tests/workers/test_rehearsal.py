"""Rehearsal: what would go to a firm goes to one group, and never to the firm, whatever happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.refusals import Busy, NoSuchGroup, NotTold, TooMany
from models import tables as t
from models.actions.desk import SaveUser
from models.actions.outbox import Message
from models.actions.rehearsal import BeginRehearsal, EndRehearsal
from models.store import To
from tests.workers.stage import EMERGENCY, ORDER, Stage
from workers import outbox, rehearsal

HEAD = "【演练：原应发给 安居物业报修群】\n"


@pytest.fixture
def firm(stage: Stage) -> int:
    """The group of a firm."""
    group = stage.group()
    stage.change(t.work_group, group, name="安居物业报修群")
    return group


@pytest.fixture
def drill(stage: Stage) -> int:
    """The group that rehearses."""
    group = stage.group()
    stage.change(t.work_group, group, name="演练群")
    return group


@pytest.fixture
def user(stage: Stage) -> int:
    """An administrator."""
    with stage.store.work(stage.clock.now()) as work:
        return int(SaveUser("admin", "admin", "hash").run(work)["user_id"])


def begin(stage: Stage, group: int, user: int) -> None:
    with stage.store.work(stage.clock.now()) as work:
        assert BeginRehearsal(group, user).run(work)["ok"]


def end(stage: Stage, user: int) -> None:
    with stage.store.work(stage.clock.now()) as work:
        assert EndRehearsal(user).run(work)["ok"]


def went_to(stage: Stage) -> list[str]:
    return [told.channel for told in stage.robot.told]


def test_a_group_message_goes_to_the_rehearsal_and_keeps_its_target(
    stage: Stage, firm: int, drill: int, user: int
) -> None:
    begin(stage, drill, user)
    message = stage.tell("order_assigned", {**ORDER, "mention": ["LiHua"]}, group=firm)
    outbox.deliver([message])
    [told] = stage.robot.told
    assert told.channel == f"wecom_robot:{drill}"
    assert told.words.startswith(f"{HEAD}【1024】")
    assert told.mention == ()
    row = stage.message(message)
    assert (row.state, row.work_group_id, row.channel) == ("accepted", firm, f"wecom_robot:{drill}")


def test_residents_get_their_answers_as_ever(stage: Stage, drill: int, user: int) -> None:
    begin(stage, drill, user)
    outbox.deliver([stage.tell("order_claimed", account=stage.account(talk=5))])
    assert len(stage.oa.told) == 1
    assert "演练" not in stage.oa.told[0].words
    assert stage.robot.told == []


def test_an_operators_alarm_goes_where_it_always_goes(stage: Stage, firm: int, drill: int, user: int) -> None:
    begin(stage, drill, user)
    outbox.deliver([stage.tell("alarm", {"what": "Redis 停了", "end": "redis"}, group=firm)])
    assert went_to(stage) == [f"wecom_robot:{firm}"]


def test_what_a_worker_alone_has_asked_for_is_nobody_elses(stage: Stage) -> None:
    answer = Message(
        1, "said", {}, None, None, 7, None, 0, stage.clock.now(), "wecom_app:x", "LiHua", "", True, False
    )
    assert not rehearsal._for_others(answer)
    assert rehearsal._for_others(replace(answer, kind="order_assigned"))


def test_what_has_no_resident_is_redirected_whoever_it_is_for(stage: Stage, drill: int, user: int) -> None:
    """A message alone to a worker, too: only a resident's account is left alone."""
    begin(stage, drill, user)
    outbox.deliver([stage.tell("order_assigned")])
    assert went_to(stage) == [f"wecom_robot:{drill}"]
    assert stage.robot.told[0].words.startswith("【演练：原应发给 工作人员】\n")


def test_switching_on_while_messages_are_queued(stage: Stage, firm: int, drill: int, user: int) -> None:
    before, queued = (stage.tell("new_order", group=firm) for _ in range(2))
    outbox.deliver([before])
    begin(stage, drill, user)
    outbox.deliver([queued])
    assert went_to(stage) == [f"wecom_robot:{firm}", f"wecom_robot:{drill}"]


def test_switched_on_between_two_tries_the_next_try_is_rehearsed(
    stage: Stage, firm: int, drill: int, user: int
) -> None:
    message = stage.tell("new_order", group=firm)
    stage.robot.script = [Busy("slow")]
    outbox.deliver([message])
    begin(stage, drill, user)
    stage.clock.forward(seconds=2)
    outbox.deliver([message])
    assert went_to(stage) == [f"wecom_robot:{drill}"]


@pytest.mark.parametrize("refusal", [NoSuchGroup("93000"), Busy("slow"), TooMany("45009")])
def test_what_the_rehearsal_group_does_not_take_never_reaches_the_firm(
    stage: Stage, firm: int, drill: int, user: int, refusal: NotTold
) -> None:
    begin(stage, drill, user)
    message = stage.tell("new_order", EMERGENCY, group=firm, order=stage.order())
    stage.robot.script = [refusal]
    outbox.deliver([message])
    assert stage.message(message).state == "queued"
    stage.clock.forward(minutes=1)
    end(stage, user)
    stage.clock.forward(hours=2)
    outbox.deliver([message])
    row = stage.message(message)
    assert (row.state, row.reason) == ("failed", rehearsal.ENDED)
    assert stage.robot.told == []


def test_the_desk_hears_of_a_rehearsal_group_that_is_silent_and_the_firm_is_not_blamed(
    stage: Stage, firm: int, drill: int, user: int
) -> None:
    begin(stage, drill, user)
    stage.robot.always = NoSuchGroup("93000")
    outbox.deliver([stage.tell("new_order", group=firm, order=stage.order())])
    [item] = stage.rows(t.desk_item)
    assert "演练群“演练群”" in item.words
    assert "不会改发给真正的单位" in item.words
    assert stage.row(t.work_group, firm).silent_since is None
    assert stage.row(t.work_group, drill).silent_since is not None


def test_after_the_end_everything_goes_where_it_belongs(
    stage: Stage, firm: int, drill: int, user: int
) -> None:
    begin(stage, drill, user)
    stage.clock.forward(minutes=5)
    end(stage, user)
    outbox.deliver([stage.tell("new_order", group=firm)])
    assert went_to(stage) == [f"wecom_robot:{firm}"]


def test_what_was_queued_before_a_rehearsal_and_left_over_is_sent_after_it(
    stage: Stage, firm: int, drill: int, user: int
) -> None:
    message = stage.tell("new_order", group=firm)
    stage.clock.forward(minutes=1)
    begin(stage, drill, user)
    stage.clock.forward(minutes=1)
    end(stage, user)
    outbox.deliver([message])
    assert went_to(stage) == [f"wecom_robot:{firm}"]


def test_a_long_message_still_fits_under_the_line_of_the_rehearsal(
    stage: Stage, firm: int, drill: int, user: int
) -> None:
    begin(stage, drill, user)
    outbox.deliver(
        [stage.tell("order_answer", {**ORDER, "question": "几楼" * 400, "words": "六楼" * 400}, group=firm)]
    )
    [told] = stage.robot.told
    assert len(told.words.encode()) <= stage.robot.flags.text_bytes
    assert told.words.startswith(HEAD)


def test_a_second_beginning_moves_the_group_and_keeps_the_time(
    stage: Stage, firm: int, drill: int, user: int
) -> None:
    begin(stage, drill, user)
    first = stage.rows(t.town_setting)[0].value["since"]
    stage.clock.forward(minutes=5)
    begin(stage, firm, user)
    value = stage.rows(t.town_setting)[0].value
    assert (value["work_group_id"], value["since"]) == (firm, first)
    assert [row.what for row in stage.rows(t.audit)] == ["rehearsal_begun", "rehearsal_begun"]


def test_a_group_that_cannot_speak_cannot_rehearse(stage: Stage, drill: int, user: int) -> None:
    stage.change(t.work_group, drill, robot_key_sealed=None)
    with stage.store.work(stage.clock.now()) as work:
        assert BeginRehearsal(drill, user).run(work) == {"ok": False, "why": "unknown"}
        assert EndRehearsal(user).run(work)["ok"] is False


def in_app(stage: Stage, kind: str, facts: dict[str, object], order: int) -> int:
    """A message alone to a worker in their firm's app."""
    stage.group()
    worker = stage.insert(t.worker, unit_id=stage.rows(t.handling_unit)[0].id, name="王伟")
    row = {"bot_id": stage.rows(t.bot)[0].id, "userid": "WangWei", "bound_at": stage.clock.now()}
    account = stage.insert(t.worker_account, worker_id=worker, **row)
    with stage.store.work(stage.clock.now()) as work:
        return work.tell(To(worker_account_id=account), kind, facts, order_id=order)


def test_a_worker_alone_in_an_app_is_spared_and_no_card_is_remembered(
    stage: Stage, drill: int, user: int
) -> None:
    begin(stage, drill, user)
    outbox.deliver([in_app(stage, "order_assigned", ORDER, stage.order())])
    [told] = stage.robot.told
    assert (told.channel, told.card, told.mention) == (f"wecom_robot:{drill}", None, ())
    assert told.words.startswith("【演练：原应发给 王伟】\n")
    assert stage.rows(t.app_card) == []


def test_a_card_that_a_worker_has_does_not_change_in_a_rehearsal(stage: Stage, drill: int, user: int) -> None:
    begin(stage, drill, user)
    order = stage.order()
    message = in_app(stage, "card_update", {"card_id": 1}, order)
    card = {"task": "o1-1", "response_code": "code", "stage": 0, "made_at": stage.clock.now()}
    row = stage.rows(t.worker_account)[0]
    ends = stage.clock.now() + timedelta(hours=1)
    about = {"bot_id": row.bot_id, "worker_account_id": row.id, "work_order_id": order}
    stage.insert(t.app_card, **about, **card, code_ends_at=ends)
    outbox.deliver([message])
    assert stage.robot.told == []
    assert stage.message(message).state == "delivered"
