"""What a sentence wants of the canteen: to order, the usual, all three meals, to cancel, to change, to see, to ask.

None of these words are marks of the classifier, so the table may grow without it being taught anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from bot.language.canteens import asks_canteen
from bot.language.clocks import find_time
from bot.language.dates import find_days
from bot.language.meal_plans import names_several
from bot.language.meals import find_meal, meal_words, named_meals
from bot.language.quantities import find_quantities
from bot.language.tables import any_of, read_table
from bot.language.text import REMEMBERED, clean, spellings
from bot.language.understanding import understand

_TABLE = read_table("ordering")
_EXACT = {
    name: frozenset(_TABLE[name])
    for name in ("orders", "usual", "all_meals", "cancels_alone", "mine", "money")
}
_USUAL, _ALL = re.compile(any_of(_TABLE["usual"])), re.compile(any_of(_TABLE["all_meals"]))
_ORDERS = re.compile(rf"{any_of(_TABLE['verbs'])}.{{0,12}}{any_of(_TABLE['food'])}")
_CANCELS = re.compile(any_of(_TABLE["cancels"]))
_AROUND = re.compile(rf"(?:{any_of([*_TABLE['cancels'], *_TABLE['around']])}|\0)*+")
_CHANGES = re.compile(any_of(_TABLE["changes"]))
_OTHER, _STANDING = re.compile(_TABLE["other"]), re.compile(any_of(_TABLE["standing"]))
_QUESTION, _EVIDENCE = re.compile(_TABLE["question"]), re.compile(_TABLE["evidence"])
_FOOD = re.compile(any_of(read_table("dishes")["food"]))
_SERVINGS = re.compile(r"[^\0]{0,3}\0+[^\0]{2,8}|[^\0]{2,8}\0+")  # a dish and its number
_COMPLAINT = re.compile(_TABLE["complaint"])
_ORDER: float = _TABLE["sure_of_order"]
_CANCEL: float = _TABLE["sure_of_cancel"]
_STATUS: float = _TABLE["sure_of_status"]
_ANY_DAY = date(2024, 1, 1)  # only where a day stands is asked here
_LONGEST = 30  # characters; who orders or cancels says little more


ALL_MEALS: list[str] = _TABLE["all_meals"]
"""What is said for all three meals."""


def usual(text: str) -> bool:
    """Whether the same as always is wanted, whatever else is said: 老样子, 跟昨天一样.

    >>> usual("晚饭老样子"), usual("还是漏，老样子")
    (True, True)
    """
    return _USUAL.search(clean(text)) is not None


def all_meals(text: str) -> bool:
    """Whether breakfast, lunch and dinner are wanted together: 一日三餐, 明天三顿都要."""
    return _ALL.search(clean(text)) is not None


def cancels_meal(text: str) -> bool:
    """Whether one takes back a meal: 不要晚饭, 明天中午不要了, 取消订餐. Never 不要辣, nor a question.

    >>> cancels_meal("明天中午不要了"), cancels_meal("晚饭不要辣"), cancels_meal("晚饭能取消吗")
    (True, False, False)
    """
    said = clean(text)
    if _QUESTION.search(said) or _OTHER.search(said) or len(said) > _LONGEST:
        return False
    if _exactly("cancels_alone", text):
        return True
    if not _CANCELS.search(said) or not (find_meal(said) or find_days(what_is_cancelled(said), _ANY_DAY)):
        return find_meal(said) is not None and _guessed(text, "cancel", _CANCEL)
    return _AROUND.fullmatch(_without_when(said)) is not None or _guessed(text, "cancel", _CANCEL)


def what_is_cancelled(text: str) -> str:
    """A sentence that takes back a meal, without the words that do: 明天午饭 of 不要明天午饭.

    >>> what_is_cancelled("不要明天午饭").strip()
    '明天午饭'
    """
    return _CANCELS.sub(lambda found: " " * len(found[0]), clean(text))


def _without_when(said: str) -> str:
    """`said` with a zero byte for every character of its days, times, meals and words that take back."""
    said = _CANCELS.sub(lambda found: "\0" * len(found[0]), said)
    spans = [(one.start, one.end) for one in find_days(said, _ANY_DAY)] + meal_words(said)
    clock = find_time(said)
    for start, end in [*spans, *([(clock.start, clock.end)] if clock else [])]:
        said = said[:start] + "\0" * (end - start) + said[end:]
    return said


def _changes(text: str) -> bool:
    """改成三份, 换成豆腐, where what it is about are servings."""
    said = clean(text)
    found = _CHANGES.search(said)
    servings = find_quantities(said) or _EVIDENCE.search(said[found.end() :]) if found else None
    return bool(servings) and len(said) <= _LONGEST


def _orders(text: str) -> bool:
    said = clean(text)
    if _exactly("orders", text) or _exactly("usual", text) or _exactly("all_meals", text):
        return True
    if _STANDING.search(said):
        return False
    if names_several(text):
        return True
    meant = all_meals(text) or (usual(text) and find_meal(said) is not None)
    ordered = _ORDERS.search(said) is not None and _guessed(text, "order", _ORDER)
    return len(said) <= 2 * _LONGEST and (meant or ordered)


def _perhaps(text: str) -> bool:
    said = clean(text)
    if _STANDING.search(said) or _COMPLAINT.search(said) or len(said) > 2 * _LONGEST:
        return False
    if _only_a_meal(said) or _only_servings(said):
        return True
    return _EVIDENCE.search(said) is not None and _guessed(text, "order", _ORDER)


def _only_a_meal(said: str) -> bool:
    """A meal and when, and nothing else: 昨天的午饭, 后天晚餐."""
    return bool(named_meals(said)) and _AROUND.fullmatch(_without_when(said)) is not None


def _only_servings(said: str) -> bool:
    """Food with a number and nothing else: 两百份红烧肉, 红烧肉 2 份."""
    if _QUESTION.search(said) or _OTHER.search(said):
        return False
    counted = find_quantities(said)[:1]
    rest = said
    for one in counted:
        rest = f"{said[: one.start]}\0{said[one.end :]}"
    return bool(counted) and _FOOD.search(rest) is not None and _SERVINGS.fullmatch(rest) is not None


def _mine(text: str) -> bool:
    said = clean(text)
    about = re.search("饭|餐|取餐", said) is not None and len(said) <= _LONGEST
    return _exactly("mine", text) or (about and _guessed(text, "status", _STATUS))


def _exactly(name: str, text: str) -> bool:
    return any(form in _EXACT[name] for form in spellings(text))


def _guessed(text: str, intent: str, least: float) -> bool:
    found = understand(text)
    return found.intent == intent and found.score >= least


WISHES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("meal_money", lambda text: _exactly("money", text)),
    ("my_meals", _mine),
    ("canteen", asks_canteen),
    ("cancel_meal", cancels_meal),
    ("change_meal", _changes),
    ("order", _orders),
    ("maybe_order", _perhaps),
)


@lru_cache(REMEMBERED)
def meal_wishes(text: str) -> tuple[str, ...]:
    """What of WISHES a sentence wants, the surest first.

    >>> meal_wishes("订餐")[0], meal_wishes("不要晚饭")[0], meal_wishes("我的订餐")[0], meal_wishes("电梯坏了")
    ('order', 'cancel_meal', 'my_meals', ())
    """
    if not clean(text):
        return ()
    return tuple(name for name, wants in WISHES if wants(text))[:1]
