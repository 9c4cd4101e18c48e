"""RQ as we use it: one queue a process, only our own functions, JSON, and nothing malformed may stop a queue."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pkgutil import resolve_name
from typing import Any, cast

from redis import Redis
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import TimeoutError as RedisSlow
from rq import Queue, SimpleWorker
from rq.exceptions import NoSuchJobError
from rq.job import JOB_ID_PATTERN, Job
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from bot.logs import marked
from bot.voice import refuse_missing
from workers import beats
from workers.hands import here

QUEUES = ("talk", "tell", "media")
VOICE = "voice"  # one more, where LINLI_VOICE is on
ALL_QUEUES = (*QUEUES, VOICE)
LONGEST = 2000  # jobs in a queue; beyond that the rows wait in SQL
LONG = {"workers.imports.advance": 900}  # seconds; reading a large file is one piece of work
TIMEOUT, FAILURE_TTL, RESULT_TTL = 90, 7 * 24 * 3600, 60  # seconds

# The functions that may be jobs, each with its queue. A worker loads those of its own queue alone.
KNOWN: Mapping[str, str] = {
    "workers.inbox.drain": "talk",
    "workers.timers.fire": "talk",
    "workers.outbox.deliver": "tell",
    "workers.outbox.deliver_together": "tell",
    "workers.photos.fetch": "media",
    "workers.imports.advance": "media",
    "workers.vectors.embed": "media",
    "workers.voice.listen": VOICE,
}

_log = logging.getLogger("linli.workers")


class UnknownJob(Exception):
    """A job names a function that is not ours: it is not run."""


def function(name: str) -> Callable[..., None]:
    """The function of KNOWN that has this dotted name. Raises UnknownJob."""
    if name not in KNOWN:
        raise UnknownJob("a job names no function of ours")
    module, _, called = name.rpartition(".")
    found: Callable[..., None] = resolve_name(f"{module}:{called}")
    return found


class JobFailed(Exception):
    """A job raised. Only the error's type and place are told: its text may hold what a person wrote."""


class KnownJob(Job):
    """A job that runs functions of KNOWN only, and never callbacks or webhooks.

    RQ imports whatever dotted name a job holds; who can write to Redis could run anything.
    """

    @property
    def func(self) -> Callable[..., None]:
        """The function to run. Raises UnknownJob."""
        return function(str(self.func_name))

    @property
    def success_callback(self) -> None:
        """Never one."""
        return None

    @property
    def failure_callback(self) -> None:
        """Never one."""
        return None

    @property
    def stopped_callback(self) -> None:
        """Never one."""
        return None

    def send_webhooks(self, *_: Any, **__: Any) -> None:
        """Never: the address would come out of Redis."""

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> Job:
        """The job as it is in Redis. One that cannot be read is removed and counts as not there.

        RQ's worker gives up on a malformed job, and so does every later one: the queue would stand still.
        Raises NoSuchJobError.
        """
        try:
            return super().fetch(id, connection=connection, serializer=serializer)
        except (NoSuchJobError, RedisGone, RedisSlow):
            raise
        except Exception as broken:
            if connection is not None:
                connection.delete(cls.key_for(id))
            _log.error("removed a malformed job from Redis: %s", type(broken).__name__)
            raise NoSuchJobError("malformed") from None

    def perform(self) -> Any:
        """Run the function. Raises JobFailed, so that neither log nor Redis gets an error's own text."""
        try:
            with marked(job=self.id):
                return super().perform()
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            raise JobFailed(f"{type(error).__name__} in {last.name}, line {last.lineno}") from None


class OneQueueWorker(SimpleWorker):
    """RQ's simple worker, which also shows in SQL that it is alive."""

    max_connection_wait_time = 5.0

    def __init__(self, mine: Queue, **how: Any) -> None:
        super().__init__([mine], **how)
        self._heart = beats.Heart(f"worker:{mine.name}")

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        """Beat in Redis as RQ wants it, and in SQL for those who look after us."""
        super().heartbeat(*args, **kwargs)
        try:
            self._heart.beat(here().store)
        except SQLAlchemyError as gone:
            _log.warning("no beat: %s", type(gone).__name__)


def queue(name: str, connection: Redis) -> Queue:
    """One of ALL_QUEUES."""
    return Queue(
        name, connection=connection, job_class=KnownJob, serializer=JSONSerializer, default_timeout=TIMEOUT
    )


def enqueue(connection: Redis, name: str, jobs: Iterable[tuple[str, str, list[Any]]]) -> None:
    """Put jobs (id, function's dotted name, arguments) in a queue, all in one go. Arguments are ids only."""
    data = partial(Queue.prepare_data, result_ttl=RESULT_TTL, failure_ttl=FAILURE_TTL)
    datas = [
        data(
            function,
            args=tuple(args),
            job_id=job_id,
            description=function,
            timeout=LONG.get(function, TIMEOUT),
        )
        for job_id, function, args in jobs
    ]
    queue(name, connection).enqueue_many(datas)


def work(name: str, connection: Redis, *, burst: bool = False) -> None:
    """Be the worker of one queue until told to stop (TERM, INT); with `burst`, until the queue is empty.

    One queue a process, since RQ moves a job atomically only then. The times make RQ notice within a minute
    and a quarter that a worker has died. Raises NotStarted when what it needs is not installed.
    """
    if name == VOICE:
        refuse_missing()
    for job in (job for job, its in KNOWN.items() if its == name):
        function(job)  # loaded now: no job waits for it, and what is missing is told at the start
    mine = queue(name, connection)
    _sweep(mine)
    worker = OneQueueWorker(
        mine,
        connection=connection,
        job_class=KnownJob,
        serializer=JSONSerializer,
        worker_ttl=25,
        maintenance_interval=10,
        job_monitoring_interval=5,
        log_job_description=False,
    )
    worker.work(burst=burst, logging_level="WARNING")


def _sweep(mine: Queue) -> None:
    """Take ids that can be nobody's out of the lists: the worker would die of them."""
    for key in (mine.key, mine.intermediate_queue_key):
        for job_id in cast(list[bytes], mine.connection.lrange(key, 0, -1)):
            if not JOB_ID_PATTERN.fullmatch(job_id.decode("utf-8", "replace")):
                mine.connection.lrem(key, 0, cast(str, job_id))
                _log.error("removed an impossible job id from Redis")
