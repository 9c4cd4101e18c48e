"""What volunteers say of a meal at the door: 没送到 3-302 家里没人, 送到 尾号 5678."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.addresses import HomeRef, read_home, strip_home
from bot.language.meals import Meal, find_meal
from bot.language.tables import any_of, read_table
from bot.language.text import clean, visible

_WORDS = read_table("staff")["deliveries"]
_ARRIVED = frozenset(_WORDS["arrived"])
_VERB = any_of([*_WORDS["missed"], *_WORDS["arrived"]])
_NAME = re.compile(r"^(?:\s*@\S+\s+)+")
_GAP = r"[\s:,，。、;.!！]*"
_FIRST = re.compile(rf"(?P<verb>{_VERB}){_GAP}(?P<rest>.*)", re.S)
_AMID = re.compile(rf"(?P<head>.+?){_GAP}(?P<verb>{_VERB}){_GAP}(?P<rest>.*)", re.S)
_MEAL = re.compile(r"(?:今天|今日)?的?[早午中晚][餐饭]")
_NUMBER = re.compile(r"(?:尾号|电话尾号|取餐码|码)?[\s:]*(?<![0-9])([0-9]{4,6})(?![0-9])")
_ENDS = " 　:,，。、;.!！"


@dataclass(frozen=True, slots=True)
class AboutDelivery:
    """`arrived`: it was handed over; else `why` it was not. Where: every reading of the door, or `number`, the last
    four digits of the phone or the code; neither where nothing was said."""

    arrived: bool
    homes: tuple[HomeRef, ...] = ()
    number: str = ""
    meal: Meal | None = None
    why: str = ""


def read_about_delivery(text: str) -> AboutDelivery | None:
    """What a message says about a meal at the door, or None.

    >>> read_about_delivery("没送到 尾号 5678 午餐 家里没人")
    AboutDelivery(arrived=False, homes=(), number='5678', meal='lunch', why='家里没人')
    >>> [home.room for home in read_about_delivery("3-302 没送到，敲门没人应").homes]
    ['302']
    >>> read_about_delivery("进度 1024 材料没送到 3-302"), read_about_delivery("材料送到 3-302 了")
    (None, None)
    """
    said = clean(_NAME.sub("", visible(text)).strip())
    if found := _FIRST.fullmatch(said):
        return _read(found["verb"], found["rest"])
    found = _AMID.fullmatch(said)
    if found is None or (head := _where(found["head"])).why or not (head.homes or head.number):
        return None
    return _read(found["verb"], f"{found['head']} {found['rest']}")


def _read(verb: str, rest: str) -> AboutDelivery | None:
    """Who says that something arrived says nothing else: 送到 is a word of other matters, too."""
    about = _where(rest)
    if verb not in _ARRIVED:
        return about
    where = bool(about.homes or about.number)
    return (
        AboutDelivery(True, about.homes, about.number, about.meal)
        if where and about.why in ("", "了")
        else None
    )


def _where(words: str) -> AboutDelivery:
    """The door or number and the meal in some words; `why` is what is left of them."""
    meal = _MEAL.search(words)
    left = _MEAL.sub(" ", words, count=1) if meal else words
    homes = tuple(home for home in read_home(left) if home.building and home.room)
    left = strip_home(left) if homes else left
    number = None if homes else _NUMBER.search(left)
    if number:
        left = f"{left[: number.start()]} {left[number.end() :]}"
    why = " ".join(left.split()).strip(_ENDS)
    return AboutDelivery(False, homes, number[1] if number else "", find_meal(meal[0]) if meal else None, why)
