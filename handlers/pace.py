"""How much one sender may say in a minute: whoever says more is asked to wait, and nothing of it is done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from bot.message import Heard
from models import tables as t
from models.store import Work

MINUTE = timedelta(minutes=1)


def too_fast(work: Work, heard: Heard) -> bool:
    """Whether the sender of `heard` has said as much in the last minute as the limit allows, this not counted.

    What was answered with "too fast" counts too. One row by an index, however much the sender has ever said.
    """
    at: datetime | None = work.conn.execute(newest(heard, work.limits["staff_messages_per_minute"])).scalar()
    return at is not None and work.now - at < MINUTE


def newest(heard: Heard, nth: int) -> Select[Any]:
    """When the sender's `nth` newest message that has been played was received; 1 is the newest."""
    i = t.inbox.c
    theirs = select(i.received_at).where(i.channel == heard.channel, i.sender == heard.sender)
    return theirs.where(i.state == "done").order_by(i.id.desc()).offset(nth - 1).limit(1)
