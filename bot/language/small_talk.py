"""Greetings, thanks and the like: words that tell a worker nothing."""

from __future__ import annotations

import re

from bot.language.tables import any_of, read_table
from bot.language.text import clean

_TABLE = read_table("small_talk")
_ONLY = re.compile(any_of(_TABLE["words"]) + "+")
_NEVER_ALONE = re.compile(any_of(_TABLE["never_alone"]) + "+")
_STICKER = re.compile(r"\[[A-Za-z\u4e00-\u9fff]{1,8}\]")  # WeChat sends its own faces as [微笑]
_SIGNS = re.compile(r"[\W_]+")


def small_talk(text: str) -> bool:
    """Whether the whole message is chit-chat: 你好, 知道了, 好的谢谢, 哈哈, [微笑], signs alone.

    A message that says anything besides is none. Empty text is none either.

    >>> small_talk("好的，谢谢师傅"), small_talk("好的，下午三点来")
    (True, False)
    """
    said = clean(text).lower()
    words = _SIGNS.sub("", _STICKER.sub("", said))
    if not words:
        return bool(said)
    return bool(_ONLY.fullmatch(words)) and not _NEVER_ALONE.fullmatch(words)
