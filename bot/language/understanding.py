"""What a sentence wants, by everything we have: fixed words, danger, the grammar of staff, then the classifier.

What a talk is about decides before any of this (还可以 answers its question); that is the engine's business.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.language.classifier import Guess, guess
from bot.language.commands import control
from bot.language.danger import danger
from bot.language.features import marks
from bot.language.reports import CATEGORIES, suggest_category
from bot.language.staff import read_command
from bot.language.tables import read_table
from bot.language.text import clean

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
_CATEGORY: float = _TABLE["sure_of_category"]
_EMERGENCY: Mapping[str, float] = _TABLE["emergency"]
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


def understand(text: str, role: Role = "resident") -> Understood:
    """What `text` wants when nothing is known of the talk it stands in. Never raises.

    >>> understand("店梯坏了").category, understand("店梯坏了").urgency, understand("今天好冷").intent
    ('电梯', 'urgent', 'oos')
    """
    if not clean(text):
        return Understood(NOTHING, 1.0)
    guessed = guess(text)
    intent, score = _intent(text, role, guessed)
    if intent == "safety":
        return Understood(intent, score, CATEGORIES["help"], "emergency")
    if intent != "report":
        return Understood(intent, score)
    level, asks = emergency(text)
    return Understood(intent, score, _category(text, guessed), level, asks)


def perhaps_danger(text: str) -> bool:
    """Whether somebody may be in danger though no word of danger is in `text`: only the classifier sees it.

    >>> perhaps_danger("厨房嘶嘶响像漏气"), perhaps_danger("楼道灯不亮")
    (True, False)
    """
    if danger(text) or understand(text).intent not in ("report", "safety"):
        return False
    return guess(text).urgency["emergency"] >= _EMERGENCY["alone"]


def perhaps_report(text: str) -> bool:
    """Whether `text` is probably a report, by the classifier; who said it is asked.

    >>> perhaps_report("楼上污水从地漏涌上来"), perhaps_report("今天天气真好")
    (True, False)
    """
    found = understand(text)
    return found.intent == "report" and found.score >= _REPORT


def answered(found: Understood, sure: float) -> Understood:
    """`found`, or a question where a service item surely answers (`sure` 0 to 1) what nothing else surely wants."""
    if found.intent in _UNASKED or (found.intent != NOTHING and found.score >= _CLEAR):
        return found
    return Understood("faq", sure)


def _intent(text: str, role: Role, guessed: Guess) -> tuple[str, float]:
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
    odds = {intent: odd for intent, odd in guessed.intent.items() if intent != "staff" or role == "staff"}
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
    and where only one of them sees it the person is asked.
    """
    odds = guess(text).urgency
    words, odd = danger(text) is not None, odds["emergency"]
    if words or odd >= _EMERGENCY["alone"]:
        return "emergency", not (words and odd >= _EMERGENCY["sure"])
    return ("urgent" if odds["urgent"] >= odds["normal"] else "normal"), False


def _category(text: str, guessed: Guess) -> str:
    best, odd = next(iter(guessed.category.items()))
    suggested = suggest_category(text)
    if odd < _CATEGORY and suggested and suggested.sure:
        return CATEGORIES[suggested.category]
    return best
