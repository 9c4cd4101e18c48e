"""What staff say about questions of residents that no service item answers: 答 Q12 内容, Q12, 问题."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.tables import any_of
from bot.language.text import fold, visible

_NUMBER = r"(?:问题)?\s*[【\[]?\s*q\s*(?P<number>[0-9]{1,9})(?![0-9a-z])\s*[】\]]?"
_GAP = r"[\s:,，。、;.\-]*"
_VERB = any_of(["答", "答复", "回答", "回复", "回"])
_FORMS = (
    re.compile(rf"{_VERB}{_GAP}{_NUMBER}{_GAP}(?P<rest>.*)", re.S),
    re.compile(rf"{_NUMBER}{_GAP}{_VERB}(?![吗么没])(?:{_GAP})(?P<rest>.*)", re.S),
)
_SHOW = re.compile(rf"(?:查|看|查看)?\s*{_NUMBER}{_GAP}")
_LIST = re.compile(r"(?:未答|问题|未答问题|待答|没答的|居民问题|问答)[\s?!。.]*")
_QUOTED = re.compile(r"[^【]*【\s*q(?P<number>[0-9]{1,9})\s*】", re.S)
_ANSWER = re.compile(rf"{_VERB}(?:[\s:,，。、]+)(?P<rest>.*)", re.S)
_NAME = re.compile(r"^(?:\s*@\S+\s+)+")


@dataclass(frozen=True, slots=True)
class AboutQuestion:
    """`number`: the question, None for the list of those open. `words`: the answer, empty to look at it."""

    number: int | None
    words: str = ""
    answers: bool = False


def read_about_question(text: str, quote: str = "") -> AboutQuestion | None:
    """What a message of staff says about a question, or None. `quote`: our own message that it quotes.

    >>> read_about_question("答 Q12 到居委会二楼办")
    AboutQuestion(number=12, words='到居委会二楼办', answers=True)
    >>> read_about_question("回复 T12 您好"), read_about_question("未答")
    (None, AboutQuestion(number=None, words='', answers=False))
    """
    original = _NAME.sub("", visible(text)).strip()
    said = fold(original)
    for form in _FORMS:
        if found := form.fullmatch(said):
            words = original[found.start("rest") : found.end("rest")].strip()
            return AboutQuestion(int(found["number"]), words, answers=True)
    if found := _SHOW.fullmatch(said):
        return AboutQuestion(int(found["number"]))
    if _LIST.fullmatch(said):
        return AboutQuestion(None)
    quoted, answer = _QUOTED.match(fold(visible(quote))), _ANSWER.fullmatch(said)
    if quoted and answer:
        words = original[answer.start("rest") : answer.end("rest")].strip()
        return AboutQuestion(int(quoted["number"]), words, answers=True)
    return None
