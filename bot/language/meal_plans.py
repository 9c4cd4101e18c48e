"""Several meals in one sentence, each with its dishes: 明天中午红烧肉，晚上番茄炒蛋."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.language.dates import Days, find_days
from bot.language.dining import ELDER
from bot.language.meals import Meal, meals_at
from bot.language.quantities import find_quantities
from bot.language.tables import any_of, read_table
from bot.language.text import REMEMBERED, clean

_TABLE = read_table("meal_plans")
_FOOD = re.compile(any_of([*read_table("dishes")["food"], *_TABLE["food"]]))
_FILL = re.compile(rf"(?>{any_of(_TABLE['fill'])})*+")
_FOR = rf"{any_of(read_table('dining')['for'])}{ELDER}"
_LEAD = re.compile(rf"(?>{_FOR}|{any_of(_TABLE['fill'])})*+")
_VERB = re.compile(rf"{any_of(_TABLE['verbs'])}$")
_OTHER = re.compile(any_of(_TABLE["other"]))
_NEAR = re.compile(rf"(?>{any_of(_TABLE['between'])})*+")
_ANY_DAY = date(2024, 1, 1)  # only how many meals are named is asked here
_LONGEST, _MOST = 60, 6  # characters of such a sentence, and meals in it


@dataclass(frozen=True, slots=True)
class MealPart:
    """One meal of a sentence. `day` None: none is named for it or before it. `words`: what is said of its dishes."""

    day: date | None
    meal: Meal
    words: str


def names_several(text: str) -> bool:
    """Whether a sentence orders several meals, with dishes or as usual."""
    return len(several_meals(text, _ANY_DAY)) > 1


@lru_cache(REMEMBERED)
def several_meals(text: str, today: date) -> tuple[MealPart, ...]:
    """The meals that a sentence orders, where there are several and nothing else is said; () for any other sentence.

    >>> [(one.meal, one.words) for one in several_meals("早饭粥，午饭豆腐两份", date(2026, 3, 2))]
    [('breakfast', '粥'), ('lunch', '豆腐两份')]
    >>> several_meals("明天午饭红烧肉", date(2026, 3, 2))
    ()
    """
    said = clean(text)
    found = meals_at(said) if len(said) <= _LONGEST and not _OTHER.search(said) else []
    if not 1 < len(found) <= _MOST:
        return ()
    days = [one for one in find_days(said, today) if not one.last and len(one.days) == 1]
    starts = [_start(said, start, days) for start, _, _ in found]
    parts, day = [], None
    for at, (_, end, meal) in enumerate(found):
        stop = starts[at + 1] if at + 1 < len(found) else len(said)
        day = next((one.days[0] for one in days if starts[at] <= one.start < end), day)
        parts.append(MealPart(day, meal, said[end:stop].strip(" ,。;、")))
    return tuple(parts) if _whole(said[: starts[0]], parts) else ()


def _start(said: str, meal: int, days: Sequence[Days]) -> int:
    """Where the words of a meal begin: with its day, where that stands right before it."""
    near = (
        one.start for one in days if one.start <= meal and _NEAR.fullmatch(said[min(one.end, meal) : meal])
    )
    return max(near, default=meal)


def _whole(lead: str, parts: Sequence[MealPart]) -> bool:
    """Whether they are different meals, and each has food beside it or nothing but filling words."""
    different = len({(one.day, one.meal) for one in parts}) == len(parts)
    if not different or not _LEAD.fullmatch(lead) or any(_VERB.search(one.words) for one in parts[:-1]):
        return False
    dishes = [one for one in parts if _FOOD.search(one.words) or find_quantities(one.words)]
    plain = [one for one in parts if one not in dishes]
    wished = dishes or _VERB.search(lead) or _VERB.search(parts[-1].words)
    return bool(wished) and all(_FILL.fullmatch(one.words) for one in plain)
