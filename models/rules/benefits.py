"""Who may have what: an item's rules, as data, against an age, a district and what is said of a household.

{"age_from": 60, "age_to": 79, "districts": ["示例区"], "households": ["alone", "low_income"]}: any may be left out.
One household of several suffices. An item without rules is never listed by situation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from models.rules.catalogue import DATA

HOUSEHOLDS: Mapping[str, str] = {key: one["name"] for key, one in DATA["households"].items()}
_WORDS = {key: tuple(one["words"]) for key, one in DATA["households"].items()}
AGES = range(0, 121)

Fits = Literal["yes", "perhaps", "no"]


@dataclass(frozen=True, slots=True)
class Situation:
    """Of whom something is asked. `areas`: names of the district, street and community; empty when not known."""

    age: int | None = None
    households: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()


def households_in(text: str) -> list[str]:
    """What a sentence says of a household.

    >>> households_in("我妈一个人住，吃低保")
    ['alone', 'low_income']
    """
    return [key for key, words in _WORDS.items() if any(word in text for word in words)]


def fits(rules: Mapping[str, Any] | None, of: Situation) -> Fits:
    """Whether an item is for them; perhaps: of that age, for households of a kind, and
    nothing of the kind was said."""
    if not rules or (of.age is None and ("age_from" in rules or "age_to" in rules)):
        return "no"
    if of.age is not None and not rules.get("age_from", 0) <= of.age <= rules.get("age_to", AGES[-1]):
        return "no"
    if rules.get("districts") and of.areas and not of.areas.intersection(rules["districts"]):
        return "no"
    wanted = set(rules.get("households", ()))
    if not wanted or wanted & of.households:
        return "yes"
    return "perhaps" if "age_from" in rules or "age_to" in rules else "no"


def rules_of(
    age_from: int | None, age_to: int | None, districts: Iterable[str], households: Iterable[str]
) -> dict[str, Any]:
    """Rules from what was typed; nothing for what was left out."""
    said = {
        "age_from": age_from,
        "age_to": age_to,
        "districts": list(districts),
        "households": list(households),
    }
    return {name: value for name, value in said.items() if value not in (None, [])}


def wrong_rules(rules: Mapping[str, Any]) -> list[str]:
    """The names in rules that mean nothing, so that an item is not lost by a slip of the pen."""
    known = {"age_from", "age_to", "districts", "households"}
    return [
        *sorted(set(rules) - known),
        *(one for one in rules.get("households", ()) if one not in HOUSEHOLDS),
    ]


def worded(households: Iterable[str]) -> str:
    """Households as people read them: 独居；残疾."""
    return "；".join(HOUSEHOLDS[one] for one in households if one in HOUSEHOLDS)
