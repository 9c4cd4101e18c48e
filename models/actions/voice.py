"""Voice messages that came without words: somebody is to listen, and what came of it is heard once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from models import tables as t
from models.rules.orders import Refusal, Why
from models.store import Work

TIMER = "voice_late"


@dataclass(frozen=True, slots=True)
class WantWords:
    """Have the voice message `inbox_id` listened to, by `voice_late_seconds` at the latest.

    `turn`: of the talk, as it stands. Refused while `voice_waiting` others of the account wait.
    """

    inbox_id: int
    account_id: int
    media: str
    turn: int

    def run(self, work: Work) -> dict[str, Any]:
        """Its timer sees to it that somebody answers, whatever becomes of the worker."""
        n = t.voice_note.c
        mine = (n.account_id == self.account_id, n.state == "wanted", n.inbox_id != self.inbox_id)
        if work.conn.execute(select(func.count()).where(*mine)).scalar_one() >= work.limits["voice_waiting"]:
            return Refusal(Why.TOO_MANY)
        row = {"inbox_id": self.inbox_id, "account_id": self.account_id, "media": self.media}
        times = {"made_at": work.now, "next_at": work.now}
        note_id = work.made(t.voice_note, {**row, **times, "turn": self.turn})
        if note_id is not None:
            work.remind(TIMER, note_id, 0, timedelta(seconds=work.limits["voice_late_seconds"]))
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class SettleVoice:
    """Somebody has listened, in vain or not, or it is too late. Only the first to say so counts.

    Gives {"channel", "address": whose message it was}.
    """

    note_id: int
    state: str  # heard, unheard

    def run(self, work: Work) -> dict[str, Any]:
        """The account first, as whoever erases it locks it first."""
        a, n = t.account.c, t.voice_note.c
        whose = select(a.channel, a.address).join_from(t.voice_note, t.account)
        here = whose.where(n.id == self.note_id, a.left_at.is_(None))
        row = work.conn.execute(here.with_for_update(key_share=True, of=[t.account])).first()
        if row is None:
            return Refusal(Why.UNKNOWN)
        mine = update(t.voice_note).where(n.id == self.note_id, n.state == "wanted")
        if not work.conn.execute(mine.values(state=self.state)).rowcount:
            return Refusal(Why.ALREADY)
        return {"ok": True, "channel": row.channel, "address": row.address}


@dataclass(frozen=True, slots=True)
class VoicePlayed:
    """What was heard in a voice message moved the talk on: others that came when it did have not been overtaken."""

    account_id: int
    was: int
    now: int

    def run(self, work: Work) -> dict[str, Any]:
        """They count from the new turn."""
        n = t.voice_note.c
        same = update(t.voice_note).where(n.account_id == self.account_id, n.turn == self.was)
        work.conn.execute(same.values(turn=self.now))
        return {"ok": True}
