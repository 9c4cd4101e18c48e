"""What a report is about: category, urgency, the thing and the place. Tables decide, not code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.language.addresses import strip_home
from bot.language.categories import CATEGORIES
from bot.language.danger import Danger, danger
from bot.language.homophones import as_meant
from bot.language.phones import without_phone
from bot.language.tables import any_of, read_table

__all__ = [
    "CATEGORIES", "Danger", "Suggestion", "Urgency", "category_points", "danger", "fault_object",
    "maybe_report", "opens_report", "part_named", "public_part", "suggest_category", "urgency",
]  # fmt: skip

Urgency = Literal["normal", "urgent"]

_CATEGORIES = read_table("categories")
_URGENCY = read_table("urgency")
_OPENINGS = read_table("openings")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The likeliest category; `sure` when no other came near."""

    category: str
    sure: bool


def _index(rows: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """Which names each word speaks for."""
    index: dict[str, list[str]] = {}
    for name, words in rows:
        for word in words:
            index.setdefault(word.lower(), []).append(name)
    return index


_LISTS = ("objects", "faults", "doors")
_WORDS = _index(
    (row["id"], {word for name in _LISTS for word in row.get(name, ())}) for row in _CATEGORIES["categories"]
)
# A door is repaired; where somebody who should not be there is spoken of too, it says where.
_DOORS = frozenset(word for row in _CATEGORIES["categories"] for word in row.get("doors", ()))
_OBJECTS = _index(read_table("objects").items())
_PARTS = _index(read_table("public_parts").items())
_WORD, _OBJECT, _PART = (re.compile(any_of(index)) for index in (_WORDS, _OBJECTS, _PARTS))
_AROUND = re.compile(
    r"^[,，\s]*(?:就|都|是)*在?(?:我们|阿拉)?(?:这里|那里|小区|楼里)?的?|(?:里面|里厢|里头|里|上|那里|这里|那边|旁边)?[啊呀呢哦的了,。.!\s]*$"
)
_URGENT = re.compile(any_of(_URGENCY["urgent"]))
_CALM = re.compile(any_of(_URGENCY["calm"]))
_PLAIN = frozenset(_OPENINGS["explicit"])
_CLAUSES = re.compile(r"[\s,.。:!;、]+")
_EXPLICIT = re.compile(any_of(_OPENINGS["explicit"]))
_FAULT = re.compile(any_of(_OPENINGS["faults"]))
# 大门 is not 大, 地漏 is not 漏.
_NAME = re.compile(any_of(_OPENINGS["names"]))
_ANY_FAULT = re.compile(any_of([*_OPENINGS["faults"], *_OPENINGS["weak_faults"]]))
_THING = re.compile(any_of([*_OPENINGS["things"], *_OBJECTS, *_PARTS]))
_OTHER_MATTER = re.compile(any_of(_OPENINGS["not_reports"]))
_ENQUIRY = re.compile(any_of(_OPENINGS["questions"]))
_SUPPOSED = re.compile(any_of(_OPENINGS["supposed"]))
_ASKED = re.compile(rf"{_ANY_FAULT.pattern}了?{any_of(_OPENINGS['asked'])}\??$")
_UNWANTED = re.compile(
    rf"{any_of(_OPENINGS['unwanted'])}[再要用去]?{_EXPLICIT.pattern}了?"
    rf"|{any_of(_OPENINGS['denied'])}{any_of(_OPENINGS['undone'])}了?"
)
_SECURITY = "security"
_CLEAR_LEAD = 2  # how many characters of words the best must be ahead to be sure


def category_points(text: str) -> dict[str, int]:
    """Points of each category: the lengths of its words, the longest word at each place counting alone."""
    scores: dict[str, int] = {}
    words = _WORD.findall(strip_home(as_meant(text)))
    unsafe = any(_SECURITY in _WORDS[word] for word in words)
    for word in words:
        for category in [_SECURITY] if unsafe and word in _DOORS else _WORDS[word]:
            scores[category] = scores.get(category, 0) + len(word)
    return scores


def suggest_category(text: str) -> Suggestion | None:
    """The category of a report, or None when no word of any category is in it."""
    danger_found = danger(text)
    if danger_found:
        return Suggestion(danger_found.category, sure=True)
    ranked = sorted(category_points(text).items(), key=lambda item: -item[1])
    if not ranked:
        return None
    lead = ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0)
    return Suggestion(ranked[0][0], sure=lead >= _CLEAR_LEAD)


def urgency(text: str) -> Urgency:
    """Whether a report must not wait for working hours. Danger is always urgent."""
    said = as_meant(text)
    if danger(text):
        return "urgent"
    return "urgent" if _URGENT.search(said) and not _CALM.search(said) else "normal"


def fault_object(text: str) -> str | None:
    """The thing that is broken, by its usual name (升降机 is 电梯); the longest word wins, then the first."""
    return _longest(_OBJECT, _OBJECTS, text)


def public_part(text: str) -> str | None:
    """The shared part of the estate that is meant (走廊 is 楼道); None for a home or when unsaid."""
    return _longest(_PART, _PARTS, text)


def part_named(text: str) -> str | None:
    """The shared part that is all that `text` names beside an address: 在楼道里, 3 号楼的走廊; else None.

    >>> part_named("就在走廊里"), part_named("楼道灯坏了")
    ('楼道', None)
    """
    named = _PARTS.get(_AROUND.sub("", strip_home(as_meant(text)).strip()))
    return named[0] if named else None


def _longest(pattern: re.Pattern[str], index: Mapping[str, list[str]], text: str) -> str | None:
    words = pattern.findall(strip_home(as_meant(text)))
    return index[max(words, key=len)][0] if words else None


def opens_report(text: str) -> bool:
    """Whether a sentence clearly opens a report, so that a dialog may begin without being asked for.

    Talk, questions about services, meals, ratings and questions about earlier orders do not.
    """
    if danger(text):
        return True
    said = _stated(text)
    if any(clause in _PLAIN for clause in _CLAUSES.split(said)):
        return True
    if _OTHER_MATTER.search(said) or _ENQUIRY.search(strip_home(said)):
        return False
    if _EXPLICIT.search(said):
        return True
    faults = _NAME.sub(" ", said)
    return bool(_FAULT.search(faults) and _THING.search(said)) or bool(
        _ANY_FAULT.search(faults) and category_points(said)
    )


def maybe_report(text: str) -> bool:
    """Whether a sentence that does not surely open a report may be one: it names a thing, a place or a fault.

    Whoever says it is asked: 暖气, 电梯坏了吗, 我家那个灯. Other matters (meals, bills, one's orders) are not.
    """
    said = as_meant(without_phone(text))
    if opens_report(text) or _OTHER_MATTER.search(said) or _UNWANTED.search(said):
        return False
    words = strip_home(said)
    return any(form.search(words) for form in (_FAULT, _THING, _WORD, _EXPLICIT))


def _stated(text: str) -> str:
    """What `text` says to be so: without phones, what is supposed, what is asked and what is denied."""
    clauses = _CLAUSES.split(as_meant(without_phone(text)))
    kept = [one for one in clauses if one and not _SUPPOSED.search(one) and not _ASKED.search(one)]
    return ",".join(_UNWANTED.sub("", clause) for clause in kept)
