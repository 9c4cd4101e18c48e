"""The callbacks of all platforms: limit, verify, keep, play, answer (ARCHITECTURE section 2). Nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.message import Reply
from bot.ports import Answer, Callback, Channel
from bot.refusals import NotGenuine, NotHeard, TooLarge, Unreadable
from handlers.turns import NotKept, Player, Turns

MAX_BODY = 64 * 1024
DRAINED = 1024 * 1024  # of a body that is too large; what is larger still loses its connection
STALE = timedelta(minutes=5)
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 4.5)  # the platform hangs up after 5
REFUSED = Answer(403, b"refused")
TOO_LARGE = Answer(413, b"too large")
TRY_AGAIN = Answer(503, b"busy")

log = logging.getLogger("linli.hooks")


@dataclass(frozen=True)
class Counts:
    """What callbacks came to, for /metrics."""

    heard: Counter
    refused: Counter
    stale: Counter
    turns: Counter
    seconds: Histogram

    @classmethod
    def on(cls, registry: CollectorRegistry) -> Counts:
        """The counters, registered."""
        return cls(
            Counter("linli_callbacks_total", "Callbacks taken", ["channel", "kind"], registry=registry),
            Counter(
                "linli_callbacks_refused_total", "Callbacks refused", ["channel", "why"], registry=registry
            ),
            Counter(
                "linli_callbacks_stale_total", "Callbacks with an old time", ["channel"], registry=registry
            ),
            Counter("linli_turns_total", "Turns, by how they were answered", ["reply"], registry=registry),
            Histogram(
                "linli_callback_seconds",
                "How long callbacks took",
                ["channel"],
                buckets=SECONDS,
                registry=registry,
            ),
        )


@dataclass(frozen=True)
class Door:
    """What the callbacks need. `channel` gives a channel by name, None when there is none."""

    channel: Callable[[str], Channel | None]
    turns: Turns
    player: Player
    clock: Clock
    counts: Counts


def make_blueprint(door: Door) -> Blueprint:
    """The routes /callback/wechat and /callback/wecom/<name>."""
    hooks = Blueprint("hooks", __name__)

    @hooks.route("/callback/wechat", methods=["GET", "POST"])
    def wechat() -> Response:
        return _serve(door, "wechat_oa")

    @hooks.route("/callback/wecom/<name>", methods=["GET", "POST"])
    def wecom(name: str) -> Response:
        return _serve(door, f"wecom:{name}")

    return hooks


def _serve(door: Door, name: str) -> Response:
    channel = door.channel(name)
    if channel is None:
        return _respond(_refuse(door, "unknown", "NoSuchChannel", REFUSED))
    if (request.content_length or 0) > MAX_BODY:
        _read_away()
        return _respond(_refuse(door, channel.name, "TooLarge", TOO_LARGE))
    callback = Callback(request.method, dict(request.args), request.get_data())
    handle = _verify if callback.method == "GET" else _hear
    with door.counts.seconds.labels(channel.name).time():
        return _respond(handle(door, channel, callback))


def _read_away() -> None:
    """Read what is too large and forget it: an answer to somebody who still sends does not arrive."""
    for _ in range(DRAINED // MAX_BODY):
        if not request.stream.read(MAX_BODY):
            break


def _verify(door: Door, channel: Channel, callback: Callback) -> Answer:
    try:
        return channel.verify(callback)
    except NotHeard as refusal:
        return _refuse(door, channel.name, type(refusal).__name__, REFUSED)


def _hear(door: Door, channel: Channel, callback: Callback) -> Answer:
    try:
        heard = channel.hear(callback)
    except Unreadable as poison:
        return _keep_poison(door, channel, callback, poison)
    except TooLarge:
        return _refuse(door, channel.name, "TooLarge", TOO_LARGE)
    except NotGenuine:
        return _refuse(door, channel.name, "NotGenuine", REFUSED)
    door.counts.heard.labels(channel.name, heard.kind).inc()
    if abs(door.clock.now() - heard.at) > STALE:
        door.counts.stale.labels(channel.name).inc()
    try:
        reply = door.turns.take(heard, door.player)
    except NotKept:
        return TRY_AGAIN
    return channel.answer(callback, heard, reply)


def _keep_poison(door: Door, channel: Channel, callback: Callback, poison: Unreadable) -> Answer:
    """Genuine but unreadable: kept raw for the staff, acknowledged, so that it is not repeated for ever."""
    _refuse(door, channel.name, "Unreadable", REFUSED)
    try:
        # PostgreSQL keeps no NUL in a text.
        raw = poison.raw.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        door.turns.keep_poison(channel.name, poison.key, raw)
    except SQLAlchemyError:
        return TRY_AGAIN
    return channel.answer(callback, None, Reply())


def _refuse(door: Door, channel: str, why: str, answer: Answer) -> Answer:
    """One counted line; never what was sent, never which check failed."""
    door.counts.refused.labels(channel, why).inc()
    log.warning("callback refused: %s", why, extra={"channel": channel})
    return answer


def _respond(answer: Answer) -> Response:
    return Response(answer.body, answer.status, content_type=answer.content_type)
