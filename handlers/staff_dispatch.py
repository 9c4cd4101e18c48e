"""What staff say to give an order on, let it wait, agree upon a visit, share it or merge it: words to actions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.language.moments import read_span
from bot.language.text import fold
from models.actions import Action
from models.actions.appointment import Appoint
from models.actions.helpers import AddHelper, DismissHelper
from models.actions.merge import Merge
from models.actions.pause import Pause, Resume
from models.actions.transfer import Transfer

_NUMBER = re.compile(r"[0-9]{4,9}")


@dataclass(frozen=True, slots=True)
class Said:
    """A worker's words about an order; `source` is the channel they came by."""

    order_id: int
    worker_id: int
    words: str
    source: str
    now: datetime


def _transfer(said: Said) -> Action:
    return Transfer(said.order_id, "worker", said.worker_id, said.words, source=said.source)


def _pause(said: Said) -> Action:
    span = read_span(said.words, said.now)
    words, until = (span.rest, span.starts) if span else (said.words, None)
    return Pause(said.order_id, "worker", said.worker_id, words, until, said.source)


def _resume(said: Said) -> Action:
    return Resume(said.order_id, "worker", said.worker_id, said.source)


def _appoint(said: Said) -> Action:
    span = read_span(said.words, said.now)
    starts, ends = (span.starts, span.ends) if span and span.timed else (None, None)
    return Appoint(said.order_id, "worker", said.worker_id, starts, ends, said.words, said.source)


def _add_helper(said: Said) -> Action:
    return AddHelper(said.order_id, "worker", said.worker_id, said.words, source=said.source)


def _dismiss(said: Said) -> Action:
    return DismissHelper(said.order_id, "worker", said.worker_id, said.words, source=said.source)


def _merge(said: Said) -> Action:
    other = _NUMBER.search(fold(said.words))
    into = int(other[0]) if other else None
    return Merge(said.order_id, into, "worker", said.worker_id, said.source)


DISPATCH: Mapping[str, Callable[[Said], Action]] = {
    "transfer": _transfer,
    "pause": _pause,
    "resume": _resume,
    "appoint": _appoint,
    "add_helper": _add_helper,
    "dismiss": _dismiss,
    "merge": _merge,
}
