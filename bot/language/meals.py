"""Which meal is meant: 夜饭, 午餐, 明朝中浪."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, cast

from bot.language.tables import any_of, read_table

Meal = Literal["breakfast", "lunch", "dinner"]

_TABLE = read_table("meals")
_MEALS = {word: cast(Meal, meal) for meal, words in _TABLE["meals"].items() for word in words}
_PARTS = {word: cast(Meal, meal) for meal, words in _TABLE["parts"].items() for word in words}
_WORD = re.compile(
    rf"(?P<not>{any_of(_TABLE['not_meals'])})|(?P<meal>{any_of(_MEALS)})|(?P<part>{any_of(_PARTS)})"
    rf"|(?<={any_of(_TABLE['early_is_meal_before'])})(?P<early>早点)(?!{any_of(_TABLE['early_not_before'])})"
    rf"|^(?P<alone>早点)(?=[0-9一两二三四五六七八九十]|[\s,。!]|$)"
)


def named_meals(text: str) -> list[Meal]:
    """The meals that are named as such in the cleaned `text` (夜饭, 午餐), in order, each once."""
    return list(dict.fromkeys(meal for meal, named in _found(text) if named))


def find_meal(text: str, *, parts: bool = True) -> Meal | None:
    """The meal that `text` names first, else the one of the part of the day (中午); None for neither.

    `parts` False: only a meal that is named, for a sentence that tells a time of the day anyway.

    >>> find_meal("明朝中浪两客"), find_meal("夜饭勿要了"), find_meal("早上好"), find_meal("早点来修")
    ('lunch', 'dinner', None, None)
    """
    found = list(_found(text))
    named = [meal for meal, is_named in found if is_named]
    if named:
        return named[0]
    return found[0][0] if found and parts else None


def meal_words(text: str) -> list[tuple[int, int]]:
    """Where the meals and parts of the day stand in the cleaned `text`.

    >>> meal_words("明天中午不要了")
    [(2, 4)]
    """
    return [found.span() for found in _WORD.finditer(text) if not found["not"]]


def meals_at(text: str) -> list[tuple[int, int, Meal]]:
    """Every meal of the cleaned `text` by where it stands, a part of the day and its meal (中午的午饭) as one.

    >>> meals_at("明天中午饭,晚上面")
    [(2, 5, 'lunch'), (6, 8, 'dinner')]
    """
    found: list[tuple[int, int, Meal]] = []
    for one in _WORD.finditer(text):
        if one["not"]:
            continue
        word = one[0]
        meal = _MEALS.get(word) or _PARTS.get(word) or "breakfast"
        if found and found[-1][2] == meal and not text[found[-1][1] : one.start()].strip(" 的"):
            found[-1] = (found[-1][0], one.end(), meal)
        else:
            found.append((*one.span(), meal))
    return found


def _found(text: str) -> Iterator[tuple[Meal, bool]]:
    for found in _WORD.finditer(text):
        if found["meal"]:
            yield _MEALS[found["meal"]], True
        elif found["early"] or found["alone"]:
            yield "breakfast", True
        elif found["part"]:
            yield _PARTS[found["part"]], False
