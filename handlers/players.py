"""Plays whatever was heard: a resident's turn or a staff command."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.message import Heard, Reply
from handlers import trying
from handlers.late import STAFF, LateWords
from handlers.resident import Residents
from handlers.staff import Staffroom
from models.store import Work

log = logging.getLogger("linli.players")


@dataclass(frozen=True)
class Players:
    """Everybody who can play something heard."""

    residents: Residents
    staffroom: Staffroom
    late: LateWords

    def understand(self, heard: Heard) -> None:
        """Read a resident's words before any transaction."""
        if not heard.channel.startswith(STAFF):
            self.residents.understand(heard)

    def at_once(self, work: Work, inbox_id: int, heard: Heard, since: float) -> Reply | None:
        """A resident's turn in the transaction that keeps what was heard; None when it must wait for play()."""
        if heard.channel.startswith(STAFF):
            return None
        return self.residents.at_once(work, inbox_id, heard, since)

    def play(self, heard: Heard, since: float | None) -> Reply:
        """One turn of whoever spoke. `since`: when the callback arrived (real seconds), None for workers."""
        if heard.channel.startswith(STAFF):
            return self.staffroom.answer(heard, since)
        return self.residents.answer(heard.channel, heard.sender, heard.key, since)

    def give_up(self, heard: Heard) -> None:
        """The callback could not wait for the reply: it is sent another way, once."""
        self.late.give_up(heard)

    def drain(self, channel: str, sender: str) -> None:
        """Play what a callback left behind; for the workers. What fails here too waits, and is dead in the end."""
        store, clock = self.staffroom.store, self.staffroom.clock
        if not sender:
            with store.work(clock.now()) as work:
                return trying.still_poison(work, channel)
        try:
            self._drain(channel, sender)
        except Exception as failure:
            log.error("left behind again: %s at %s", type(failure).__name__, trying.place(failure))
            with store.work(clock.now()) as work:
                trying.put_off_oldest(work, channel, sender)
        return None

    def _drain(self, channel: str, sender: str) -> None:
        if not channel.startswith(STAFF):
            return self.residents.left_over(channel, sender)
        for heard, reply in self.staffroom.left_over(channel, sender):
            self.late.answer(heard, reply)
        return None
