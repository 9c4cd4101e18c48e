"""Two relays as two clocks, one of which dies, and a time that jumps: each duty once, nothing handed out is lost."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime

import pytest
from redis import Redis

from models import tables as t
from models.limits import load_limits
from models.store import Work, open_store
from tests.workers.stage import KEYS, Stage, make_stage
from workers import duties, jobs
from workers.relay import Relay

NIGHTS = 6
Done = Counter[datetime]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Done:
    """How often each tick of the only duty was done."""
    counted: Done = Counter()

    def count(work: Work) -> None:
        counted[duty.tick(work.now)] += 1

    duty = duties.Duty("counted", 3, count)
    monkeypatch.setattr(duties, "DUTIES", (duty,))
    return counted


def look(stages: list[Stage]) -> None:
    """All relays look at the same moment, each as if it had just been started."""
    together, failed = threading.Barrier(len(stages)), list[BaseException]()

    def one(stage: Stage) -> None:
        relay = Relay(stage.hands)
        together.wait()
        try:
            relay.tick()
        except BaseException as failure:
            failed.append(failure)

    threads = [threading.Thread(target=one, args=(stage,)) for stage in stages]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failed, failed


def test_two_clocks_tick_once_and_catch_up_once(
    stage: Stage, database_url: str, redis: Redis, done: Done
) -> None:
    store = open_store(database_url, KEYS, load_limits())
    other = make_stage(store, redis, stage.hands.data_dir, stage.clock)
    look([stage, other])
    stage.clock.forward(hours=16, minutes=55)  # 02:55 in Shanghai
    for night in range(NIGHTS):
        alive = [stage, other] if night < NIGHTS // 2 else [other]  # one of them is killed
        look(alive)
        assert len(done) == night + 1
        stage.clock.forward(minutes=10)  # nobody looks at three o'clock itself
        look(alive)
        look(alive)
        stage.clock.forward(hours=23, minutes=50)
    store.engine.dispose()
    print(f"{NIGHTS} nights, two clocks, one killed: {sum(done.values())} ticks of {len(done)}")
    assert len(done) == NIGHTS + 1
    assert set(done.values()) == {1}


def test_a_clock_that_jumps_ticks_once_and_loses_nothing(
    stage: Stage, redis: Redis, worker_redis: Redis, done: Done
) -> None:
    ids = []
    stage.clock.forward(hours=16, minutes=55)
    for number, minutes in enumerate((0, 10, -10, -10, 10, 10, -10)):
        stage.clock.forward(minutes=minutes)
        ids.append(stage.tell("order_progress", account=stage.account(f"o-{number}", talk=5)))
        look([stage, stage])
        if number % 2:
            redis.flushall()  # what was handed out now waits for its lease, which the jump has moved
    for _ in range(2):
        jobs.work("tell", worker_redis, burst=True)
        stage.clock.forward(minutes=21)
        look([stage])
    jobs.work("tell", worker_redis, burst=True)
    assert {row.state for row in stage.rows(t.outbox)} == {"accepted"}
    assert Counter(told.once for told in stage.oa.told) == {f"linli-{one}": 1 for one in ids}
    assert len(done) == 2
    assert set(done.values()) == {1}
