"""What a resident said that is kept in the inbox and not played yet: which of it is played now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.message import Heard
from models import tables as t
from models.store import Work

HOLDS_BACK = timedelta(seconds=5)  # how long a message that waits for another try holds back later ones
LEAVES = frozenset({"unfollow", "revoked"})


@dataclass(frozen=True, slots=True)
class Kept:
    """One message in the inbox."""

    id: int
    heard: Heard


def ready(work: Work, rows: list[Any]) -> list[Any] | None:
    """Of the rows up to the last one those to play; None when an earlier one waits for its next try."""
    due = [row for row in rows if row is rows[-1] or not row.attempts or row.next_at <= work.now]
    held_back = [row for row in rows if row not in due and work.now - row.received_at < HOLDS_BACK]
    return None if held_back else due


def undone(channel: str, sender: str) -> Any:
    """The statement for all that nobody has played."""
    i = t.inbox.c
    return select(i.key, i.payload).where(i.channel == channel, i.sender == sender, i.state == "new")


def until_leaving(kept: Sequence[Kept]) -> Sequence[Kept]:
    """What was heard up to the first by which the person leaves: what follows is said by a new account."""
    leaves = next((n for n, one in enumerate(kept) if one.heard.kind in LEAVES), len(kept) - 1)
    return kept[: leaves + 1]
