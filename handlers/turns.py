"""Turns run in a bounded pool of threads, so that a callback never waits longer than the platform does.

What waits is first kept in the inbox (or, when the database does not take it in time, in the spool); the
acknowledgement comes after that and never before (ARCHITECTURE 2.2 and 2.4).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot import spool
from bot.clock import Clock, real_seconds
from bot.message import Heard, Reply
from models import tables as t
from models.store import Store

KEPT_WITHIN = 1.5  # seconds for the inbox row; then the spool takes it
ANSWERED_WITHIN = 3.5  # seconds for the passive reply; then the callback gives up on it
LOOK_AGAIN = 1.0  # seconds between two messages that try a database which was away

log = logging.getLogger("linli.turns")
Play = Callable[[Heard, float], Reply]
GiveUp = Callable[[Heard], None]


class NotKept(Exception):
    """Neither the database nor the disk took the message: it must not be acknowledged."""


@dataclass
class _Ticket:
    """One callback that waits for its turn."""

    arrived: float
    kept: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    reply: Reply = field(default_factory=Reply)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _given_up: bool = False

    def answer(self, reply: Reply) -> bool:
        """Leave the reply; False when nobody waits any more."""
        with self._lock:
            self.reply = reply
            self.done.set()
            return not self._given_up

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for an event at most until `seconds` after the arrival."""
        return event.wait(max(0.0, self.arrived + seconds - real_seconds()))

    def give_up(self) -> Reply:
        """The reply if it is there after all, else nothing from now on."""
        with self._lock:
            if not self.done.is_set():
                self._given_up = True
                return Reply()
            return self.reply


@dataclass
class _Breaker:
    """Remembers that the database was away a moment ago, so that not every message waits for it in vain."""

    _away: bool = False
    _next_try: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def passes(self) -> bool:
        """Whether this message may try the database: always while it is well, else one in LOOK_AGAIN seconds."""
        with self._lock:
            if self._away and real_seconds() < self._next_try:
                return False
            self._next_try = real_seconds() + LOOK_AGAIN
            return True

    def set(self, *, away: bool) -> None:
        """What the last message has found."""
        with self._lock:
            self._away, self._next_try = away, real_seconds() + LOOK_AGAIN


@dataclass(frozen=True)
class Turns:
    """Keeps what was heard and plays it within the platform's time."""

    store: Store
    clock: Clock
    pool: Executor
    spool: Path
    _breaker: _Breaker = field(default_factory=_Breaker)

    def take(self, heard: Heard, play: Play, give_up: GiveUp) -> Reply:
        """Keep `heard`, play it, and give the words to answer at once. Raises NotKept.

        What the spool had to take is played by the workers; its words come by the outbox.
        """
        ticket = _Ticket(real_seconds())
        received_at = self.clock.now()
        if not self._breaker.passes():
            self._spool(heard, received_at)
            return Reply()
        self.pool.submit(self._run, ticket, heard, received_at, play, give_up)
        if ticket.wait(ticket.kept, KEPT_WITHIN):
            ticket.wait(ticket.done, ANSWERED_WITHIN)
        else:
            self._breaker.set(away=True)
            log.warning("the database does not take messages in time: they go to the spool")
            self._spool(heard, received_at)
        return ticket.give_up()

    def keep_poison(self, channel: str, key: str, raw: str) -> None:
        """Keep a genuine message that cannot be read, for the staff to see. Raises SQLAlchemyError."""
        now = self.clock.now()
        row = {"key": key[:255], "channel": channel, "sender": "", "payload": raw, "state": "poison"}
        with self.store.work(now) as work:
            work.conn.execute(work.insert_once(t.inbox).values(**row, received_at=now, next_at=now))

    def _run(self, ticket: _Ticket, heard: Heard, received_at: datetime, play: Play, give_up: GiveUp) -> None:
        try:
            self.keep(heard, received_at)
            ticket.kept.set()
            self._breaker.set(away=False)
            reply = play(heard, ticket.arrived)
            if not ticket.answer(reply) and (reply.words or reply.card):
                give_up(heard)
        except SQLAlchemyError as fault:
            log.warning("the database is at fault", extra={"fault": type(fault).__name__})
        except Exception:
            log.exception("a turn failed")
        finally:
            if ticket.kept.is_set():
                ticket.done.set()

    def keep(self, heard: Heard, received_at: datetime) -> None:
        """One small transaction; the unique key makes repeats harmless."""
        row = {"key": heard.key, "channel": heard.channel, "sender": heard.sender, "payload": heard.to_json()}
        with self.store.work(received_at) as work:
            values = {**row, "received_at": received_at, "next_at": received_at}
            work.conn.execute(work.insert_once(t.inbox), values)

    def _spool(self, heard: Heard, received_at: datetime) -> None:
        record = {
            "channel": heard.channel,
            "key": heard.key,
            "sender": heard.sender,
            "payload": heard.to_json(),
            "received_at": received_at.isoformat(),
        }
        try:
            spool.put(self.spool, record)
        except OSError as refused:
            log.error("the spool folder refuses: make room on the disk", extra={"errno": refused.errno})
            raise NotKept from refused
