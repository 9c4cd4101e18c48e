"""What people of a canteen say about its meals: 备餐, 收到 午餐 2, 核销 123456, 未取."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from bot.language.meals import Meal, find_meal
from bot.language.tables import any_of, read_table
from bot.language.text import fold, visible

Wish = Literal["count", "serve", "read", "left"]

_TABLE = read_table("staff")
_WISHES = {word: cast(Wish, wish) for wish, words in _TABLE["meals"].items() for word in words}
_VERB = any_of(_WISHES)
_NAME = re.compile(r"^(?:\s*@\S+\s+)+")
_GAP = r"[\s:,，。、;.!！]*"
_FIRST = re.compile(rf"(?P<verb>{_VERB}){_GAP}(?P<rest>.*)", re.S)
_LAST = re.compile(rf"(?P<rest>.*?){_GAP}(?P<verb>{_VERB}){_GAP}", re.S)
_AMID = re.compile(rf"(?P<head>.*?){_GAP}(?P<verb>{_VERB}){_GAP}(?P<rest>.*)", re.S)
_SCANNED = re.compile(r"[0-9\s\-]+")
_NUMBER = re.compile(r"[0-9]{1,3}")
_ABOUT = re.compile(any_of(_TABLE["meals_about"]))
_TOMORROW = re.compile(r"明[天日朝早晚]")
_QUOTED = re.compile(r"【备餐】.*?(?P<meal>[早午晚]餐).*?第\s*(?P<number>[0-9]{1,3})\s*次更正", re.S)


@dataclass(frozen=True, slots=True)
class AboutMeals:
    """`number`: of a correction; `code`: as it was written; `tomorrow`: of the next day, not of this one."""

    wish: Wish
    meal: Meal | None = None
    number: int | None = None
    code: str = ""
    tomorrow: bool = False


def read_about_meals(text: str, quote: str = "") -> AboutMeals | None:
    """What a message says about the meals of a canteen, or None. `quote`: our own message that it quotes.

    >>> read_about_meals("核销 123456")
    AboutMeals(wish='serve', meal=None, number=None, code='123456', tomorrow=False)
    >>> read_about_meals("明天备餐 早餐")
    AboutMeals(wish='count', meal='breakfast', number=None, code='', tomorrow=True)
    >>> read_about_meals("收到午餐 2"), read_about_meals("收到 1024 了")
    (AboutMeals(wish='read', meal='lunch', number=2, code='', tomorrow=False), None)
    """
    said = fold(_NAME.sub("", visible(text)).strip())
    for form in (_FIRST, _LAST, _AMID):
        if found := form.fullmatch(said):
            rest = " ".join(part for name, part in found.groupdict().items() if name != "verb")
            if about := _read(_WISHES[found["verb"]], rest, quote):
                return about
    return None


def _read(wish: Wish, rest: str, quote: str) -> AboutMeals | None:
    if wish == "serve":
        return AboutMeals(wish, code=rest.strip()) if _SCANNED.fullmatch(rest) or not rest.strip() else None
    tomorrow = _TOMORROW.search(rest) is not None
    left = _ABOUT.sub(" ", _TOMORROW.sub(" ", rest))
    meal = find_meal(left)
    number = _NUMBER.search(left)
    words = re.sub(r"[\s:,，。、;.!！早中午晚饭餐上]", "", left)
    if words != (number[0] if number else ""):
        return None
    if wish == "read" and number is None and (quoted := _QUOTED.search(fold(visible(quote)))):
        return AboutMeals(wish, find_meal(quoted["meal"]), int(quoted["number"]))
    if number is not None and wish != "read":
        return None
    return AboutMeals(wish, meal, int(number[0]) if number else None, tomorrow=tomorrow)
