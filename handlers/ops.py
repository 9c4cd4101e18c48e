"""For operators and machines: is it alive, is it ready, what do the counters say, what time is it to be."""

from __future__ import annotations

import hmac
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, SystemClock, real_seconds
from models.actions.clock import MoveClock
from models.health import beats, health
from models.store import Store

log = logging.getLogger(__name__)

# How old the last sign of life may be, in seconds of real time. A worker in a long job is silent for longer.
BEATS: Mapping[str, int] = {"relay": 15, "worker:talk": 60, "worker:tell": 60, "worker:media": 60}
CACHED_SECONDS = 15.0  # scrapers that come more often, or together, get what the last one got
# Ten years, so that no date leaves the calendar.
MOST_SECONDS = 10 * 366 * 24 * 3600

# (metric, what it says, the key of health(), its labels)
GAUGES = (
    ("linli_inbox", "Messages heard that wait or went wrong, by state", "inbox", ("state",)),
    ("linli_outbox", "Messages of ours that wait or went wrong", "outbox", ("state", "channel")),
    ("linli_oldest_undone_seconds", "Age of the oldest row that waits", "oldest", ("what",)),
    ("linli_sent_today", "Messages sent since midnight, by way", "sent", ("rung",)),
    ("linli_quota_left", "Messages the platform still takes today, by way", "quota_left", ("rung",)),
    ("linli_beat_age_seconds", "Age of each process's last sign of life", "beats", ("name",)),
    (
        "linli_erased_rows",
        "Rows of personal data erased so far, by reason and kind",
        "erased",
        ("why", "what"),
    ),
    ("linli_desk_open", "Open items for a person, by kind", "desk", ("kind",)),
    ("linli_alarm", "1 for each alarm that stands", "alarms", ("name",)),
)


class _Kept:
    """The numbers of a moment ago."""

    def __init__(self) -> None:
        self._at = float("-inf")
        self._numbers: dict[str, Any] = {}
        self._lock = threading.Lock()

    def get(self, count: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        with self._lock:
            if real_seconds() - self._at >= CACHED_SECONDS:
                self._numbers, self._at = count(), real_seconds()
            return self._numbers


@dataclass(frozen=True, slots=True)
class Ops:
    """What these addresses work with.

    `behind`: whether the database lacks migrations; may raise what the database raises.
    `beats`: names of processes and the age in seconds their last sign of life may have.
    `secret`: what the header X-Ops-Secret must hold. `clock_moves`: whether /ops/clock exists at all; only
    while the emulator is on (ARCHITECTURE 2.9).
    """

    store: Store
    clock: Clock
    behind: Callable[[], bool]
    secret: str = field(repr=False)
    clock_moves: bool = False
    beats: Mapping[str, int] = field(default_factory=lambda: BEATS)
    wall: Clock = field(default_factory=SystemClock)
    kept: _Kept = field(default_factory=_Kept)

    def numbers(self) -> dict[str, Any]:
        """What health() counted, at most CACHED_SECONDS ago."""
        return self.kept.get(lambda: health(self.store, self.clock.now(), self.wall.now()))

    def ages(self) -> dict[str, float]:
        """How long ago each kind of process showed that it lives, now."""
        with self.store.look(self.wall.now()) as work:
            return beats(work, self.wall.now())


def make_blueprint(ops: Ops) -> Blueprint:
    """/healthz, /readyz, /metrics and, where it is allowed, /ops/clock."""
    blueprint = Blueprint("ops", __name__)
    blueprint.add_url_rule("/healthz", "healthz", _alive)
    blueprint.add_url_rule("/readyz", "readyz", lambda: _ready(ops))
    blueprint.add_url_rule("/metrics", "metrics", lambda: _metrics(ops))
    if ops.clock_moves:
        blueprint.add_url_rule("/ops/clock", "clock", lambda: _move_clock(ops), methods=["POST"])
    return blueprint


def _alive() -> ResponseReturnValue:
    """200 as long as this process answers; asks nobody else, so a dead database restarts nothing."""
    return jsonify(alive=True)


def _ready(ops: Ops) -> ResponseReturnValue:
    """200 when all is well, else 503; the JSON names each check and what is wrong with it, "ok" when nothing."""
    checks = dict(_checks(ops))
    ready = all(said == "ok" for said in checks.values())
    return jsonify(ready=ready, checks=checks), 200 if ready else 503


def _checks(ops: Ops) -> Iterator[tuple[str, str]]:
    try:
        behind = ops.behind()
        # Without its newest tables there is nothing to count.
        ages = {} if behind else ops.ages()
    except SQLAlchemyError as away:
        log.warning("the database does not answer: %s", type(away).__name__)
        yield "database", "does not answer: check LINLI_DATABASE_URL and whether the server runs"
        return
    yield "database", "ok"
    yield "migrations", "behind: run python app.py migrate" if behind else "ok"
    for name, most in ops.beats.items():
        yield name, _said_of_beat(ages.get(name), most)


def _said_of_beat(seconds: float | None, most: int) -> str:
    if seconds is None:
        return "never heard of: start it"
    return "ok" if seconds < most else f"silent for {seconds:.0f} s: look at its log and restart it"


class _Numbers(Collector):
    """Reads the numbers when they are asked for, so every web process tells the same."""

    def __init__(self, ops: Ops) -> None:
        self.ops = ops

    def collect(self) -> Iterator[Metric]:
        numbers = self.ops.numbers()
        for name, meaning, key, labels in GAUGES:
            gauge = GaugeMetricFamily(name, meaning, labels=labels)
            for value_of, number in numbers[key].items():
                gauge.add_metric([value_of] if isinstance(value_of, str) else list(value_of), number)
            yield gauge
        refusals = CounterMetricFamily("linli_refusals", "Refusals met, by reason", labels=("reason",))
        for reason, times in numbers["refusals"].items():
            refusals.add_metric([reason], times)
        yield refusals


def _metrics(ops: Ops) -> ResponseReturnValue:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(ops))
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # app.py web: what all web processes have counted
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    try:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    except SQLAlchemyError as away:
        log.warning("no metrics, the database does not answer: %s", type(away).__name__)
        return Response("the database does not answer\n", 503, content_type="text/plain")


def _move_clock(ops: Ops) -> ResponseReturnValue:
    """{"offset_seconds": whole seconds ahead of real time}; 0 puts the clock right again."""
    given = request.headers.get("X-Ops-Secret", "").encode()
    if not ops.secret or not hmac.compare_digest(given, ops.secret.encode()):
        abort(403)
    body = request.get_json(silent=True)
    seconds = body.get("offset_seconds") if isinstance(body, dict) else None
    if type(seconds) is not int or abs(seconds) > MOST_SECONDS:
        return jsonify(error=f'send {{"offset_seconds": n}}, a whole number up to {MOST_SECONDS}'), 400
    with ops.store.work(ops.wall.now()) as work:
        return jsonify(MoveClock(seconds).run(work))
