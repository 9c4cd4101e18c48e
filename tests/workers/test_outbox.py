"""Telling: ladders, windows, refusals, order, and what is left when a sender dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from redis import Redis

from bot.message import Receipt, Told
from bot.rates import RedisRate
from bot.refusals import (
    BadMessage,
    Busy,
    KeyRefused,
    NoSuchGroup,
    NoSuchPerson,
    NotAllowed,
    NotTold,
    Refuses,
    TooMany,
    Unsure,
    WindowClosed,
)
from models import tables as t
from models.actions import outbox as ledger
from tests.words import faults
from tests.workers.stage import EMERGENCY, NOW, ORDER, Stage
from workers import ladders, outbox


def deliver(*ids: int) -> None:
    outbox.deliver(list(ids))


def state(stage: Stage, message_id: int) -> str:
    return str(stage.message(message_id).state)


def test_customer_service_first_and_one_of_the_window_is_spent(stage: Stage) -> None:
    account = stage.account(talk=5)
    message = stage.tell("order_claimed", account=account)
    deliver(message)
    row = stage.message(message)
    assert (row.state, row.channel, row.rung, row.sent_at) == (
        "accepted",
        "wechat_oa",
        "customer_service",
        NOW,
    )
    assert stage.row(t.account, account).talk_left == 4
    [told] = stage.oa.told
    assert (told.to, told.rung, told.once) == ("o-1", "customer_service", f"linli-{message}")
    assert "李华" in told.words


def test_the_towns_own_words_are_told(stage: Stage) -> None:
    own = [
        ["{unit} {worker} 来办您的{category}（{number}）。", "{unit}来办您的{category}（{number}）。"],
        "回复 {number} 看进度。",
    ]
    with stage.store.work(NOW) as work:
        work.conn.execute(t.own_text.insert().values(name="order_claimed", lines=own, changed_at=NOW))
    deliver(stage.tell("order_claimed", account=stage.account(talk=5)))
    assert stage.oa.told[0].words.splitlines()[1].endswith("看进度。")


def test_delivering_twice_tells_once(stage: Stage) -> None:
    message = stage.tell("order_claimed", account=stage.account(talk=5))
    deliver(message, message)
    deliver(message)
    assert len(stage.oa.told) == 1


def test_many_workers_at_once_tell_each_message_once_and_in_order(stage: Stage) -> None:
    account = stage.account(talk=5)
    ids = [stage.tell("order_finished", {**ORDER, "end": "resolved"}, account=account) for _ in range(8)]
    with ThreadPoolExecutor(6) as pool:
        for _ in range(9):
            list(pool.map(outbox.deliver, [ids] * 6))
            stage.clock.forward(seconds=1)
    assert [told.once for told in stage.oa.told] == [f"linli-{one}" for one in ids]
    assert [told.rung for told in stage.oa.told] == ["customer_service"] * 5 + ["template"] * 3
    assert stage.row(t.account, account).talk_left == 0


def test_without_a_window_the_doorbell_rings(stage: Stage) -> None:
    message = stage.tell("order_claimed", account=stage.account())
    deliver(message)
    row = stage.message(message)
    assert (row.state, row.rung, row.job) == ("held", "template", "job-1")
    assert stage.oa.told[0].doorbell is not None


def test_what_no_way_can_carry_is_held(stage: Stage) -> None:
    stage.oa.flags = stage.robot.flags
    message = stage.tell("order_claimed", account=stage.account())
    deliver(message)
    assert (state(stage, message), stage.message(message).rung) == ("held", "held")
    assert stage.oa.told == []


def test_a_closed_window_does_not_pay(stage: Stage) -> None:
    account = stage.account(talk=5, tap=3)
    stage.clock.forward(hours=49)
    message = stage.tell("order_claimed", account=account)
    deliver(message)
    assert stage.message(message).rung == "template"
    assert stage.row(t.account, account).talk_left == 5


def test_progress_leaves_two_for_finish_and_questions(stage: Stage) -> None:
    account = stage.account(talk=3)
    progress = [stage.tell("order_progress", account=account) for _ in range(3)]
    deliver(*progress)
    assert [stage.message(one).rung for one in progress] == ["customer_service", "template", "template"]
    asked = [
        stage.tell(kind, {**ORDER, "end": "resolved"}, account=account)
        for kind in ("order_finished", "order_asked")
    ]
    deliver(*asked)
    assert [stage.message(one).rung for one in asked] == ["customer_service"] * 2
    assert stage.row(t.account, account).talk_left == 0


def test_the_minute_after_a_tap_is_spent_first(stage: Stage) -> None:
    account = stage.account(talk=5, tap=3)
    deliver(*[stage.tell("order_progress", account=account) for _ in range(4)])
    row = stage.row(t.account, account)
    assert (row.tap_left, row.talk_left) == (0, 4)


def test_the_platform_is_right_about_the_window(stage: Stage) -> None:
    account = stage.account(talk=4)
    stage.oa.script = [WindowClosed("45047")]
    message = stage.tell("order_claimed", account=account)
    deliver(message)
    assert (state(stage, message), stage.message(message).rung) == ("held", "template")
    assert stage.row(t.account, account).talk_left == 0


@pytest.mark.parametrize("refusal", [NotAllowed("48001"), BadMessage("47003"), Refuses("43101")])
def test_a_refused_way_leads_to_the_next_and_gives_back_what_it_cost(stage: Stage, refusal: NotTold) -> None:
    account = stage.account(talk=5)
    stage.oa.always = refusal
    message = stage.tell("order_claimed", account=account)
    deliver(message)
    row = stage.message(message)
    assert (row.state, row.reason) == ("held", refusal.reason)
    assert stage.row(t.account, account).talk_left == 5


@pytest.mark.parametrize(
    ("refusal", "wait"),
    [
        (Busy("-1"), timedelta(seconds=1)),
        (TooMany("45011", timedelta(seconds=90)), timedelta(seconds=90)),
        (TooMany("45009"), ladders.MANY),
        (KeyRefused("40001"), timedelta(seconds=5)),
    ],
)
def test_what_may_succeed_later_waits(stage: Stage, refusal: NotTold, wait: timedelta) -> None:
    account = stage.account(talk=5)
    stage.oa.script = [refusal]
    message = stage.tell("order_claimed", account=account)
    deliver(message)
    row = stage.message(message)
    assert (row.state, row.next_at, row.reason) == ("queued", NOW + wait, refusal.reason)
    assert stage.row(t.account, account).talk_left == 5
    stage.clock.forward(seconds=wait.total_seconds())
    deliver(message)
    assert state(stage, message) == "accepted"


def busy_till_the_end(stage: Stage, message: int, rounds: int) -> list[float]:
    waits = []
    for _ in range(rounds):
        deliver(message)
        row = stage.message(message)
        if row.state != "queued":
            break
        waits.append((row.next_at - stage.clock.now()).total_seconds())
        stage.clock.forward(seconds=waits[-1])
    return waits


def test_a_busy_platform_is_asked_four_times_more_then_the_next_way(stage: Stage) -> None:
    stage.oa.always = Busy("-1")
    message = stage.tell("order_claimed", account=stage.account(talk=5))
    assert busy_till_the_end(stage, message, 9) == [1, 5, 30, 300]
    assert (state(stage, message), stage.message(message).reason) == ("held", "Busy")


def test_a_groups_ordinary_message_fails_in_the_end(stage: Stage) -> None:
    stage.robot.always = Busy("-1")
    message = stage.tell("order_photo", {**ORDER, "photos": 1}, group=stage.group())
    assert busy_till_the_end(stage, message, 9) == [1, 5, 30, 300]
    assert (state(stage, message), stage.message(message).reason) == ("failed", "Busy")


def test_an_emergency_is_tried_for_ever_and_a_person_is_told_once(stage: Stage) -> None:
    stage.robot.always = Busy("-1")
    message = stage.tell("new_order", EMERGENCY, group=stage.group(), order=stage.order())
    assert busy_till_the_end(stage, message, 8) == [1, 5, 30, 300, 300, 300, 300, 300]
    [item] = stage.rows(t.desk_item)
    assert item.kind == "not_told"
    assert faults(item.words) == []
    stage.robot.always = None
    deliver(message)
    assert state(stage, message) == "accepted"


def test_what_may_have_arrived_is_not_sent_again(stage: Stage) -> None:
    account = stage.account(talk=5)
    stage.oa.script = [Unsure("read time-out")]
    message = stage.tell("order_claimed", account=account)
    deliver(message)
    deliver(message)
    assert (state(stage, message), stage.oa.told) == ("unknown", [])
    assert stage.row(t.account, account).talk_left == 4


def test_an_emergency_is_better_told_twice(stage: Stage) -> None:
    stage.robot.script = [Unsure("read time-out")]
    message = stage.tell("new_order", EMERGENCY, group=stage.group())
    deliver(message)
    assert state(stage, message) == "queued"
    deliver(message)
    assert state(stage, message) == "accepted"


def test_an_unsure_ordinary_order_is_a_matter_for_the_desk(stage: Stage) -> None:
    stage.robot.script = [Unsure("read time-out")]
    message = stage.tell("new_order", ORDER, group=stage.group(), order=stage.order())
    deliver(message)
    assert state(stage, message) == "unknown"
    assert [item.kind for item in stage.rows(t.desk_item)] == ["not_told"]


def test_a_person_who_is_not_there_is_left_alone_until_heard_again(stage: Stage) -> None:
    account = stage.account(talk=5)
    stage.oa.script = [NoSuchPerson("40003")]
    first, second = (stage.tell("order_claimed", account=account) for _ in range(2))
    deliver(first, second)
    assert (state(stage, first), state(stage, second)) == ("failed", "held")
    row = stage.row(t.account, account)
    assert (row.refused_at, row.left_at) == (NOW, None)
    stage.clock.forward(minutes=1)
    with stage.store.work(stage.clock.now()) as work:
        ledger.note_heard(work, account, "text")
    third = stage.tell("order_claimed", account=account)
    deliver(third)
    assert state(stage, third) == "accepted"


def test_who_left_is_not_told(stage: Stage) -> None:
    account = stage.account(talk=5, left_at=NOW)
    message = stage.tell("order_claimed", account=account)
    deliver(message)
    row = stage.message(message)
    assert (row.state, row.reason, stage.oa.told) == ("failed", "NoSuchPerson", [])
    assert stage.row(t.account, account).talk_left == 5


def test_a_group_is_told_by_its_robot(stage: Stage) -> None:
    group = stage.group()
    message = stage.tell("order_urged", {**ORDER, "times": 1, "mention": ["lihua"]}, group=group)
    deliver(message)
    row = stage.message(message)
    assert (row.state, row.channel, row.rung) == ("accepted", f"wecom_robot:{group}", "robot")
    assert stage.robot.told[0].mention == ("lihua",)


@pytest.mark.parametrize("refusal", [NoSuchGroup("93000"), Refuses("93004")])
def test_a_silent_group_is_looked_at_every_hour_for_a_day(stage: Stage, refusal: NotTold) -> None:
    group = stage.group()
    stage.robot.always = refusal
    message = stage.tell("new_order", ORDER, group=group, order=stage.order())
    deliver(message)
    assert stage.message(message).next_at == NOW + timedelta(hours=1)
    assert stage.row(t.work_group, group).silent_since == NOW
    assert len(busy_till_the_end(stage, message, 50)) == 25
    assert (state(stage, message), len(stage.rows(t.desk_item))) == ("failed", 1)
    stage.robot.always = None
    deliver(stage.tell("order_withdrawn", group=group))
    assert stage.row(t.work_group, group).silent_since is None


def test_a_group_whose_robot_nobody_knows_is_silent_after_a_while(stage: Stage) -> None:
    message = stage.tell("new_order", ORDER, group=stage.group())
    object.__setattr__(stage.hands, "channels", {}.__getitem__)
    assert busy_till_the_end(stage, message, 4) == [1, 5, 30, 3600]
    assert stage.message(message).reason == "NoSuchGroup"


def test_a_channel_that_is_switched_off_holds(stage: Stage) -> None:
    object.__setattr__(stage.hands, "channels", {}.__getitem__)
    message = stage.tell("order_claimed", account=stage.account(talk=5))
    deliver(message)
    assert state(stage, message) == "held"


def test_facts_that_cannot_be_worded_fail_and_block_nobody(stage: Stage) -> None:
    account = stage.account(talk=5)
    broken, good = (
        stage.tell("order_finished", ORDER, account=account),
        stage.tell("order_claimed", account=account),
    )
    deliver(broken, good)
    assert (state(stage, broken), state(stage, good)) == ("failed", "accepted")
    assert stage.row(t.account, account).talk_left == 4


def test_what_cannot_be_worded_is_not_held_either(stage: Stage) -> None:
    account = stage.account(refused_at=NOW)
    broken, unknown = stage.tell("order_finished", account=account), stage.tell("birthday", account=account)
    deliver(broken, unknown)
    assert [stage.message(one).reason for one in (broken, unknown)] == ["BadMessage"] * 2
    assert [state(stage, one) for one in (broken, unknown)] == ["failed"] * 2


def test_one_persons_messages_keep_their_order(stage: Stage) -> None:
    account, other = stage.account(talk=5), stage.account("o-2", talk=5)
    stage.oa.script = [Busy("-1")]
    first, second = (
        stage.tell("order_progress", {**ORDER, "words": word}, account=account) for word in "甲乙"
    )
    third = stage.tell("order_progress", account=other)
    deliver(first, second, third)
    assert [state(stage, one) for one in (first, second, third)] == ["queued", "queued", "accepted"]
    assert stage.message(second).next_at == stage.message(first).next_at
    stage.clock.forward(seconds=1)
    deliver(second)
    deliver(first, second)
    assert ["甲" in told.words for told in stage.oa.told[1:]] == [True, False]


def test_an_emergency_waits_for_nothing(stage: Stage) -> None:
    group = stage.group()
    stage.robot.script = [Busy("-1")]
    ordinary = stage.tell("order_photo", {**ORDER, "photos": 1}, group=group)
    emergency = stage.tell("new_order", EMERGENCY, group=group)
    deliver(ordinary, emergency)
    assert (state(stage, ordinary), state(stage, emergency)) == ("queued", "accepted")


def test_a_groups_limit_of_a_minute_is_kept_and_nothing_is_lost(stage: Stage, redis: Redis) -> None:
    rate = RedisRate(redis)
    tell = stage.robot.tell

    def limited(told: Told) -> Receipt:
        if wait := rate.wait("robot:of-this-test", 20):
            raise TooMany("own limit", timedelta(seconds=wait))
        return tell(told)

    stage.robot.tell = limited  # type: ignore[method-assign]
    group = stage.group()
    ids = [stage.tell("order_photo", {**ORDER, "photos": n + 1}, group=group) for n in range(30)]
    deliver(*ids)
    states = [state(stage, one) for one in ids]
    sent = states.count("accepted")
    assert 1 <= sent <= 20
    assert states == ["accepted"] * sent + ["queued"] * (30 - sent)
    assert {stage.message(one).attempts for one in ids} == {0}
    assert all(stage.message(one).next_at > NOW for one in ids[sent:])


# --- a sender that dies ---------------------------------------------------------------------------------
