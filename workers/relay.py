"""The relay: finds what is due in SQL and wakes the workers. Any number of relays may run; Redis may burn down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from redis.exceptions import RedisError
from sqlalchemy import and_, select
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bot import spool
from bot.clock import real_seconds
from bot.message import Heard
from models import tables as t
from models.actions import outbox
from models.actions.diner_calls import desk_instead
from models.store import Work
from workers import alarms, beats, due, duties, jobs, ladders
from workers.hands import Hands
from workers.watch import Watch

ROUND_SECONDS = 0.3
SELDOM_SECONDS = 5.0  # beats, what was cut off, duties
LONGEST_PAUSE = 5.0
SPOOL = spool.FOLDER


class Relay:
    """One relay. tick() is one round; run() goes on until told to stop."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self._heart = beats.Heart("relay")
        self._watch = Watch(hands)
        self._seldom_at = float("-inf")
        self._trouble = ""
        self._pause = ROUND_SECONDS

    def run(self, wait: Callable[[float], bool]) -> None:
        """Rounds until `wait(seconds)` says that it is time to stop (threading.Event.wait does)."""
        while not wait(self._pause):
            self.round()

    def round(self) -> bool:
        """One round that survives a database or a Redis that is away; whether all went well."""
        well = self._ticked()
        self._watch.look()
        return well

    def _ticked(self) -> bool:
        try:
            self.tick()
        except (SQLAlchemyError, RedisError, OSError) as gone:
            self._in_trouble(type(gone).__name__)
            return False
        if self._trouble:
            self.hands.log.warning("relay: working again after %s", self._trouble)
        self._trouble, self._pause = "", ROUND_SECONDS
        return True

    def _in_trouble(self, what: str) -> None:
        """Say it once, and come back less and less often."""
        if what != self._trouble:
            self.hands.log.error("relay: %s; trying on", what)
        self._trouble, self._pause = what, min(self._pause * 2, LONGEST_PAUSE)

    def tick(self) -> int:
        """Hand out what is due; how many rows. Raises what the database, Redis or the disk raises."""
        now = self.hands.clock.now()
        handed_out = sum(self._hand_out(kind, now) for kind in due.KINDS)
        if real_seconds() - self._seldom_at >= SELDOM_SECONDS:
            # Noted first: if it fails, what is due is still handed out until the next time.
            self._seldom_at = real_seconds()
            self._seldom(now)
        spool.replay(self.hands.data_dir / SPOOL, self._insert)
        return handed_out

    def _hand_out(self, kind: due.Kind, now: datetime) -> int:
        with self.hands.store.look(now) as work:
            if not due.any_due(work, kind):
                return 0
        # Asked first: while Redis is away nothing is leased, so everything is due at once when it is back.
        if len(jobs.queue(kind.queue, self.hands.redis)) > jobs.LONGEST:
            return 0
        with self.hands.store.work(now) as work:
            rows = due.lease(work, kind)
        if not rows:
            return 0
        try:
            jobs.enqueue(self.hands.redis, kind.queue, due.jobs(kind, rows, now))
        except RedisError:
            with self.hands.store.work(now) as work:
                due.release(work, kind, rows)
            raise
        return len(rows)

    def _seldom(self, now: datetime) -> None:
        self._heart.beat(self.hands.store)
        with self.hands.store.work(now) as work:
            recover(work)
        with self.hands.store.look(now) as work:
            undone = duties.undone(work)
        for duty in undone:
            with self.hands.store.work(now) as work:
                duties.do_duty(work, duty)

    def _insert(self, record: Mapping[str, str]) -> None:
        """A spooled record into the inbox; one that came in by another delivery meanwhile is the same."""
        try:
            at = datetime.fromisoformat(record["received_at"]).astimezone(UTC)
            row = {**record, "received_at": at, "next_at": at}
            with self.hands.store.work(self.hands.clock.now()) as work:
                unheard = work.made(t.inbox, row) is None and _played_unheard(work, record["key"])
            if unheard:
                self.hands.give_up(Heard.from_json(record["payload"]))
        except (ValueError, DataError, IntegrityError) as never:
            self.hands.log.error("a spooled record was put aside: %s", type(never).__name__)
            raise spool.Unfit from None


def _played_unheard(work: Work, key: str) -> bool:
    """Whether what was acknowledged from the spool, without words, had been played for a callback.

    Its process never heard of the commit, for it was killed or the database broke off; or this is a repeat, which the
    platform sends because it has had no answer. Where a platform sent copies at the same moment and heeded the other
    one, its words are said twice: that is better than never.
    """
    i = t.inbox.c
    played = and_(i.key == key, i.state == "done", i.reply_by == "passive")
    return work.conn.execute(select(i.id).where(played)).first() is not None


def recover(work: Work, cut_off: timedelta = ladders.CUT_OFF) -> None:
    """Settle messages whose sender died between claim and mark; the desk hears of those that must arrive."""
    for message in outbox.recover(work, work.now - cut_off, ladders.better_twice):
        desk_instead(work, message.facts)
        if message.kind in ladders.ALARMS:
            alarms.not_told(work, message, "Unsure")
