"""Service items: classes and fields, one title in every spelling, how alike two questions are.

Pure. Classes, fields and limits are data/catalogue.json.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

DATA: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "catalogue.json").read_text(encoding="utf-8")
)
CLASSES: Mapping[str, str] = DATA["classes"]
FIELDS: Mapping[str, str] = DATA["fields"]
ALIKE: float = DATA["alike"]  # questions that are one entry of the unanswered
SAME: float = DATA["same"]  # a question that an answer of staff is given to again
STEPS = re.compile(r"[\r\n]+")

_HIDDEN = re.compile(r"〔[^〕]*〕")  # what stands for a name, a phone, a door
_SIGNS = re.compile(r"[\W_]+")
_DROP = re.compile("|".join(sorted(map(re.escape, DATA["drop"]), key=len, reverse=True)))
_SURNAME = rf"(?:{'|'.join(DATA['surnames']['two'])}|[{''.join(DATA['surnames']['one'])}])"
_HAN = r"[\u4e00-\u9fff·]"
_NO_NAME = rf"(?!{'|'.join(DATA['no_names'])})"
_NAMED = (
    re.compile(  # after words that only a name follows, and after others a surname and what may follow one
        rf"(?P<lead>(?:我的?(?:名字)?叫做?|(?:姓名|名字)(?:[:：是叫为\s]+))\s*"
        rf"|(?:我就?是|本人(?:是|叫)?|姓名)[\s:：]*(?={_SURNAME}))"
        rf"{_NO_NAME}{_HAN}{{2,4}}?(?=[^\u4e00-\u9fff·]|{'|'.join(DATA['after_names'])}|$)"
    )
)
NAME = "〔姓名已隐去〕"


def title_key(title: str) -> str:
    """A title without blanks and signs, in one width: those that are equal are one entry.

    >>> title_key("敬老卡 申领（补办）"), title_key("敬老卡申领(补办)")
    ('敬老卡申领补办', '敬老卡申领补办')
    """
    return _SIGNS.sub("", unicodedata.normalize("NFKC", title)).lower()[:64]


def unnamed(words: str) -> str:
    """The words without the name that follows 我叫, 我是, 本人 or 姓名: a surname and up to three more characters.

    >>> unnamed("我叫王小明，想问敬老卡")
    '我叫〔姓名已隐去〕，想问敬老卡'
    """
    return _NAMED.sub(lambda found: f"{found['lead']}{NAME}", words)


def in_force(starts_on: date | None, ends_on: date | None, today: date) -> bool:
    """Whether an item holds today; its last day counts."""
    return (starts_on is None or starts_on <= today) and (ends_on is None or today <= ends_on)


def _pairs(words: str) -> frozenset[str]:
    words = _HIDDEN.sub("", words)
    core = _SIGNS.sub("", _DROP.sub("", unicodedata.normalize("NFKC", words).lower()))
    core = core or _SIGNS.sub("", words)
    return frozenset(core[n : n + 2] for n in range(max(1, len(core) - 1)))


def likeness(one: str, other: str) -> float:
    """How alike two questions are, 0 to 1: the pairs of neighbouring characters they share (Dice), question words
    left out.

    >>> likeness("办护照去哪里", "请问护照怎么办")
    1.0
    """
    ours, theirs = _pairs(one), _pairs(other)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours and theirs else 0.0


def likest(words: str, others: Iterable[tuple[int, str]], least: float) -> int | None:
    """The id of what is most like `words`, if it is so by at least `least`."""
    best = max(((likeness(words, said), key) for key, said in others), default=(0.0, 0))
    return best[1] if best[0] >= least else None
