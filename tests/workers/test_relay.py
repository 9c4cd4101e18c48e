"""The relay: everything due is handed out, once per lease, whatever burns down."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy.exc import OperationalError

from bot import spool
from bot.clock import local
from models import tables as t
from models.store import Work, open_store
from tests.workers.stage import EMERGENCY, KEYS, NOW, ORDER, Stage
from workers import due, duties, jobs
from workers.relay import SELDOM_SECONDS, SPOOL, Relay


def queued(redis: Redis, name: str) -> list[list[object]]:
    """The arguments of the jobs in a queue, in their order."""
    return [list(job.args) for job in jobs.queue(name, redis).get_jobs()]


def hear(stage: Stage, key: str, sender: str = "o-1", **more: object) -> int:
    base = {"key": key, "channel": "wechat_oa", "sender": sender, "payload": "{}"}
    return stage.insert(t.inbox, **{**base, "received_at": NOW, "next_at": NOW, **more})


def test_messages_of_one_target_go_together_in_their_order(stage: Stage, redis: Redis) -> None:
    one, two = stage.account("o-1"), stage.account("o-2")
    ids = [stage.tell("order_claimed", account=account) for account in (one, two, one)]
    assert Relay(stage.hands).tick() == 3
    assert queued(redis, "tell") == [[[[ids[0], ids[2]], [ids[1]]]]]


def test_a_job_has_about_twenty_messages(stage: Stage, redis: Redis) -> None:
    ids = [stage.tell("order_claimed", account=stage.account(f"o-{n}")) for n in range(45)]
    assert Relay(stage.hands).tick() == 45
    (first,), (second,), (third,) = queued(redis, "tell")
    assert [len(first), len(second), len(third)] == [20, 20, 5]
    assert [*first, *second, *third] == [[one] for one in ids]


def test_alarms_are_handed_out_first(stage: Stage, redis: Redis) -> None:
    ordinary = stage.tell("order_claimed", account=stage.account())
    alarm = stage.tell("new_order", EMERGENCY, group=stage.group())
    Relay(stage.hands).tick()
    assert queued(redis, "tell") == [[[[alarm], [ordinary]]]]


def test_two_relays_hand_out_once_per_lease(stage: Stage, redis: Redis) -> None:
    stage.tell("order_claimed", account=stage.account())
    first, second = Relay(stage.hands), Relay(stage.hands)
    assert (first.tick(), second.tick(), first.tick()) == (1, 0, 0)
    stage.clock.forward(seconds=29)
    assert second.tick() == 0
    stage.clock.forward(seconds=1)
    assert (second.tick(), first.tick()) == (1, 0)
    assert len(queued(redis, "tell")) == 2


def test_a_callback_has_four_seconds_before_the_relay_steps_in(stage: Stage, redis: Redis) -> None:
    first = hear(stage, "a")
    second = hear(stage, "b", received_at=NOW + timedelta(seconds=1), next_at=NOW + timedelta(seconds=1))
    hear(stage, "done", "o-2", state="done")
    other = hear(stage, "c", "o-3")
    stage.clock.forward(seconds=4)
    Relay(stage.hands).tick()
    assert queued(redis, "talk") == []
    stage.clock.forward(seconds=2)
    Relay(stage.hands).tick()
    assert queued(redis, "talk") == [[[first, second]], [[other]]]


def test_timers_and_photos_are_handed_out_when_due(stage: Stage, redis: Redis) -> None:
    later = NOW + timedelta(minutes=5)
    timer = stage.insert(t.timer, kind="talk", subject=1, stamp=1, due_at=later, next_at=later)
    photo = stage.insert(t.photo, channel="wechat_oa", media="m", made_at=NOW, next_at=NOW)
    Relay(stage.hands).tick()
    assert (queued(redis, "talk"), queued(redis, "media")) == ([], [[photo]])
    stage.clock.forward(minutes=5)
    Relay(stage.hands).tick()
    assert queued(redis, "talk") == [[timer]]


def test_a_queue_that_is_long_gets_nothing_more(stage: Stage, redis: Redis) -> None:
    stage.tell("order_claimed", account=stage.account())
    queue = jobs.queue("tell", redis)
    redis.rpush(queue.key, *[f"job-{n}" for n in range(jobs.LONGEST + 1)])
    assert Relay(stage.hands).tick() == 0
    redis.lpop(queue.key)
    assert Relay(stage.hands).tick() == 1


def test_redis_loses_everything_while_two_hundred_wait(
    stage: Stage, redis: Redis, worker_redis: Redis
) -> None:
    ids = [stage.tell("order_progress", account=stage.account(f"o-{n}", talk=5)) for n in range(200)]
    relay = Relay(stage.hands)
    assert relay.tick() == 200
    redis.flushall()
    jobs.work("tell", worker_redis, burst=True)
    assert stage.oa.told == []
    stage.clock.forward(seconds=30)
    assert relay.tick() == 200
    jobs.work("tell", worker_redis, burst=True)
    assert {row.state for row in stage.rows(t.outbox)} == {"accepted"}
    assert sorted(told.once for told in stage.oa.told) == sorted(f"linli-{one}" for one in ids)


def nobody_there() -> Redis:
    return Redis(unix_socket_path="/nowhere/s", retry=Retry(NoBackoff(), 0))


def test_while_redis_is_away_nothing_is_leased(
    stage: Stage, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    message = stage.tell("order_claimed", account=stage.account())
    relay = Relay(stage.hands)
    object.__setattr__(stage.hands, "redis", nobody_there())
    with caplog.at_level(logging.WARNING, "linli.workers"):
        assert [relay.round() for _ in range(3)] == [False] * 3
        assert stage.message(message).next_at == NOW
        object.__setattr__(stage.hands, "redis", redis)
        assert relay.round()
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert queued(redis, "tell") == [[[[message]]]]


def test_what_could_not_be_handed_out_is_due_again(
    stage: Stage, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = stage.tell("order_claimed", account=stage.account())

    def gone(*_: object) -> None:
        raise RedisError("gone")

    monkeypatch.setattr(jobs, "enqueue", gone)
    with pytest.raises(RedisError):
        Relay(stage.hands).tick()
    assert stage.message(message).next_at == NOW


def test_a_database_that_is_away_is_waited_for(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    waits: list[float] = []
    nowhere = tmp_path_factory.mktemp("nowhere") / "no-folder" / "x.db"
    away = open_store(f"sqlite:///{nowhere}", KEYS, {})
    good = stage.hands.store

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        object.__setattr__(stage.hands, "store", good if len(waits) > 4 else away)
        return len(waits) > 6

    with pytest.raises(OperationalError), away.work(NOW):
        pass
    Relay(stage.hands).run(wait)
    assert waits == [0.3, 0.6, 1.2, 2.4, 4.8, 0.3, 0.3]
    away.engine.dispose()


def test_the_spool_is_replayed_once(stage: Stage) -> None:
    folder = stage.hands.data_dir / SPOOL
    record = {
        "channel": "wechat_oa",
        "key": "k",
        "sender": "o-1",
        "payload": "{}",
        "received_at": NOW.isoformat(),
    }
    spool.put(folder, record)
    hear(stage, "already")
    spool.put(folder, {**record, "key": "already"})
    for _ in range(2):
        Relay(stage.hands).tick()
    assert sorted(row.key for row in stage.rows(t.inbox)) == ["already", "k"]
    assert {row.received_at for row in stage.rows(t.inbox)} == {NOW}
    assert spool.waiting(folder) == []


def test_a_spooled_record_that_the_database_will_never_take_stops_nobody(stage: Stage) -> None:
    folder = stage.hands.data_dir / SPOOL
    record = {"channel": "wechat_oa", "key": "k", "sender": "o-1", "payload": "{}"}
    spool.put(folder, {**record, "received_at": "yesterday"})
    spool.put(folder, {**record, "key": "good", "received_at": NOW.isoformat()})
    assert Relay(stage.hands).round()
    assert [row.key for row in stage.rows(t.inbox)] == ["good"]
    assert [path.suffix for path in folder.iterdir()] == [".bad"]


def test_a_duty_that_fails_keeps_nobody_waiting(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Work) -> None:
        raise OperationalError("locked", None, Exception("locked"))

    monkeypatch.setattr(duties, "DUTIES", (duties.Duty("fails", 3, fail),))
    relay = Relay(stage.hands)
    first = stage.tell("order_claimed", account=stage.account())
    assert not relay.round()
    assert stage.message(first).next_at > NOW
    stage.tell("order_claimed", account=stage.account("o-2"))
    assert relay.round()


def test_the_relay_shows_that_it_lives(stage: Stage) -> None:
    Relay(stage.hands).tick()
    assert "relay" in {row.name for row in stage.rows(t.beat)}
    assert SELDOM_SECONDS < 15


# --- duties ---------------------------------------------------------------------------------------------


def do_all(stage: Stage) -> list[str]:
    done = []
    for duty in duties.DUTIES:
        with stage.store.work(stage.clock.now()) as work:
            done += [duty.name] if duties.do_duty(work, duty) else []
    return done


def test_a_duty_is_done_once_a_night_and_caught_up_once(stage: Stage) -> None:
    every = [duty.name for duty in duties.DUTIES]
    assert do_all(stage) == every
    assert do_all(stage) == []
    stage.clock.forward(hours=13)  # 23:00 in Shanghai
    by_day = [duty.name for duty in duties.DUTIES if duty.hour > 10 and duty.weekday is None]
    assert do_all(stage) == by_day
    stage.clock.forward(hours=3)
    assert do_all(stage) == [duty.name for duty in duties.DUTIES if duty.hour < 3]
    stage.clock.forward(hours=1)
    assert do_all(stage) == [duty.name for duty in duties.DUTIES if duty.hour == 3]
    stage.clock.forward(days=7)
    assert (do_all(stage), do_all(stage)) == (every, [])


def test_a_weekly_duty_is_done_on_its_day_and_caught_up_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    weekly = duties.Duty("week", 9, lambda work: done.append(local(work.now).isoformat()[:10]), duties.MONDAY)
    monkeypatch.setattr(duties, "DUTIES", (weekly,))
    for days, due_then in ((0, 1), (3, 1), (1, 0), (4, 1)):  # nobody is there on Monday the 23rd
        stage.clock.forward(days=days)
        with stage.store.look(stage.clock.now()) as work:
            assert len(duties.undone(work)) == due_then
        assert (len(do_all(stage)), do_all(stage)) == (due_then, [])
    assert done == ["2026-11-22", "2026-11-25", "2026-11-30"]


def test_what_was_heard_long_ago_is_emptied(stage: Stage) -> None:
    old = NOW - timedelta(days=31)
    gone = hear(stage, "old", state="done", received_at=old, reply="{}")
    undone = hear(stage, "undone", received_at=old)
    young = hear(stage, "young", state="done", received_at=NOW - timedelta(days=29))
    do_all(stage)
    assert [stage.row(t.inbox, one).payload for one in (gone, undone, young)] == [None, "{}", "{}"]
    assert stage.row(t.inbox, gone).reply is None


def test_old_ticks_are_forgotten(stage: Stage) -> None:
    tick = NOW - timedelta(days=91)
    with stage.store.work(NOW) as work:
        work.conn.execute(t.duty_tick.insert().values(duty="forget_words", tick_at=tick))
    do_all(stage)
    assert tick not in {row.tick_at for row in stage.rows(t.duty_tick)}


def test_a_job_of_many_messages_is_cut(stage: Stage, redis: Redis) -> None:
    account = stage.account()
    ids = [stage.tell("order_progress", ORDER, account=account) for _ in range(due.TOGETHER + 1)]
    Relay(stage.hands).tick()
    assert queued(redis, "tell") == [[[ids[: due.TOGETHER]]], [[ids[due.TOGETHER :]]]]
