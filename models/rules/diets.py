"""What somebody may not eat, against what is in a dish: marks that it must bear, allergens that it must not hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DATA: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "diets.json").read_text(encoding="utf-8")
)
MARKS: Mapping[str, str] = _DATA["marks"]
ALLERGENS: Mapping[str, str] = {key: one["name"] for key, one in _DATA["allergens"].items()}
_WORDS = {key: tuple(one["words"]) for key, one in _DATA["allergens"].items()}
_HARMLESS = tuple(_DATA["harmless"])


@dataclass(frozen=True, slots=True)
class Diet:
    """Of one diner: marks that every dish must bear, allergens that none may hold, a note for the kitchen."""

    marks: tuple[str, ...] = ()
    allergens: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class DishFacts:
    """What is known of a dish. `allergens`: those that the canteen has marked."""

    name: str
    marks: tuple[str, ...] = ()
    allergens: tuple[str, ...] = ()
    ingredients: str = ""


NO_DIET = Diet()


def holds(dish: DishFacts, allergen: str) -> bool:
    """Whether the allergen is in the dish: marked, or named in its name or ingredients."""
    if allergen in dish.allergens:
        return True
    text = f"{dish.name} {dish.ingredients}"
    for one in _HARMLESS:
        text = text.replace(one, " ")
    return any(word in text for word in _WORDS.get(allergen, ()))


def clash(dish: DishFacts, diet: Diet, who: str = "您") -> str:
    """Why the dish is not for them, in words; empty where nothing speaks against it. `who`: 您, 您母亲.

    >>> clash(DishFacts("宫保鸡丁", ingredients="鸡肉、花生米"), Diet(allergens=("peanut",)))
    '含花生，您对花生过敏'
    >>> clash(DishFacts("红烧肉"), Diet(marks=("low_salt", "soft")))
    '不是低盐、软食，您需要低盐、软食'
    """
    held = "、".join(ALLERGENS[one] for one in diet.allergens if one in ALLERGENS and holds(dish, one))
    if held:
        return f"含{held}，{who}对{held}过敏"
    lacking = "、".join(MARKS[one] for one in diet.marks if one in MARKS and one not in dish.marks)
    return f"不是{lacking}，{who}需要{lacking}" if lacking else ""
