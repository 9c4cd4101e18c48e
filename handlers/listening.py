"""A voice message that came without words: what is said while somebody listens, and after it was overtaken."""

from __future__ import annotations

from sqlalchemy import select

from bot.message import Heard, Reply
from handlers.host import TurnHost
from models import tables as t
from models.actions.voice import WantWords
from models.store import Work

NOTE = "voice_note"  # in a Heard's extra: the id of the voice message that these words are of
VOICE = "我还听不清语音。请打字告诉我，或按前面的数字回复；说不清楚请回复 人工。"
PERHAPS = "maybe_"  # begins the intents of words that may mean something else
LISTENING = "收到语音，正在听，请稍等；也可以直接打字。"
OVERTAKEN = (
    "刚才的语音，我听到的是：“{words}”。您后来又发了消息，这条语音就没有照办。"
    "还要办的话，请打字告诉我；要找工作人员请回复 人工。"
)


def is_late(heard: Heard) -> bool:
    """Whether these are the words of an earlier voice message, by which nobody did anything just now."""
    return NOTE in heard.extra


def listening(work: Work, inbox_id: int, account_id: int, heard: Heard, turn: int) -> Reply | None:
    """Have it listened to and say so; None when that cannot be, or has been done in vain."""
    if heard.kind != "voice" or is_late(heard) or not heard.media:
        return None
    wanted = WantWords(inbox_id, account_id, heard.media[0], turn).run(work)
    return Reply(LISTENING) if wanted["ok"] else None


def overtaken(host: TurnHost, heard: Heard, turn: int) -> Reply | None:
    """What is said of words whose talk has moved on meanwhile; None when they are heard all the same.

    A number, a choice or 取消 would now answer a question that the person had not seen. Danger, and what surely opens
    something, depend on no question.
    """
    opens = any(not intent.startswith(PERHAPS) for intent in host.intents(heard.text))
    if opens or host.danger(heard.text):
        return None
    came = select(t.voice_note.c.turn).where(t.voice_note.c.id == int(heard.extra[NOTE]))
    if host.work.conn.execute(came).scalar_one_or_none() == turn:
        return None
    return Reply(OVERTAKEN.format(words=heard.text.strip()))
