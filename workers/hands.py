"""What a worker process has at hand. Set once when the process starts; jobs carry ids only and reach it by here()."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis

from bot.clock import Clock
from bot.message import Heard
from bot.ports import Channel, Embedder
from bot.voice import Recogniser
from handlers.own_words import OwnWords
from models.store import Store, Work

Timed = Callable[[Work, int, int], object]


def _plays_nothing(channel: str, sender: str) -> None:
    """What a worker that does not play says when it is asked to."""
    raise RuntimeError("this process plays nothing: the worker of the queue talk does")


@dataclass(frozen=True)
class Hands:
    """Everything a job may need.

    `channels` gives a channel by its name and raises KeyError when there is none: "wechat_oa",
    "wecom_aibot:<bot>", and "wecom_robot:<id of the work group>" for the robot that speaks in that group.
    `drain` plays what a resident (channel, sender) has said and nobody has answered; it keeps its own back-off.
    `give_up` sends another way the words of a callback that was over; what has been said or queued it leaves alone.
    `timers` are the talk's timers by kind: called with the transaction, the timer's subject and its stamp.
    `names` are the Chinese names of the categories of work orders by their id; `own_words` the town's own texts.
    `embedder` gives the language model, None where there is none. `recogniser` turns voice into words,
    None where it is switched off.
    """

    store: Store
    clock: Clock
    channels: Callable[[str], Channel]
    redis: Redis
    data_dir: Path
    drain: Callable[[str, str], None] = _plays_nothing
    give_up: Callable[[Heard], None] = lambda heard: None
    timers: Mapping[str, Timed] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    own_words: OwnWords = field(default_factory=OwnWords)
    embedder: Callable[[], Embedder | None] = lambda: None
    recogniser: Recogniser | None = None
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("linli.workers"))


class _Process:
    hands: Hands | None = None


def equip(hands: Hands) -> None:
    """Give this process its hands; the last call counts."""
    _Process.hands = hands


def here() -> Hands:
    """The hands of this process. Raises RuntimeError when nobody has called equip()."""
    if _Process.hands is None:
        raise RuntimeError("this process has no hands: start it by app.py, which calls workers.hands.equip")
    return _Process.hands
