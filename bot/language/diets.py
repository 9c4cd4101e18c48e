"""What somebody may not eat, as people say it: 我不能吃花生和鱼, 对虾过敏, 要低糖, 咬不动."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.language.dining import ELDER
from bot.language.tables import any_of, read_table
from bot.language.text import clean, spellings

_TABLE = read_table("diet_words")
_NEEDS = {word: [key] for key, words in _TABLE["marks"].items() for word in words}
_ALONE = {word: _NEEDS[word] for word in _TABLE["alone"]}
_AVOIDS = {
    word: [key for name in ("avoid", "allergens") for key, words in _TABLE[name].items() if word in words]
    for name in ("avoid", "allergens")
    for words in _TABLE[name].values()
    for word in words
}
_WHO = rf"(?:{ELDER}|我|阿拉|俺)?(?:现在|平时|一直|因为)?"
_CANNOT, _JOINS = any_of(_TABLE["cannot"]), any_of(_TABLE["joins"])
_FORMS = (  # with the words that count in each, and whether others are kept as a note
    (re.compile(rf"{_WHO}(?:什么)?{_CANNOT}[:,，\s]*(?P<items>.+)"), _AVOIDS, True),
    (re.compile(rf"{_WHO}对?(?P<items>.+?)(?:会|都)?过敏[了的]?"), _AVOIDS, True),
    (re.compile(rf"{_WHO}{any_of(_TABLE['needs'])}(?P<items>.+)"), _NEEDS, False),
    (re.compile(rf"{_WHO}(?P<items>.+)"), _ALONE, False),
)
_TAIL = re.compile(rf"(?:{any_of(_TABLE['tails'])})+$")
_MORE = re.compile(rf"^(?:{_CANNOT}|对)|过敏$")
_NOTED = frozenset(_TABLE["noted"])  # no list of dishes knows them; the kitchen reads them on the label
_ASKS, _DROPS = frozenset(_TABLE["asks"]), frozenset(_TABLE["drops"])
LONGEST = 60  # characters of a sentence, and of a note


@dataclass(frozen=True, slots=True)
class DietSaid:
    """`marks` every dish must bear, `allergens` none may hold, both by key; `note`: what no list has."""

    marks: tuple[str, ...] = ()
    allergens: tuple[str, ...] = ()
    note: str = ""


def read_diet(text: str) -> DietSaid | None:
    """What a sentence that speaks of nothing else says somebody may not eat, or needs; None for any other.

    >>> read_diet("我不能吃花生、香菜"), read_diet("对虾过敏")
    (DietSaid(marks=(), allergens=('peanut',), note='香菜'), DietSaid(marks=(), allergens=('shrimp',), note=''))
    >>> read_diet("我不吃辣")
    DietSaid(marks=(), allergens=(), note='辣')
    >>> read_diet("要低糖的"), read_diet("要两份红烧肉"), read_diet("不吃饭了")
    (DietSaid(marks=('low_sugar',), allergens=(), note=''), None, None)
    """
    said = clean(text).strip("。.!！ ")
    if len(said) > LONGEST:
        return None
    for form, known, notes in _FORMS:
        found = form.fullmatch(said)
        if found and (diet := _items(found["items"], known, notes=notes)):
            return diet
    return None


def _items(words: str, known: Mapping[str, list[str]], *, notes: bool) -> DietSaid | None:
    """None unless one at least is known or worth a note, and, without `notes`, all are known."""
    marks: list[str] = []
    allergens: list[str] = []
    other: list[str] = []
    for piece in re.split(_JOINS, words):
        item = _MORE.sub("", piece)
        if not item:
            continue
        kinds = known.get(item) or known.get(_TAIL.sub("", item)) or []
        marks += [key for key in kinds if key in _TABLE["marks"]]
        allergens += [key for key in kinds if key in _TABLE["allergens"]]
        other += [] if kinds else [item]
    if not (marks or allergens or _NOTED.intersection(other)) or (other and not notes):
        return None
    return DietSaid(_once(marks), _once(allergens), "、".join(_once(other))[:LONGEST])


def _once(keys: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))


def drops_diet(text: str) -> bool:
    """Whether nothing is to be kept of it any more: 删除忌口."""
    return not _DROPS.isdisjoint(spellings(text))


def wants_diet(text: str) -> bool:
    """Whether somebody speaks of what they may not eat, and of nothing else.

    >>> wants_diet("忌口"), wants_diet("我妈不能吃鱼"), wants_diet("吃饭")
    (True, True, False)
    """
    return not _ASKS.isdisjoint(spellings(text)) or drops_diet(text) or read_diet(text) is not None
