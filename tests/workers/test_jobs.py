"""RQ as we use it: only our functions, and nothing malformed stops a queue."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from redis import Redis
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from models import tables as t
from tests.faults.malformed import JOBS as POISON
from tests.workers.stage import NOW, Stage
from workers import jobs
from workers.jobs import KNOWN, KnownJob, UnknownJob, function

VICTIM: list[str] = []


def forbidden(*_: Any) -> None:
    """What a job must never get to run."""
    VICTIM.append("ran")


@pytest.fixture(autouse=True)
def innocent() -> None:
    VICTIM.clear()


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_every_job_may_run_for_a_row_that_is_not_there_and_run_again(stage: Stage, name: str) -> None:
    lists = {"drain": [404], "embed": [404], "deliver": [404], "deliver_together": [[404], [405]]}
    argument: Any = lists.get(name.rpartition(".")[2], 404)
    for _ in range(2):
        function(name)(argument)
    assert (stage.oa.told, stage.robot.told, stage.drained) == ([], [], [])


def _photo(stage: Stage) -> int:
    raw = io.BytesIO()
    Image.new("RGB", (8, 8)).save(raw, "PNG")
    stage.oa.media["m"] = raw.getvalue()
    return stage.insert(t.photo, channel="wechat_oa", media="m", made_at=NOW, next_at=NOW)


def _heard(stage: Stage) -> list[int]:
    base = {"key": "k", "channel": "wechat_oa", "sender": "o-1", "payload": "{}"}
    return [stage.insert(t.inbox, **base, received_at=NOW, next_at=NOW)]


def a_voice(stage: Stage, **more: Any) -> int:
    """A voice message that waits; nobody listens on this stage, unless a test says so."""
    stage.oa.media["v"] = b"#!AMR"
    account = stage.account(f"o-{len(stage.rows(t.account))}")
    base = {"inbox_id": account, "account_id": account, "media": "v", "turn": 0}
    return stage.insert(t.voice_note, **{**base, "made_at": NOW, "next_at": NOW, **more})


def _item(stage: Stage) -> int:
    """A service item where no model runs: it is looked at again later."""
    words = {
        "title": "理发",
        "title_key": "理发",
        "class_key": "convenience",
        "field_key": "support",
        "steps": [],
    }
    days = {"source": "指南", "source_on": NOW.date(), "changed_at": NOW, "next_at": NOW}
    return stage.insert(t.service_item, **words, **days)


# A row for each job to work on. A new job needs one here.
ROWS: dict[str, Callable[[Stage], Any]] = {
    "workers.inbox.drain": _heard,
    "workers.vectors.embed": lambda stage: [_item(stage)],
    "workers.imports.advance": lambda stage: stage.insert(
        t.import_run, kind="homes", state="running", file="x.sheet", made_at=NOW, next_at=NOW
    ),
    "workers.outbox.deliver": lambda stage: [a_message(stage)],
    "workers.outbox.deliver_together": lambda stage: [[a_message(stage)], [a_message(stage)]],
    "workers.photos.fetch": _photo,
    "workers.voice.listen": a_voice,
    "workers.timers.fire": lambda stage: stage.insert(
        t.timer, kind="unclaimed", subject=404, stamp=1, due_at=NOW, next_at=NOW
    ),
}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_job_that_runs_twice_changes_nothing_the_second_time(stage: Stage, name: str) -> None:
    argument = ROWS[name](stage)

    def everything() -> list[object]:
        return [stage.rows(table) for table in t.metadata.sorted_tables if table is not t.beat]

    before = everything()
    function(name)(argument)
    after = everything()
    assert after != before or stage.drained
    function(name)(argument)
    assert everything() == after


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_jobs_name_is_where_it_is_found(name: str) -> None:
    found = function(name)
    assert f"{found.__module__}.{found.__qualname__}" == name


def a_message(stage: Stage) -> int:
    return stage.tell("order_claimed", account=stage.account(f"o-{len(stage.rows(t.account))}", talk=5))


def test_a_worker_does_what_is_queued_and_shows_that_it_lives(
    stage: Stage, redis: Redis, worker_redis: Redis
) -> None:
    message = a_message(stage)
    jobs.enqueue(redis, "tell", [("ob-1-1", "workers.outbox.deliver", [[message]])])
    jobs.work("tell", worker_redis, burst=True)
    assert stage.message(message).state == "accepted"
    assert len(jobs.queue("tell", redis)) == 0
    assert "worker:tell" in {row.name for row in stage.rows(t.beat)}


def test_a_function_that_is_not_ours_is_not_run(stage: Stage, redis: Redis, worker_redis: Redis) -> None:
    message = a_message(stage)
    jobs.enqueue(
        redis, "tell", [("bad", "tests.workers.test_jobs.forbidden", [1]), ("worse", "os.system", ["id"])]
    )
    jobs.enqueue(redis, "tell", [("good", "workers.outbox.deliver", [[message]])])
    jobs.work("tell", worker_redis, burst=True)
    assert VICTIM == []
    assert stage.message(message).state == "accepted"
    with pytest.raises(UnknownJob):
        _ = KnownJob.fetch("bad", redis, JSONSerializer).func


def test_callbacks_and_webhooks_never_run(stage: Stage, redis: Redis, worker_redis: Redis) -> None:
    queue = jobs.queue("tell", redis)
    job = queue.enqueue("workers.outbox.deliver", [], job_id="called")
    hooks = '[{"url": "http://192.0.2.1/", "events": ["finished"]}]'
    callbacks = {
        f"{when}_callback_name": "tests.workers.test_jobs.forbidden" for when in ("success", "failure")
    }
    redis.hset(job.key, mapping={**callbacks, "webhooks": hooks})
    jobs.work("tell", worker_redis, burst=True)
    assert VICTIM == []
    assert KnownJob.fetch("called", redis, JSONSerializer).is_finished


@pytest.mark.parametrize("field", sorted(POISON))
@pytest.mark.parametrize("taken", [False, True])
def test_a_malformed_job_does_not_stop_the_queue(
    stage: Stage, redis: Redis, worker_redis: Redis, field: str, taken: bool
) -> None:
    message = a_message(stage)
    jobs.enqueue(redis, "tell", [("poison", "workers.outbox.deliver", [[1]])])
    redis.hset("rq:job:poison", mapping=dict(POISON[field]))
    queue = jobs.queue("tell", redis)
    if taken:  # a worker that took it and died
        redis.lmove(queue.key, queue.intermediate_queue_key)
    jobs.enqueue(redis, "tell", [("good", "workers.outbox.deliver", [[message]])])
    jobs.work("tell", worker_redis, burst=True)
    assert stage.message(message).state == "accepted"
    assert len(queue) == 0


def test_malformed_jobs_among_good_ones_cost_none_of_them(
    stage: Stage, redis: Redis, worker_redis: Redis
) -> None:
    good = [a_message(stage) for _ in range(40)]
    for number, message in enumerate(good):
        jobs.enqueue(redis, "tell", [(f"good-{number}", "workers.outbox.deliver", [[message]])])
        if number % 5 == 0 and number // 5 < len(POISON):
            name = sorted(POISON)[number // 5]
            jobs.enqueue(redis, "tell", [(f"bad-{name}", "workers.outbox.deliver", [[1]])])
            redis.hset(f"rq:job:bad-{name}", mapping=dict(POISON[name]))
    jobs.work("tell", worker_redis, burst=True)
    assert sorted(told.once for told in stage.oa.told) == sorted(f"linli-{one}" for one in good)
    assert len(jobs.queue("tell", redis)) == 0


def test_what_is_no_job_at_all_does_not_stop_the_queue(
    stage: Stage, redis: Redis, worker_redis: Redis
) -> None:
    message, queue = a_message(stage), jobs.queue("tell", redis)
    redis.set("rq:job:text", "not a hash")
    redis.rpush(queue.key, "text", "gone", "no id!", b"\xff\xfe")
    redis.rpush(queue.intermediate_queue_key, "text", "no id!", b"\xff\xfe")
    jobs.enqueue(redis, "tell", [("good", "workers.outbox.deliver", [[message]])])
    jobs.work("tell", worker_redis, burst=True)
    assert stage.message(message).state == "accepted"
    with pytest.raises(NoSuchJobError):
        KnownJob.fetch("text", redis, JSONSerializer)


def test_a_jobs_error_says_its_type_and_nothing_of_what_people_wrote(
    stage: Stage, redis: Redis, worker_redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "住户的话 13800001111"

    def drain(channel: str, sender: str) -> None:
        raise LookupError(secret)

    object.__setattr__(stage.hands, "drain", drain)
    row = stage.insert(
        t.inbox, key="k", channel="wechat_oa", sender="o-1", payload="{}", received_at=NOW, next_at=NOW
    )
    jobs.enqueue(redis, "talk", [("in-1", "workers.inbox.drain", [[row]])])
    jobs.work("talk", worker_redis, burst=True)
    failed = KnownJob.fetch("in-1", redis, JSONSerializer)
    assert failed.is_failed
    assert "LookupError" in caplog.text
    assert secret not in caplog.text
    kept = b"".join(value for _, fields in redis.xrange("rq:results:in-1") for value in fields.values())
    assert secret not in kept.decode("utf-8", "replace")


def test_jobs_do_not_pile_up_in_redis(stage: Stage, redis: Redis, worker_redis: Redis) -> None:
    jobs.enqueue(redis, "tell", [("ob-1-1", "workers.outbox.deliver", [[1]])])
    jobs.work("tell", worker_redis, burst=True)
    assert 0 < redis.ttl(Job.key_for("ob-1-1")) <= jobs.RESULT_TTL
