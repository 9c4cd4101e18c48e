"""A question about a service as retrieval reads it: spoken words made standard, meanings named, fillers gone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.language.homophones import as_meant
from bot.language.lexical import ngrams
from bot.language.pinyin import syllables
from bot.language.tables import any_of, read_table

LONGEST = 120  # characters that are compared; what comes later in a long message is rarely its question
_TABLE = read_table("retrieval")
_SPOKEN: dict[str, str] = _TABLE["spoken"]
_SPOKEN_WORD = re.compile(any_of(_SPOKEN))
_FILLER = re.compile(any_of(_TABLE["fillers"]))
_OUTSIDE = re.compile(any_of(_TABLE["outside"]))
_ASKING = re.compile(any_of(_TABLE["asking"]))
_CHATTING = re.compile(any_of(_TABLE["chatting"]))
_NAMED = [(name, re.compile(any_of(words))) for name, words in _TABLE["concepts"].items()]
_NO_WORD = re.compile(r"[\W_]+")
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Question:
    """`said`: standard Chinese, for the model; `core`: what is left of it without fillers; then its terms.

    `meanings`: names of the concepts that are spoken of; `outside`: services that are someone else's;
    `asks`: whether a word of asking is there; `chats`: how many words of small talk are.
    """

    said: str
    core: str
    characters: tuple[str, ...]
    sounds: tuple[str, ...]
    meanings: tuple[str, ...]
    outside: tuple[str, ...]
    asks: bool
    chats: int


def standard(text: str) -> str:
    """`text` cleaned, with words of the street as the offices write them.

    >>> standard("敬老证落脱哪能办")
    '敬老卡丢了怎么办'
    """
    meant = as_meant(text[: 4 * LONGEST])[:LONGEST]
    return _SPOKEN_WORD.sub(lambda found: _SPOKEN[found[0]], meant)


def core(said: str) -> str:
    """The telling part of a standard text: no fillers, no punctuation; everything when nothing is left.

    >>> core("请问敬老卡丢了怎么办？")
    '敬老卡丢'
    """
    whole = _NO_WORD.sub("", said)
    return _FILLER.sub("", whole) or whole


@lru_cache(1024)
def read(text: str) -> Question:
    """`text` as retrieval compares it; the same for questions and for what answers them."""
    said = standard(text)
    bare = core(said)
    return Question(
        said,
        bare,
        tuple(ngrams(bare)),
        tuple(ngrams(syllables(bare))),
        tuple(name for name, words in _NAMED if words.search(said)),
        tuple(dict.fromkeys(_OUTSIDE.findall(said))),
        bool(_ASKING.search(said)),
        len(_CHATTING.findall(said)),
    )


def is_chinese(text: str) -> bool:
    """Whether there is anything in `text` that could name a service: one Chinese character at least."""
    return bool(_HAN.search(text))
