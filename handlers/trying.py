"""What becomes of something heard that fails: another try, at once or later; then a person is called.

Residents and staff are treated alike. Words that were heard never reach the log.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError

from bot.message import Reply
from models import tables as t
from models.actions.desk import OpenDeskItem
from models.store import Work

BACK_OFF = (1, 5, 30, 300)  # seconds between tries when the database or the machine is at fault
DEAD = "有一条消息多次处理失败，请在“收发问题”里再试一次。"
# The database works and refuses this very message: a defect, which no waiting mends.
REFUSED = (DataError, IntegrityError, ProgrammingError)

log = logging.getLogger("linli.trying")
Done = TypeVar("Done")


def once_more(turn: Callable[[], Done], set_aside: Callable[[], Done]) -> Done:
    """Do `turn`; after a defect do it once more; after a second one do `set_aside` instead.

    Raises SQLAlchemyError when the database is at fault: then the message stays and is tried again later.
    """
    for _ in range(2):
        try:
            return turn()
        except Exception as failure:
            if isinstance(failure, SQLAlchemyError) and not isinstance(failure, REFUSED):
                raise
            log.error("a turn failed: %s at %s", type(failure).__name__, place(failure))
    return set_aside()


def place(failure: BaseException) -> str:
    """Where something was raised, without its text, which may hold what a person wrote."""
    last = traceback.extract_tb(failure.__traceback__)[-1]
    return f"{last.filename}:{last.lineno}"


def put_off(work: Work, row: Any) -> None:
    """Let an inbox row (id, attempts) wait 1, 5, 30, 300 s for its next try; then it is dead and on the desk."""
    if row.attempts < len(BACK_OFF):
        wait = timedelta(seconds=BACK_OFF[row.attempts])
        values: dict[str, Any] = {"attempts": row.attempts + 1, "next_at": work.now + wait}
    else:
        values = {"state": "dead", "note": "tried in vain"}
    this = update(t.inbox).where(t.inbox.c.id == row.id, t.inbox.c.state == "new")
    changed = work.conn.execute(this.values(**values)).rowcount
    if changed and "state" in values:
        OpenDeskItem("dead", DEAD).run(work)


def put_off_oldest(work: Work, channel: str, sender: str) -> None:
    """Put off the first thing this sender said that nobody has played."""
    i = t.inbox.c
    undone = select(i.id, i.attempts).where(i.channel == channel, i.sender == sender, i.state == "new")
    row = work.conn.execute(undone.order_by(i.id).limit(1)).first()
    if row is not None:
        put_off(work, row)


def still_poison(work: Work, channel: str) -> None:
    """What nobody could read, and somebody at the console asked to try again, cannot be read now either."""
    i = t.inbox.c
    unread = update(t.inbox).where(i.channel == channel, i.sender == "", i.state == "new")
    work.conn.execute(unread.values(state="poison", note="still unreadable"))


def said_again(work: Work, key: str) -> Reply:
    """The stored words for a repeated delivery; from now on give_up() leaves them to it."""
    return _take(work, key, ("passive", "said"), "said")


def give_up(work: Work, key: str) -> Reply:
    """The stored words, now to be sent late, by whoever gets them here; empty when a delivery says them."""
    return _take(work, key, ("passive",), "queued")


def _take(work: Work, key: str, was: tuple[str, ...], becomes: str) -> Reply:
    """Decide in one statement who says a stored reply."""
    i = t.inbox.c
    mine = update(t.inbox).where(i.key == key, i.state == "done", i.reply_by.in_(was))
    reply = work.conn.execute(mine.values(reply_by=becomes).returning(i.reply)).scalar()
    return Reply.from_json(reply) if reply else Reply()
