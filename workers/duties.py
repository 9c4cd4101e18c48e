"""Duties by the clock: each tick is a row with a unique key, so any number of relays do it once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, delete, literal, update

from bot.clock import SHANGHAI, SystemClock, local
from models import tables as t
from models.store import Work
from workers import photos
from workers.hands import here

KEEP_WORDS = timedelta(days=30)  # what was heard and answered is emptied after this
KEEP_TICKS = timedelta(days=90)
KEEP_FILES = timedelta(hours=1)  # a file that no row names yet may be on its way into one


@dataclass(frozen=True, slots=True)
class Duty:
    """Something done every night at `hour` (Asia/Shanghai), in one transaction with its tick.

    After an outage only the latest tick is caught up.
    """

    name: str
    hour: int
    run: Callable[[Work], None]

    def tick(self, now: datetime) -> datetime:
        """The latest moment at which the duty fell due."""
        here = local(now)
        today = datetime(here.year, here.month, here.day, self.hour, tzinfo=SHANGHAI)
        return today if today <= here else today - timedelta(days=1)


def forget_words(work: Work) -> None:
    """Empty talk of long ago, wherever it is; the keys of what was heard stay, so that a repeat is still known."""
    long_ago = t.inbox.c.received_at < work.now - KEEP_WORDS
    full = t.inbox.c.payload.is_not(None) & (t.inbox.c.state != "new")
    work.conn.execute(update(t.inbox).where(long_ago & full).values(payload=None, reply=None))
    told = (t.outbox.c.kind == "said") & (t.outbox.c.made_at < work.now - KEEP_WORDS)
    work.conn.execute(update(t.outbox).where(told).values(facts={}))
    silent = (t.conversation.c.changed_at < work.now - KEEP_WORDS) & (t.conversation.c.state != _only_turn())
    work.conn.execute(update(t.conversation).where(silent).values(state=_only_turn()))
    done = (t.desk_item.c.state == "done") & (t.desk_item.c.done_at < work.now - KEEP_WORDS)
    work.conn.execute(update(t.desk_item).where(done).values(words=""))


def _only_turn() -> ColumnElement[str]:
    """An empty talk that goes on counting its turns, which timers carry."""
    return literal('{"turn":') + cast(t.conversation.c.turn, String) + literal("}")


def forget_ticks(work: Work) -> None:
    """Remove the ticks of long ago."""
    work.conn.execute(delete(t.duty_tick).where(t.duty_tick.c.tick_at < work.now - KEEP_TICKS))


def forget_files(work: Work) -> None:
    """Remove the photos on the disk that no row names; files carry real time."""
    photos.sweep(work, here().data_dir / photos.FOLDER, SystemClock().now() - KEEP_FILES)


DUTIES = (
    Duty("forget_words", 3, forget_words),
    Duty("forget_ticks", 3, forget_ticks),
    Duty("forget_files", 3, forget_files),
)


def do_duty(work: Work, duty: Duty) -> bool:
    """Do the duty if nobody has done its latest tick yet; whether it was done now."""
    row = {"duty": duty.name, "tick_at": duty.tick(work.now), "done_at": work.now}
    ticked = work.insert_once(t.duty_tick).values(row).returning(t.duty_tick.c.duty)
    if work.conn.execute(ticked).first() is None:
        return False
    duty.run(work)
    return True
