"""Voice messages without words: listened to, and played once more with the words that were heard, or with none.

Either way the words come as a message of their own in the inbox, so the talk goes on as after any other.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from bot.language.text import clean
from bot.message import Heard
from bot.refusals import NoMedia
from bot.voice import Unheard
from models import tables as t
from models.actions.forgetting import VOICE_KEY
from models.actions.voice import SettleVoice
from models.store import Work
from workers import ladders
from workers.due import LEFT_OVER
from workers.hands import Hands, here


def listen(note_id: int) -> None:
    """Fetch one wanted voice message and have it heard. May run twice or late. The sound is kept nowhere."""
    hands = here()
    with hands.store.look(hands.clock.now()) as work:
        row = _wanted(work, note_id)
    if row is None:
        return
    try:
        words = _words(hands, row)
    except NoMedia as refusal:
        if refusal.retry:  # until its timer rings
            return _put_off(hands, row)
        words = ""
    with hands.store.work(hands.clock.now()) as work:
        settle(work, note_id, words)


def settle(work: Work, note_id: int, words: str) -> bool:
    """Let the talk hear `words`, "" when there are none; False when it has heard of this message already."""
    settled = SettleVoice(note_id, "heard" if words else "unheard").run(work)
    if not settled["ok"]:
        return False
    key, channel, sender = f"{VOICE_KEY}{note_id}", settled["channel"], settled["address"]
    late = Heard(channel, key, sender, "voice", work.now, text=words, extra={"voice_note": str(note_id)})
    row = {"key": key, "channel": channel, "sender": sender, "payload": late.to_json()}
    # No callback has it in hand, so the relay need not leave it to one.
    return work.made(t.inbox, {**row, "received_at": work.now - LEFT_OVER, "next_at": work.now}) is not None


def _wanted(work: Work, note_id: int) -> Row[Any, Any, Any, Any] | None:
    n, a = t.voice_note.c, t.account.c
    query = select(n.id, n.media, n.attempts, a.channel).join_from(t.voice_note, t.account)
    return work.conn.execute(query.where(n.id == note_id, n.state == "wanted")).one_or_none()


def _words(hands: Hands, row: Row[Any, Any, Any, Any]) -> str:
    """What is said in it, cleaned; "" where nobody can tell. Raises NoMedia."""
    limits = hands.store.limits
    try:
        sound = hands.channels(row.channel).fetch(row.media)
        if hands.recogniser is None or len(sound) > limits["voice_bytes"]:
            return ""
        return clean(hands.recogniser.words(sound, limits["voice_listening_seconds"]))
    except KeyError:
        raise NoMedia("no such channel") from None
    except Unheard as why:
        hands.log.warning("a voice message was not understood: %s", why)
        return ""


def _put_off(hands: Hands, row: Row[Any, Any, Any, Any]) -> None:
    n = t.voice_note.c
    with hands.store.work(hands.clock.now()) as work:
        later = work.now + ladders.pause(row.attempts)
        waits = update(t.voice_note).where(n.id == row.id, n.state == "wanted")
        work.conn.execute(waits.values(attempts=row.attempts + 1, next_at=later))
