"""Meals ordered for good: 周一到周五午饭, 每天中午送, 停三天, 恢复订餐, 长期订餐不订了."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from bot.language.dates import find_days
from bot.language.dining import ELDER
from bot.language.meals import find_meal
from bot.language.numbers import read_numeral
from bot.language.quantities import find_quantities
from bot.language.tables import any_of, read_table
from bot.language.text import clean, spellings

_TABLE = read_table("standing")
_RECURRING: dict[str, list[int]] = _TABLE["recurring"]
_WEEKDAYS: dict[str, int] = _TABLE["weekdays"]
_WEEK = r"(?:周|星期|礼拜)[一二三四五六日天](?:[、,，和跟]?(?:周|星期|礼拜)?[一二三四五六日天])*"
_LISTED = rf"(?:每个?)?{_WEEK}"
_EVERY = rf"(?:{any_of(_RECURRING)}|每个?{_WEEK})"
_MEALS = read_table("meals")
_MEAL_WORDS = [word for name in ("meals", "parts") for words in _MEALS[name].values() for word in words]
_HOW_WORDS = [word for words in _TABLE["how"].values() for word in words]
_WISHES = read_table("dining")["wishes"]
_MEAL, _ORDER, _LONG = any_of(_MEAL_WORDS), any_of(_TABLE["order"]), any_of(_TABLE["long"])
_HOW, _HOLIDAYS = any_of(_HOW_WORDS), any_of(_TABLE["holidays"])
_FOR = any_of(read_table("dining")["for"])
_AROUND = [*_TABLE["long"], *_MEAL_WORDS, *_TABLE["fill"]]
_SAID = any_of([*_AROUND, *_WISHES, *_TABLE["order"], *_HOW_WORDS, *_TABLE["holidays"]])
# The longest word that fits and no other: were each cut in every way, the work would double with each of them.
_PIECES = rf"(?>{_FOR}(?:{ELDER})|{_EVERY}|{_SAID})"
_NEW = re.compile(rf"(?=.*(?:{_EVERY}|{_LONG}))(?=.*(?:{_MEAL}|{_ORDER}|{_LONG}))(?:{_PIECES})++")
_NUMBER, _UNIT = r"(?:[0-9]{1,2}|[一二两三四五六七八九十]{1,3})", r"(?:天|日|个?星期|个?礼拜|周)"
_COUNT = re.compile(rf"(?P<n>{_NUMBER})(?P<u>{_UNIT})")
_PAUSE = re.compile(rf"(?>{any_of([*_AROUND, *_WISHES])})*+{any_of(_TABLE['pause'])}(?P<rest>.*)")
_REST = re.compile(rf"(?>{_NUMBER}{_UNIT}|{any_of([*_AROUND, *_TABLE['vague'], *_TABLE['order']])})*+")
_PIECE = re.compile(_PIECES)
_ASKS_FOR = re.compile(rf"(?:{any_of(_TABLE['asks_for'])}|{any_of(_TABLE['one'])})[,、\s]*$")
_NAMED_MEAL = re.compile(any_of(word for words in _MEALS["meals"].values() for word in words))
_MEAL_LAST = re.compile(rf"{_MEAL}(?:{any_of(_TABLE['fill'])}){{0,3}}$")
_REGULAR = re.compile(rf"{_EVERY}|{_LONG}")
_AFTER = re.compile(rf"(?:{_HOW}|{_HOLIDAYS}|{any_of(_TABLE['after'])}){{1,6}}$")
_BETWEEN = re.compile(any_of(_TABLE["between"]))
_FOOD = re.compile(any_of([*read_table("dishes")["food"], *_TABLE["food"]]))
_NO_DISH = re.compile(any_of(_TABLE["no_dish"]))
_RESUME, _END = frozenset(_TABLE["resume"]), frozenset(_TABLE["end"])
_ANY_DAY = date(2026, 1, 1)  # whether a day is named does not hang on today
_LONGEST = 90  # days of a pause
_MOST, _MOST_DISHED, _DISH = 30, 40, 10  # characters of a sentence, of one that names dishes, of one of them
Wish = Literal["new", "pause", "resume", "end"]


def standing_wish(text: str, today: date) -> Wish | None:
    """What a sentence that speaks of nothing else wants of a standing order; None for any other sentence.

    >>> standing_wish("周一到周五午饭", date(2026, 3, 2)), standing_wish("停三天", date(2026, 3, 2))
    ('new', 'pause')
    >>> standing_wish("明天午饭", date(2026, 3, 2)), standing_wish("停电三天", date(2026, 3, 2))
    (None, None)
    """
    forms = [form for form in spellings(text) if len(form) <= _MOST]
    if not _END.isdisjoint(forms):
        return "end"
    if not _RESUME.isdisjoint(forms):
        return "resume"
    if any(_pauses(form, today) for form in forms):
        return "pause"
    return "new" if any(_NEW.fullmatch(form) for form in forms) or standing_dishes(text) else None


def wants_standing(text: str) -> bool:
    """Whether a sentence is about meals ordered for good, and nothing else."""
    return standing_wish(text, _ANY_DAY) is not None


def standing_dishes(text: str) -> str:
    """The words for dishes in a sentence that orders for good; empty where it names none, or is another sentence.

    >>> standing_dishes("周一到周五午饭都要红烧肉"), standing_dishes("周一到周五午饭")
    ('红烧肉', '')
    >>> standing_dishes("明天午饭要红烧肉")
    ''
    """
    forms = (form for form in spellings(text) if len(form) <= _MOST_DISHED)
    return next((dishes for form in forms if (dishes := _dishes(form))), "")


def _dishes(said: str) -> str:
    """What follows the days, the meal and the wish, where all of it is food."""
    at = 0
    while piece := _PIECE.match(said, at):
        at = piece.end()
    lead, rest = said[:at], _AFTER.sub("", said[at:])
    counts = find_quantities(rest)
    counted = any(one.start == 0 for one in counts)
    asked = counted or _ASKS_FOR.search(lead) or (_NAMED_MEAL.search(lead) and _MEAL_LAST.search(lead))
    if not asked or not _REGULAR.search(lead):
        return ""
    bare = rest
    for one in reversed(counts):
        bare = bare[: one.start] + bare[one.end :]
    return rest if all(_is_food(one) for one in _BETWEEN.split(bare)) else ""


def _is_food(said: str) -> bool:
    """Whether these words read like a dish, and tell nothing about one."""
    plain = 0 < len(said) <= _DISH and re.fullmatch(r"[\u4e00-\u9fff]+", said)
    return bool(plain) and _FOOD.search(said) is not None and not _NO_DISH.search(said)


def _pauses(said: str, today: date) -> bool:
    found = _PAUSE.fullmatch(said)
    if not found:
        return False
    rest = found["rest"]
    for day in reversed(find_days(said, today)):
        rest = said[max(day.end, found.start("rest")) :] if day.start >= found.start("rest") else rest
    before = said[: found.start("rest")]
    alone = not rest and before == said and len(said) == 1
    return not alone and _REST.fullmatch(rest) is not None


def read_weekdays(text: str) -> tuple[int, ...]:
    """The weekdays that are named, 1 Monday to 7 Sunday; empty for none.

    >>> read_weekdays("周一到周五"), read_weekdays("每周一三五"), read_weekdays("周二、周四"), read_weekdays("午饭")
    ((1, 2, 3, 4, 5), (1, 3, 5), (2, 4), ())
    """
    said = clean(text)
    named = next((word for word in sorted(_RECURRING, key=len, reverse=True) if word in said), None)
    if named:
        return tuple(_RECURRING[named])
    found = re.search(_LISTED, said)
    days = {_WEEKDAYS[one] for one in found[0] if one in _WEEKDAYS} if found else set()
    return tuple(sorted(days))


def read_how(text: str) -> str:
    """How the meal is had: delivery, pickup, or "" where it is not said."""
    said = clean(text)
    return next((how for how, words in _TABLE["how"].items() if any(word in said for word in words)), "")


def with_holidays(text: str) -> bool:
    """Whether it is wished for on public holidays, too."""
    return re.search(_HOLIDAYS, clean(text)) is not None


def standing_meal(text: str) -> str:
    """The meal that is named, or ""."""
    return find_meal(clean(text)) or ""


def read_pause(text: str, today: date) -> tuple[date, date | None] | None:
    """From when until when meals are paused: 停三天 begins tomorrow; None where it is not said.

    >>> read_pause("停三天", date(2026, 3, 2))
    (datetime.date(2026, 3, 3), datetime.date(2026, 3, 5))
    """
    said = clean(text)
    days = [one for one in find_days(said, today) if one.days[0] >= today]
    if days:
        first, last = days[0].days[0], days[-1].last or days[-1].days[-1]
        until = re.search(r"(?:停|暂停|停到|到)\s*(?:到|至)", said) is not None or said.startswith("到")
        if until and len(days) == 1 and not days[0].last:
            first = today + timedelta(days=1)
        return (first, last) if (last - first).days < _LONGEST else None
    counted = _COUNT.search(said)
    number = read_numeral(counted["n"]) if counted else None
    if counted is None or not number:
        return None
    length = number * (1 if counted["u"] in ("天", "日") else 7)
    first = today + timedelta(days=1)
    return (first, first + timedelta(days=length - 1)) if length <= _LONGEST else None
