"""Turns run in a bounded pool of threads, so that a callback never waits longer than the platform does.

What was heard is kept in the inbox (or, when the database does not take it in time, in the spool); the
acknowledgement comes after that and never before (ARCHITECTURE 2.2 and 2.4). Where nothing stands in the way it is
played in the transaction that keeps it (docs/decisions/0013).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from bot import spool
from bot.clock import Clock, real_seconds
from bot.message import Heard, Reply
from handlers.trying import place
from models import tables as t
from models.store import Store, Work

KEPT_WITHIN = 1.5  # seconds for the inbox row; then the spool takes it
ANSWERED_WITHIN = 3.5  # seconds for the passive reply; then the callback gives up on it
LOOK_AGAIN = 1.0  # seconds between two messages that try a database which was away

log = logging.getLogger("linli.turns")


class Player(Protocol):
    """Whoever plays what was heard. `since`: when the callback arrived, in real seconds."""

    def understand(self, heard: Heard) -> None:
        """Read the words before any transaction; never raises."""

    def at_once(self, work: Work, inbox_id: int, heard: Heard, since: float) -> Reply | None:
        """Play it in the transaction that keeps it; None when something stands in the way: then play() does."""

    def play(self, heard: Heard, since: float) -> Reply:
        """Play what is kept, in a transaction of its own."""

    def give_up(self, heard: Heard) -> None:
        """The callback could not wait for the words: they go another way."""


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

    def give_up(self) -> Reply | None:
        """The reply if it is there after all; None when it is not, and from now on nobody waits for it."""
        with self._lock:
            if not self.done.is_set():
                self._given_up = True
                return None
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


def _how(ticket: _Ticket, reply: Reply) -> str:
    if not ticket.kept.is_set():
        return "spooled"
    if not ticket.done.is_set():
        return "queued"
    return "passive" if reply.words or reply.card else "empty"


@dataclass(frozen=True)
class Turns:
    """Keeps what was heard and plays it within the platform's time.

    `count` is told how each was answered: passive (words in the callback), empty (nothing to say at once), queued
    (its words come by the outbox, for it took too long), spooled (kept on the disk, played later).
    """

    store: Store
    clock: Clock
    pool: Executor
    spool: Path
    count: Callable[[str], object] = lambda how: None
    _breaker: _Breaker = field(default_factory=_Breaker)

    def take(self, heard: Heard, player: Player) -> Reply:
        """Keep `heard`, play it, and give the words to answer at once. Raises NotKept.

        What the spool had to take is played by the workers; its words come by the outbox.
        """
        ticket = _Ticket(real_seconds())
        received_at = self.clock.now()
        if not self._breaker.passes():
            self._spool(heard, received_at)
            self.count("spooled")
            return Reply()
        # What is logged in the turn bears the id of its request.
        context = copy_context()
        self.pool.submit(context.run, self._run, ticket, heard, received_at, player)
        kept = ticket.wait(ticket.kept, KEPT_WITHIN)
        if kept:
            ticket.wait(ticket.done, ANSWERED_WITHIN)
        # Given up before it is spooled: whoever replays it may rely on it that no callback has said its words.
        reply = ticket.give_up()
        if reply is None and not kept:
            self._breaker.set(away=True)
            log.warning("the database does not take messages in time: they go to the spool")
            self._spool(heard, received_at)
        self.count(_how(ticket, reply or Reply()))
        return reply or Reply()

    def keep_poison(self, channel: str, key: str, raw: str) -> None:
        """Keep a genuine message that cannot be read, for the staff to see. Raises SQLAlchemyError."""
        now = self.clock.now()
        row = {"key": key[:255], "channel": channel, "sender": "", "payload": raw, "state": "poison"}
        with self.store.work(now) as work:
            work.conn.execute(work.insert_once(t.inbox).values(**row, received_at=now, next_at=now))

    def _run(self, ticket: _Ticket, heard: Heard, received_at: datetime, player: Player) -> None:
        try:
            player.understand(heard)
            reply = self._keep_and_play(ticket, heard, received_at, player)
            ticket.kept.set()
            self._breaker.set(away=False)
            if reply is None:
                reply = player.play(heard, ticket.arrived)
            if not ticket.answer(reply) and (reply.words or reply.card):
                player.give_up(heard)
        except SQLAlchemyError as fault:
            log.warning("the database is at fault", extra={"fault": type(fault).__name__})
        except Exception:
            log.exception("a turn failed")
        finally:
            if ticket.kept.is_set():
                ticket.done.set()

    def _keep_and_play(
        self, ticket: _Ticket, heard: Heard, received_at: datetime, player: Player
    ) -> Reply | None:
        """In one transaction; None when it is kept and still to be played. What goes wrong in the playing is undone
        and kept alone."""
        try:
            with self.store.work(received_at) as work:
                inbox_id = _kept(work, heard)
                return player.at_once(work, inbox_id, heard, ticket.arrived) if inbox_id else None
        except Exception as failure:
            log.warning("not played at once: %s at %s", type(failure).__name__, place(failure))
        self.keep(heard, received_at)
        return None

    def keep(self, heard: Heard, received_at: datetime) -> None:
        """One small transaction; the unique key makes repeats harmless."""
        with self.store.work(received_at) as work:
            _kept(work, heard)

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


def _kept(work: Work, heard: Heard) -> int | None:
    """The id of its new inbox row; None for a repeat."""
    row = {"key": heard.key, "channel": heard.channel, "sender": heard.sender, "payload": heard.to_json()}
    values = {**row, "received_at": work.now, "next_at": work.now}
    return work.made(t.inbox, values)
