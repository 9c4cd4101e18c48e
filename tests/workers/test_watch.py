"""Alarms: raised when something stands twice, told once however many relays look, cleared, and told anew."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import update

from bot import spool
from models import tables as t
from models.actions.alarms import SetAlarmGroup, operators_group
from models.limits import load_limits
from models.rules.alarms import NAMES, Figures, standing
from models.rules.calendar import statutory
from tests.workers.stage import NOW, Stage
from workers import duties, jobs
from workers.relay import Relay
from workers.watch import EVERY_SECONDS, MEGABYTE, Watch

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def _well(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is wrong to begin with: last night's duties are done, the disk of this machine is not ours, and no year
    is near whose days off nobody knows."""
    stage.hands.store.limits = load_limits(alarm_calendar_days=1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 50, 50_000 * MEGABYTE))
    do_duties(stage)


def do_duties(stage: Stage) -> None:
    for duty in duties.DUTIES:
        with stage.store.work(stage.clock.now()) as work:
            duties.do_duty(work, duty)


def street_group(stage: Stage) -> int:
    group = stage.group()
    with stage.store.work(NOW) as work:
        work.conn.execute(update(t.handling_unit).values(kind="street"))
        sealed = work.seal("key")
        work.conn.execute(update(t.work_group).values(robot_key_sealed=sealed))
    return group


def nobody_there() -> Redis:
    return Redis(unix_socket_path="/nowhere/s", retry=Retry(NoBackoff(), 0))


def alarms(stage: Stage) -> dict[str, tuple[bool, bool]]:
    """Whether each was told and cleared."""
    return {row.name: (row.told_at is not None, row.cleared_at is not None) for row in stage.rows(t.alarm)}


def told(stage: Stage) -> list[str]:
    return [row.facts["end"] for row in stage.rows(t.outbox) if row.kind == "alarm"]


def open_items(stage: Stage) -> list[str]:
    return [row.words for row in stage.rows(t.desk_item) if row.state == "open"]


def stuck(stage: Stage, **more: object) -> int:
    since = stage.clock.now() - timedelta(seconds=75)
    row = {"key": f"k{len(stage.rows(t.inbox))}", "channel": "wechat_oa", "sender": "o-1", "payload": "{}"}
    return stage.insert(t.inbox, **{**row, "received_at": since, "next_at": since, **more})


def test_while_all_is_well_nothing_is_said(stage: Stage) -> None:
    street_group(stage)
    watch = Watch(stage.hands)
    for _ in range(3):
        watch.settle()
    assert (alarms(stage), told(stage), open_items(stage)) == ({}, [], [])


def test_told_once_by_two_relays_and_again_after_it_came_back(stage: Stage) -> None:
    group = street_group(stage)
    watches = [Watch(stage.hands), Watch(stage.hands)]
    row = stuck(stage)
    watches[0].settle()
    assert alarms(stage) == {}
    for _ in range(3):
        for watch in watches:
            watch.settle()
    assert alarms(stage) == {"stuck": (True, False)}
    (message,) = stage.rows(t.outbox)
    assert (message.work_group_id, message.kind, message.facts["end"]) == (group, "alarm", "stuck")
    (words,) = open_items(stage)
    assert "住户和群里的话已经 75 秒没有人处理" in words

    stage.change(t.inbox, row, state="done")
    stage.clock.forward(minutes=4)
    for watch in watches:
        watch.settle()
    assert alarms(stage) == {"stuck": (True, False)}
    stage.clock.forward(minutes=1)
    for watch in watches:
        watch.settle()
    assert alarms(stage) == {"stuck": (True, True)}
    assert open_items(stage) == []

    stuck(stage)
    for _ in range(2):
        for watch in watches:
            watch.settle()
    assert alarms(stage) == {"stuck": (True, False)}
    assert told(stage) == ["stuck", "stuck"]
    assert len(open_items(stage)) == 1


def test_what_comes_and_goes_is_one_alarm(stage: Stage) -> None:
    street_group(stage)
    watch = Watch(stage.hands)
    for _ in range(4):
        row = stuck(stage)
        watch.settle()
        watch.settle()
        stage.change(t.inbox, row, state="done")
        watch.settle()
        stage.clock.forward(minutes=3)
    assert told(stage) == ["stuck"]


def test_without_a_group_the_desk_knows_and_a_group_hears_later(stage: Stage) -> None:
    watch = Watch(stage.hands)
    stuck(stage)
    watch.settle()
    watch.settle()
    assert alarms(stage) == {"stuck": (False, False)}
    assert len(open_items(stage)) == 1
    street_group(stage)
    watch.settle()
    watch.settle()
    assert told(stage) == ["stuck"]


def test_the_chosen_group_hears_it(stage: Stage) -> None:
    street, other = street_group(stage), stage.group()
    with stage.store.work(NOW) as work:
        this = update(t.work_group).where(t.work_group.c.id == other)
        work.conn.execute(this.values(robot_key_sealed=None))
        assert operators_group(work) == street
        assert not SetAlarmGroup(other).run(work)["ok"]
        sealed = work.seal("key")
        work.conn.execute(this.values(robot_key_sealed=sealed))
        assert SetAlarmGroup(other).run(work)["ok"]
        assert operators_group(work) == other
        assert SetAlarmGroup(None).run(work)["ok"]
        assert operators_group(work) == street


def test_two_alarms_are_one_item_on_the_desk(stage: Stage, tmp_path: Path) -> None:
    watch = Watch(stage.hands)
    stuck(stage)
    stage.insert(
        t.inbox,
        key="dead",
        channel="wechat_oa",
        sender="o-9",
        payload="{}",
        state="dead",
        received_at=NOW,
        next_at=NOW,
    )
    watch.settle()
    watch.settle()
    (words,) = open_items(stage)
    assert "没有人处理" in words
    assert "1 条收到的消息没能处理" in words
    assert set(alarms(stage)) == {"stuck", "dead"}


def test_a_message_that_waits_for_a_reason_is_not_stuck(stage: Stage) -> None:
    account = stage.account()
    first = stage.tell("order_claimed", account=account)
    stage.change(t.outbox, first, reason="NoSuchGroup", made_at=NOW - timedelta(hours=2))
    stuck(stage, attempts=1)
    watch = Watch(stage.hands)
    watch.settle()
    watch.settle()
    assert alarms(stage) == {}


def test_the_key_the_quota_and_the_dead_are_counted(stage: Stage) -> None:
    account = stage.account()
    waiting = stage.tell("order_claimed", account=account)
    stage.change(t.outbox, waiting, reason="KeyRefused")
    for _ in range(4):
        sent = stage.tell("order_claimed", account=account)
        stage.change(t.outbox, sent, state="accepted", rung="template", sent_at=NOW)
    yesterday = stage.tell("order_claimed", account=account)
    stage.change(t.outbox, yesterday, state="accepted", rung="template", sent_at=NOW - timedelta(days=1))
    stage.hands.store.limits = load_limits(
        alarm_calendar_days=1, messages_a_day={"customer_service": 100, "template": 5}
    )
    watch = Watch(stage.hands)
    watch.settle()
    watch.settle()
    (words,) = open_items(stage)
    assert "1 条消息在等" in words
    assert "模板消息已经用掉 80%" in words
    assert set(alarms(stage)) == {"key_refused", "quota"}


def test_a_duty_that_was_missed(stage: Stage) -> None:
    watch = Watch(stage.hands)
    stage.clock.forward(days=1)
    watch.settle()
    watch.settle()
    assert set(alarms(stage)) == {"missed"}
    do_duties(stage)
    stage.clock.forward(minutes=5)
    watch.settle()
    assert alarms(stage) == {"missed": (False, True)}


def test_a_silent_process(stage: Stage) -> None:
    with stage.store.work(NOW) as work:
        work.conn.execute(t.beat.insert().values(name="worker:tell", at=NOW))
    watch = Watch(stage.hands)
    watch._real = stage.clock  # type: ignore[assignment]
    watch.settle()
    stage.clock.forward(minutes=3)
    watch.settle()
    watch.settle()
    (words,) = open_items(stage)
    assert "程序 worker:tell 已经 180 秒没有反应" in words


def test_the_spool_and_the_disk(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    record = {"channel": "wechat_oa", "key": "k", "sender": "o-1", "payload": "{}"}
    path = spool.put(stage.hands.data_dir / spool.FOLDER, {**record, "received_at": NOW.isoformat()})
    watch = Watch(stage.hands)
    watch.settle()
    watch.settle()
    assert alarms(stage) == {}
    os.utime(path, (0, 0))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 99, 900 * MEGABYTE))
    watch.settle()
    watch.settle()
    assert set(alarms(stage)) == {"spool", "disk"}


def test_redis_is_away_and_the_relay_tells_it_itself(stage: Stage, redis: Redis) -> None:
    group = street_group(stage)
    waiting = stage.tell("new_order", group=group)
    object.__setattr__(stage.hands, "redis", nobody_there())
    relays = [Relay(stage.hands), Relay(stage.hands)]
    for _ in range(3):
        for relay in relays:
            relay._watch._looked_at = float("-inf")
            relay.round()
    assert alarms(stage) == {"redis": (True, False)}
    assert stage.robot.told == []
    assert stage.message(waiting).state == "queued"
    stage.clock.forward(seconds=16)
    for relay in relays:
        relay._watch._looked_at = float("-inf")
        relay.round()
    (message,) = stage.robot.told
    assert message.words.startswith("【系统提醒】Redis 没有反应")
    assert "请管理员启动 Redis" in message.words


def test_an_alarm_goes_by_the_worker_while_there_is_one(stage: Stage, worker_redis: Redis) -> None:
    street_group(stage)
    relay = Relay(stage.hands)
    stuck(stage, next_at=NOW + timedelta(days=1))
    for _ in range(2):
        relay._watch._looked_at = float("-inf")
        relay.round()
    relay.round()
    jobs.work("tell", worker_redis, burst=True)
    assert [one.words.splitlines()[0] for one in stage.robot.told] == [
        "【系统提醒】住户和群里的话已经 75 秒没有人处理。"
    ]
    stage.clock.forward(seconds=20)
    assert relay._watch.tell_ourselves() == 0


def test_a_look_is_not_taken_at_every_round(stage: Stage) -> None:
    watch = Watch(stage.hands)
    stuck(stage)
    for _ in range(5):
        watch.look()
    assert alarms(stage) == {}
    assert EVERY_SECONDS >= 5


@pytest.mark.parametrize(
    ("figures", "name"),
    [
        (Figures(key_refused=1), "key_refused"),
        (Figures(quota={"template": 80}), "quota"),
        (Figures(stuck={"outbox": 60.0}), "stuck"),
        (Figures(dead=1), "dead"),
        (Figures(beats={"relay": 120.0}), "silent"),
        (Figures(missed={"forget_words": 60.0}), "missed"),
        (Figures(spooled=1), "spool"),
        (Figures(disk_free=1023), "disk"),
        (Figures(redis=False), "redis"),
        (Figures(year_unannounced=2027), "calendar"),
    ],
)
def test_each_alarm_has_its_limit(figures: Figures, name: str) -> None:
    assert list(standing(figures, load_limits())) == [name]
    below = Figures(
        quota={"template": 79}, stuck={"outbox": 59.9}, beats={"x": 119.0}, missed={"x": 59.0}, disk_free=1024
    )
    assert standing(below, load_limits()) == {}
    assert name in NAMES


def test_a_year_nobody_has_announced_is_told_until_it_is_written_down(stage: Stage) -> None:
    watch = Watch(stage.hands)
    stage.hands.store.limits = load_limits()
    for _ in range(2):
        watch.settle()
    assert alarms(stage) == {"calendar": (False, False)}
    (words,) = open_items(stage)
    assert "2027 年的放假和调休安排还没有登记" in words
    assert "“设置”→“日历”，在“登记一年的安排”里粘贴" in words
    assert "问题" not in words
    with stage.store.work(NOW) as work:
        rows = [{"day": on, "works": False, "changed_at": NOW} for on in statutory(2027)]
        work.conn.execute(t.calendar_day.insert(), rows)
    stage.clock.forward(minutes=6)
    watch.settle()
    assert alarms(stage) == {"calendar": (False, True)}
    assert open_items(stage) == []
