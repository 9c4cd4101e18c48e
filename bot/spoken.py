"""Voice: what was spoken freely is read back before anything is done with it; a command or a number acts at once.

What a machine hears of an elder's voice is often another word that sounds alike, and nobody reads what they said.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.frames import pack_said, unpack_said
from bot.talk import Confirm, Took
from bot.turn import Turn

SAID = "您说的是：“{words}”，对吗？"
AGAIN = "好的，请再说一遍，打字也可以。"
SHORT = 6  # letters: a longer answer says it anew
_NOT_SO = re.compile(r"^(?:不是|不对|错了|不)[,，。!！\s]*(?:我说的)?(?:是)?")
OPENS = frozenset({"report", "maybe_report"})  # what is opened by free words that people act on


def read_back_answered(_book: object, turn: Turn) -> bool:
    """What was read back was right and is heard now as if it had been typed, or it is to be said again."""
    waiting, turn.state.spoken = turn.state.spoken, None
    if not waiting:
        return False
    reading = _question("").read(turn.said, None, turn.host.find)
    anew = len(turn.said.text) > SHORT
    if anew and isinstance(reading, Took):
        turn.said = replace(turn.said, text=_NOT_SO.sub("", turn.said.text))
    if anew or not isinstance(reading, Took):
        return False  # something else was said, and that is heard
    if reading.value:
        turn.said = unpack_said(waiting)
        return False
    turn.words.append(AGAIN)
    return True


def read_back(_book: object, turn: Turn) -> bool:
    """Ask whether it was heard right, if it was spoken and is free text."""
    if not turn.said.spoken or not _free(turn):
        return False
    turn.state.spoken = pack_said(replace(turn.said, spoken=False))
    turn.question = _question(turn.said.text.rstrip("。.!！,， "))
    return True


def _question(words: str) -> Confirm:
    return Confirm("spoken", SAID.format(words=words), "请回复 1 对，2 重说。", yes="对", no="重说")


def _free(turn: Turn) -> bool:
    """Whether these words would be kept, or acted on, as they are; an answer that is chosen or counted is not."""
    question, said = turn.shown, turn.said
    if question is not None and question.optional and turn.host.intents(said.text):
        question = None  # it gives way to what was said
    reading = question.read(said, None, turn.host.find) if question is not None else None
    if reading is not None:
        return bool(question and question.free and isinstance(reading, Took) and reading.value)
    opens = OPENS.intersection(turn.host.intents(said.text))
    return bool(opens and turn.host.find("content", said.text))
