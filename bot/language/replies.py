"""Short replies that mean one thing: send it, stop, or only politeness. The whole message counts."""

from __future__ import annotations

import re
from collections.abc import Set

from bot.language.tables import any_of, read_table
from bot.language.text import clean, spellings

_TABLE = read_table("replies")
_REFUSES, _SUBMITS, _POLITE, _FIRST, _GOES_ON, _UNSURE = (
    frozenset(_TABLE[key]) for key in ("refuses", "submits", "polite", "first", "goes_on", "unsure")
)
_SMALL_TALK = re.compile(any_of(_TABLE["small_talk"]) + "++")
_NEVER_ALONE = re.compile(any_of(_TABLE["never_alone"]) + "++")
_STICKER = re.compile(r"\[[A-Za-z\u4e00-\u9fff]{1,8}\]")  # WeChat sends its own faces as [微笑]
_SIGNS = re.compile(r"[\W_]+")
_CLAUSES = re.compile(r"[\s,。.!;、~]+")


def submits(text: str) -> bool:
    """Whether the whole of `text` only says to send what has been said: 提交, 好了, 就这些, 没有照片.

    >>> submits("没有照片，提交吧"), submits("好的，改成 5 号楼"), submits("提交？")
    (True, False, False)
    """
    return "?" not in clean(text) and _only(text, _SUBMITS)


def refuses(text: str) -> bool:
    """Whether the whole of `text` stops what is about to be sent, without saying what is wrong: 不对, 等一下.

    >>> refuses("不对！先别提交"), refuses("不对，是 5 号楼"), refuses("没有")
    (True, False, False)
    """
    return _only(text, _REFUSES)


def switches(text: str) -> bool | None:
    """Whether another matter goes first: True for 先办, 先办这个, False for 接着, 不用; None when it says neither.

    >>> switches("先办这个吧"), switches("接着来"), switches("电梯")
    (True, False, None)
    """
    return True if _only(text, _FIRST) else False if _only(text, _GOES_ON) else None


def unsure(text: str) -> bool:
    """Whether the whole of `text` says that the speaker does not know: 不知道, 不清楚, 你猜.

    >>> unsure("我也不知道啊"), unsure("不知道谁把门弄坏了")
    (True, False)
    """
    return _only(text, _UNSURE)


def _only(text: str, words: Set[str]) -> bool:
    """Whether every clause of `text` is one of `words`, politeness aside."""
    clauses = [c for c in _CLAUSES.split(clean(text)) if c and not any(f in _POLITE for f in spellings(c))]
    return bool(clauses) and all(any(form in words for form in spellings(c)) for c in clauses)


def small_talk(text: str) -> bool:
    """Whether the whole message is chit-chat, which no worker needs to read: 你好, 好的谢谢, 哈哈, [微笑].

    Signs alone are chit-chat too; no words at all are not.

    >>> small_talk("好的，谢谢师傅"), small_talk("好的，下午三点来")
    (True, False)
    """
    said = clean(text).lower()
    words = _SIGNS.sub("", _STICKER.sub("", said))
    if not words:
        return bool(said)
    return bool(_SMALL_TALK.fullmatch(words)) and not _NEVER_ALONE.fullmatch(words)
