"""What a sentence wants, by everything we have: fixed words, danger, the grammar of staff, then the classifier.

What a talk is about decides before any of this (还可以 answers its question); that is the engine's business.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bot.language.addresses import strip_home
from bot.language.classifier import guess
from bot.language.commands import control
from bot.language.danger import danger, without_danger
from bot.language.features import marks
from bot.language.matters import find_target
from bot.language.reports import CATEGORIES, Suggestion, suggest_category, urgency
from bot.language.staff import read_command
from bot.language.tables import any_of, read_table
from bot.language.text import REMEMBERED, clean

Role = Literal["resident", "staff"]
Level = Literal["normal", "urgent", "emergency"]

_TABLE = read_table("understanding")
_CONTROL: Mapping[str, str] = _TABLE["control"]
_OTHERS = re.compile(_TABLE["self_harm_of_others"])
_EVIDENCE: Mapping[str, tuple[str, ...]] = {name: tuple(seen) for name, seen in _TABLE["evidence"].items()}
_REQUEST: float = _TABLE["sure_of_request"]
_CLEAR: float = _TABLE["clear"]
_UNASKED = frozenset(_TABLE["never_questions"])
_REPORT: float = _TABLE["sure_of_report"]
_PERSON: float = _TABLE["person"]["sure"]
_NO_PERSON = re.compile("|".join(_TABLE["person"]["no"]))
_ASKS_FOR_ONE = re.compile("|".join(_TABLE["person"]["asks"]))
_BESIDES = rf"{any_of(_TABLE['person']['besides'])}|[\W_]"
_CALLED = "".join(any_of(_TABLE["person"][part]) for part in ("calls", "between", "names"))
_ONLY_A_PERSON = re.compile(rf"(?:{_BESIDES})*{_CALLED}(?:{_BESIDES}|{_CALLED})*+")
_MOST_WISHED = 30  # letters; whoever only wants a person says little more
_CATEGORY: float = _TABLE["sure_of_category"]
_EMERGENCY: Mapping[str, float] = _TABLE["emergency"]
_IDS = {name: category for category, name in CATEGORIES.items()}
NOTHING = "oos"


@dataclass(frozen=True, slots=True)
class Understood:
    """The intent with how sure it is (0 to 1); category and urgency of reports alone.

    `asks` says that somebody may be in danger, but the words and the classifier disagree: ask at once.
    """

    intent: str
    score: float
    category: str | None = None
    urgency: Level | None = None
    asks: bool = False


@lru_cache(REMEMBERED)
def understand(text: str, role: Role = "resident") -> Understood:
    """What `text` wants when nothing is known of the talk it stands in; a home and nothing else wants nothing.

    Never raises.

    >>> understand("店梯坏了").category, understand("店梯坏了").urgency, understand("今天好冷").intent
    ('电梯', 'urgent', 'oos')
    """
    if not strip_home(text):
        return Understood(NOTHING, 1.0)
    intent, score = _intent(text, role)
    if intent == "safety":
        return Understood(intent, score, CATEGORIES["help"], "emergency")
    if intent != "report":
        return Understood(intent, score)
    level, asks = emergency(text)
    return Understood(intent, score, _category(text), level, asks)


def perhaps_danger(text: str) -> bool:
    """Whether somebody may be in danger though no word of danger is in `text`: only the classifier sees it.

    >>> perhaps_danger("厨房嘶嘶响像漏气"), perhaps_danger("楼道灯不亮")
    (True, False)
    """
    if danger(text) or understand(text).intent not in ("report", "safety"):
        return False
    return guess(text).urgency["emergency"] >= _EMERGENCY["alone"]


def surely_danger(text: str) -> bool:
    """Whether words of danger are plain (着火了) or the classifier hears danger in them too; else it is asked.

    >>> surely_danger("有人晕倒了"), surely_danger("楼上拍皮球，我头都要炸了")
    (True, False)
    """
    return danger(text) is not None and not emergency(text)[1]


def perhaps_report(text: str) -> bool:
    """Whether `text` is probably a report, by the classifier; who said it is asked.

    >>> perhaps_report("楼上污水从地漏涌上来"), perhaps_report("今天天气真好")
    (True, False)
    """
    found = understand(text)
    return found.intent == "report" and found.score >= _REPORT


def wants_person(text: str) -> bool:
    """Whether somebody surely asks, in a sentence of their own, to speak with a person, and says nothing else.

    When to come or to call, or what to mend, is told to whoever has asked for it or is going to.

    >>> wants_person("叫个人来跟我讲"), wants_person("叫个人来修水管"), wants_person("下午打电话给我")
    (True, False, False)
    """
    found, said = understand(text), clean(text)
    if found.intent != "help" or found.score < _PERSON or find_target(said) != "human":
        return False
    if len(said) > _MOST_WISHED or not _ONLY_A_PERSON.fullmatch(said):
        return False
    return _ASKS_FOR_ONE.search(said) is not None or _NO_PERSON.search(said) is None


def answered(found: Understood, sure: float) -> Understood:
    """`found`, or a question where a service item surely answers (`sure` 0 to 1) what nothing else surely wants."""
    if found.intent in _UNASKED or (found.intent != NOTHING and found.score >= _CLEAR):
        return found
    return Understood("faq", sure)


def _intent(text: str, role: Role) -> tuple[str, float]:
    word = _CONTROL.get(control(text) or "")
    if word:
        return word, 1.0
    found = danger(text)
    if found and found.kind == "self_harm" and not _OTHERS.search(text):
        return "safety", 1.0
    if role == "staff":
        command = read_command(text)
        if command and command.number is not None:
            return "staff", 1.0
    odds = {intent: odd for intent, odd in guess(text).intent.items() if intent != "staff" or role == "staff"}
    total = sum(odds.values())
    best = next(iter(odds))
    score = odds[best] / total
    if score < _REQUEST or not _shows(text, best):
        return NOTHING, 1 - score
    return best, score


def _shows(text: str, intent: str) -> bool:
    """Whether the rules find in `text` any of what somebody who wants this says; the classifier may only guess."""
    needed = _EVIDENCE.get(intent)
    return needed is None or any(mark.startswith(needed) for mark in marks(text))


def emergency(text: str) -> tuple[Level, bool]:
    """How urgent a report is, and whether it must be asked if somebody is in danger.

    The words of danger and the classifier each may see what the other misses: either is enough for an emergency,
    and where only one of them sees it the person is asked, unless the words are plain.
    """
    odds = guess(text).urgency
    found, odd = danger(text), odds["emergency"]
    if found or odd >= _EMERGENCY["alone"]:
        return "emergency", not (found and (found.plain or odd >= _EMERGENCY["sure"]))
    return ("urgent" if odds["urgent"] >= odds["normal"] else "normal"), False


def _category(text: str) -> str:
    best, odd = next(iter(guess(text).category.items()))
    suggested = suggest_category(text)
    if odd < _CATEGORY and suggested and suggested.sure:
        return CATEGORIES[suggested.category]
    return best


def calm_category(text: str) -> Suggestion | None:
    """The category of a report whose teller says that nobody is in danger: what is left without the words of danger
    tells it, by the rules or else by the classifier; None where neither knows.

    >>> calm_category("楼上天天拍皮球，我头都要炸了").category
    'noise'
    """
    said = without_danger(text)
    suggested = suggest_category(said)
    if not clean(said) or (suggested and suggested.sure):
        return suggested
    best, odd = next(iter(guess(said).category.items()))
    return Suggestion(_IDS[best], sure=True) if odd >= _CATEGORY and best in _IDS else suggested


def calm_urgency(text: str, category: str) -> Literal["normal", "urgent"]:
    """The urgency of such a report: as it is where the words of danger are what is broken (热水器漏电), else that
    of the words that are left.

    >>> calm_urgency("热水器漏电", "utilities"), calm_urgency("楼上天天拍皮球，我头都要炸了", "noise")
    ('urgent', 'normal')
    """
    found = danger(text)
    return urgency(text if found and found.category == category else without_danger(text))
