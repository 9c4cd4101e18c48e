"""A rating from one to five, in digits, stars or words."""

from __future__ import annotations

import re

from bot.language.numbers import read_numeral
from bot.language.tables import any_of, read_table
from bot.language.text import bare, clean

_TABLE = read_table("ratings")

_BEST = 5
_DIRECT = {word: int(score) for score, words in _TABLE["direct"].items() for word in words}
_INDIRECT = {word: int(score) for score, words in _TABLE["indirect"].items() for word in words}
_NUMERAL = r"(?:10|[0-9]|[一二两三四五])"  # 十分 is mostly "very"
_POINTS = re.compile(
    rf"(?<![0-9.点\-])(?P<score>{_NUMERAL})\s*(?:分(?![钟之])|颗星|星级?(?!期)|个星(?!期))(?:\s*(?:满分|好评))?"
)
_OF_HUNDRED = re.compile(r"(?:打|给|评)\s*(?:10|100|十|一百)\s*分|(?:100|一百)分")
_ASKED_FOR = re.compile(r"^(?:评分|评价|我?[打给评])[\s:,]*")
_STARS = re.compile(r"[★⭐🌟]\ufe0f?")
_WORD = re.compile(any_of([*_DIRECT, *_INDIRECT]))
_NEGATED = re.compile(any_of(_TABLE["negations"]) + "$")
_CONTEXT = re.compile(any_of(_TABLE["context"]) + r"|[\s\W_]+")
_QUESTION = re.compile(any_of(_TABLE["questions"]))
_LEFT_OVER = 1  # characters about something else that an indirect word may have beside it


def read_score(text: str) -> int | None:
    """The rating 1 to 5 that `text` gives; None when unsure or when it speaks of something else.

    Explicit points count first (5, ５分, 五星, 给四分), then words that can only be a rating (不满意), then
    words of praise and blame (还行) if hardly anything else is said. Two that disagree are no rating.
    """
    said = clean(text)
    stars = _STARS.findall(said)
    if stars and not _STARS.sub("", said).strip():
        return len(stars) if len(stars) <= _BEST else None
    number = _bare_score(said)
    if number is not None:
        return number if 1 <= number <= _BEST else None
    if _QUESTION.search(said):
        return None
    if _OF_HUNDRED.search(said):
        return _BEST
    points = {read_numeral(found["score"]) for found in _POINTS.finditer(said)}
    if points:
        score = points.pop()
        return score if not points and score and score <= _BEST else None
    return _from_words(said)


def _bare_score(said: str) -> int | None:
    answer = _ASKED_FOR.sub("", bare(said))
    return read_numeral(answer) if len(answer) == 1 else None


def _from_words(said: str) -> int | None:
    direct: set[int] = set()
    indirect: set[int] = set()
    for found in _WORD.finditer(said):
        word, negated = found[0], bool(_NEGATED.search(said[: found.start()]))
        score = (_DIRECT if word in _DIRECT else _INDIRECT)[word]
        if negated and score <= 3:
            return None  # 没有不满意 may be praise or courtesy
        (direct if word in _DIRECT else indirect).add(2 if negated else score)
    if direct:
        return direct.pop() if len(direct) == 1 else None
    rest = _CONTEXT.sub("", _WORD.sub("", said))
    return indirect.pop() if len(indirect) == 1 and len(rest) <= _LEFT_OVER else None
