"""What staff say to order a meal for somebody: 代订 3-2-601 王阿婆 午餐 红烧肉 1份 送."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.language.addresses import HomeRef, read_home, strip_home
from bot.language.dates import find_days
from bot.language.meals import Meal, find_meal
from bot.language.staff_deliveries import AboutDelivery, read_about_delivery
from bot.language.staff_meals import AboutMeals, read_about_meals
from bot.language.tables import any_of, read_table
from bot.language.text import clean, visible

_TABLE = read_table("staff_proxy")
_VERB = re.compile(rf"(?:{any_of(_TABLE['verbs'])})[\s:,，。、]*(?P<rest>.*)", re.S)
_NAME = re.compile(r"^[\s,，、]*(?:的)?(?P<name>[\u4e00-\u9fff]{2,4})(?=$|[\s,，、])")
_MENTIONED = re.compile(r"^(?:\s*@\S+\s+)+")
_DELIVERS = re.compile(rf"(?:^|[\s,，、])(?:{any_of(_TABLE['delivery'])})(?=$|[\s,，、。])")


@dataclass(frozen=True, slots=True)
class ForDiner:
    """A meal for somebody without WeChat. `homes`: every reading of the door; `words`: what is left, with the dishes.

    `name`: as it was said, 王阿婆 or 王桂芳; empty where none was. `day` None: the next meal of that kind.
    """

    homes: tuple[HomeRef, ...]
    name: str
    meal: Meal | None
    day: date | None
    delivery: bool
    words: str


def read_for_diner(text: str, today: date) -> ForDiner | None:
    """The order in a message of staff, or None.

    >>> read_for_diner("代订 3-2-601 王阿婆 午餐 红烧肉 1份 送", date(2026, 3, 2)).name
    '王阿婆'
    >>> read_for_diner("接 1024", date(2026, 3, 2)) is None
    True
    """
    found = _VERB.fullmatch(clean(_MENTIONED.sub("", visible(text)).strip()))
    if found is None:
        return None
    said = found["rest"]
    homes = read_home(said)
    rest = strip_home(said).strip() if homes else said
    name = _NAME.match(rest)
    if name and (find_meal(name["name"]) or find_days(name["name"], today)):
        name = None
    words = rest[name.end() :] if name else rest
    days = find_days(words, today)
    for one in reversed(days):
        words = f"{words[: one.start]} {words[one.end :]}"
    return ForDiner(
        tuple(homes),
        name["name"] if name else "",
        find_meal(words),
        days[0].days[0] if days else None,
        _DELIVERS.search(words) is not None,
        _DELIVERS.sub(" ", words).strip(),
    )


def read_meals(text: str, quote: str, today: date) -> AboutMeals | AboutDelivery | ForDiner | None:
    """What a message of staff says about meals: the canteen's own, at the door, for somebody; None for neither."""
    return read_about_meals(text, quote) or read_about_delivery(text) or read_for_diner(text, today)
