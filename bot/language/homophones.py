"""Voice input and quick fingers: 店梯 is 电梯. Only the words that reports and dangers turn on."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.language.tables import any_of, read_table
from bot.language.text import REMEMBERED, clean

_TABLE = read_table("homophones")
_WORDS: dict[str, str] = _TABLE["words"]
_TRADITIONAL = str.maketrans(_TABLE["traditional"])
_WORD = re.compile(any_of(_WORDS))
_SPELT_OUT = re.compile(r"(?:[\u4e00-\u9fff] ){2,}[\u4e00-\u9fff]")


@lru_cache(REMEMBERED)
def as_meant(text: str) -> str:
    """`text` cleaned, in lower case, its misheard words put right and 一 个 字 一 个 字 joined.

    For recognising only: names and orders keep the wording of the person.
    """
    said = clean(text).lower().translate(_TRADITIONAL)
    said = _SPELT_OUT.sub(lambda found: found[0].replace(" ", ""), said)
    return _WORD.sub(lambda found: _WORDS[found[0]], said)
