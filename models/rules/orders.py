"""The life of a work order: waiting, claimed, arrived, paused, closed; which step leads where, who may take it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

_DATA: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "steps.json").read_text(encoding="utf-8")
)


class Why(StrEnum):
    """Why an action did nothing. The dialog or the group's grammar puts it into words."""

    TAKEN = "taken"  # a colleague was quicker
    CLOSED = "closed"  # the order is closed
    NOT_CLOSED = "not_closed"  # the order is still open
    NOT_YOURS = "not_yours"  # somebody else holds or follows it
    ELSEWHERE = "elsewhere"  # those of another area look after this person
    NOT_YOUR_UNIT = "not_your_unit"
    CAP = "cap"  # too many open orders in one hand; too many portions (most)
    UNKNOWN = "unknown"  # no such order, worker, question or word
    ALREADY = "already"  # has been done
    TOO_SOON = "too_soon"
    TOO_LATE = "too_late"
    TOO_MANY = "too_many"  # wrong words; wait before the next try
    NEEDS_WORDS = "needs_words"
    NOT_CLAIMED = "not_claimed"  # nobody holds it yet
    NOT_FOUND = "not_found"  # nobody, or several, of that name (names)
    FULL = "full"  # whoever should get it holds too many (by, cap); the meal has room for fewer (left)
    AWAY = "away"  # whoever should get it is on leave (by, substitute)
    NEEDS_TIME = "needs_time"  # until when, or at what time
    TOO_FAR = "too_far"  # later than may be (days)
    HELPERS = "helpers"  # somebody who helps has not finished (names)
    NOT_SAME = "not_same"  # two orders that cannot be one
    SOLD_OUT = "sold_out"  # of that dish there are fewer (dish_id, left)
    NOT_SERVED = "not_served"  # no such meal that day, not on sale, or not for people who live there
    NO_MONEY = "no_money"  # there is less in the account (left), or something is still owed (owes), in cents


class Refusal(dict[str, Any]):
    """The value of an action that did nothing: {"ok": False, "why": …, …}."""

    def __init__(self, why: Why, **more: Any) -> None:
        super().__init__(ok=False, why=why.value, **more)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the states it starts from, who takes it, the states it may lead to (none: it stays)."""

    starts: frozenset[str]
    by: frozenset[str]
    ends: tuple[str, ...]

    @property
    def moves(self) -> bool:
        """Whether the order's stage grows, which makes the timers of earlier stages stale."""
        return bool(self.ends)


@dataclass(frozen=True, slots=True)
class End:
    """An honest end of an order. `rate`: the resident is asked for a rating."""

    rate: bool


STEPS = {
    name: Step(frozenset(row["from"]), frozenset(row["by"]), tuple(row.get("to", ())))
    for name, row in _DATA["steps"].items()
}
ENDS = {name: End(**row) for name, row in _DATA["ends"].items()}
OPEN = ("waiting", "claimed", "arrived", "paused")
HELD = ("claimed", "arrived", "paused")
WAITS_ANEW = ("reopen", "return", "transfer")
"""Steps after which an order waits from then on, not from its opening. To be escalated is to have waited too long."""


def refused(step: str, state: str, by: str) -> Why | None:
    """Why `by` (resident, worker, console, system) may not take `step` in `state`; None when it is allowed."""
    rule = STEPS[step]
    if by not in rule.by:
        return Why.NOT_YOURS
    if state in rule.starts:
        return None
    if state == "closed":
        return Why.CLOSED
    if rule.starts == {"closed"}:
        return Why.NOT_CLOSED
    return Why.NOT_CLAIMED if state == "waiting" else Why.ALREADY
