"""By which ways a message of each kind is told, best first, and how long to wait between tries: data, read once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any

_DATA: dict[str, Any] = json.loads((files("bot") / "data" / "ladders.json").read_text(encoding="utf-8"))

ALARMS: tuple[str, ...] = tuple(_DATA["alarms"])
PASSED_UP: tuple[str, ...] = tuple(_DATA["passed_up"])  # who cannot be told: the level above is
CUT_OFF = timedelta(seconds=_DATA["cut_off_seconds"])
MANY = timedelta(seconds=_DATA["many_seconds"])
SILENT_GROUP = timedelta(seconds=_DATA["silent_group_seconds"])
GIVE_UP = timedelta(seconds=_DATA["give_up_seconds"])
BUSY: tuple[timedelta, ...] = tuple(timedelta(seconds=one) for one in _DATA["busy_seconds"])


@dataclass(frozen=True, slots=True)
class Ladder:
    """The ways of one kind. `reserve`: how many of the five messages of a window it must leave to others."""

    rungs: tuple[str, ...]
    reserve: int


_LADDERS = {name: Ladder(tuple(one["rungs"]), int(one["reserve"])) for name, one in _DATA["ladders"].items()}
KINDS: Mapping[str, Ladder] = {kind: _LADDERS[name] for kind, name in _DATA["kinds"].items()}

_HELD = Ladder(("held",), 0)


def of(kind: str) -> Ladder:
    """The ladder of a kind; a kind that nobody knows waits for the person."""
    return KINDS.get(kind, _HELD)


def is_alarm(kind: str, facts: Mapping[str, Any]) -> bool:
    """Whether the message must arrive whatever it takes: an emergency told to those who should go there."""
    return kind in ALARMS and facts.get("urgency") == "emergency"


def overtakes(kind: str, facts: Mapping[str, Any]) -> bool:
    """Whether the message does not wait for earlier ones to the same target: they may be what stands still."""
    return kind in _DATA["overtakes"] or is_alarm(kind, facts)


def better_twice(kind: str, facts: Mapping[str, Any]) -> bool:
    """Whether telling it twice is better than perhaps never."""
    return kind in _DATA["better_twice"] and facts.get("urgency") == "emergency"


def pause(tries: int) -> timedelta:
    """How long to wait after `tries` failed tries; the last pause is repeated."""
    return BUSY[min(tries, len(BUSY) - 1)]
