"""Voice input and quick fingers: 店梯 is 电梯. Only the words that reports and dangers turn on."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.language.pinyin import syllables as heard_as
from bot.language.tables import any_of, read_table
from bot.language.text import REMEMBERED, clean

_TABLE = read_table("homophones")
_WORDS: dict[str, str] = _TABLE["words"]
_WORD = re.compile(any_of(_WORDS))
_MOST_HEARD = 120  # characters that are listened to
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_SOUNDS = {tuple(heard_as(word)): word for word in _TABLE["sounds"]}
_SIZES = sorted({len(sounds) for sounds in _SOUNDS}, reverse=True)
_NOT_SOUNDS = re.compile(any_of([*_TABLE["not_sounds"], *_TABLE["sounds"], *_WORDS.values()]))
_SPELT_OUT = re.compile(r"(?:[\u4e00-\u9fff] ){2,}[\u4e00-\u9fff]")


@lru_cache(REMEMBERED)
def as_meant(text: str) -> str:
    """`text` cleaned, in lower case, its misheard words put right and 一 个 字 一 个 字 joined.

    For recognising only: names and orders keep the wording of the person.

    >>> as_meant("媒气味道重"), as_meant("净老卡"), as_meant("保修期")
    ('煤气味道重', '敬老卡', '保修期')
    """
    said = clean(text).lower()
    said = _SPELT_OUT.sub(lambda found: found[0].replace(" ", ""), said)
    said = _WORD.sub(lambda found: _WORDS[found[0]], said)
    return _HAN.sub(lambda found: _by_ear(found[0]), said[:_MOST_HEARD]) + said[_MOST_HEARD:]


def _by_ear(words: str) -> str:
    """`words` with what only sounds like one of our words put right, if half of its characters are right already."""
    sounds = heard_as(words)
    if len(sounds) != len(words):
        return words
    kept = {place for found in _NOT_SOUNDS.finditer(words) for place in range(*found.span())}
    for size in _SIZES:
        for start in range(len(words) - size + 1):
            places = range(start, start + size)
            word = _SOUNDS.get(tuple(sounds[start : start + size]))
            if word and kept.isdisjoint(places) and 2 * _same(words[start : start + size], word) >= size:
                words = words[:start] + word + words[start + size :]
                kept.update(places)
    return words


def _same(one: str, other: str) -> int:
    return sum(a == b for a, b in zip(one, other, strict=True))
