"""What residents say to steer: control words, numbers of orders, asking after one, complaining of one."""

from __future__ import annotations

import re
from typing import Literal, cast

from bot.language.tables import any_of, read_table
from bot.language.text import clean, spellings

Control = Literal["back", "cancel", "restart", "person", "help", "more"]

FIRST_ORDER = 1001
"""Orders are numbered from here, so that a number of an order is never the number of an option."""

_TABLE = read_table("commands")
_CONTROL: dict[str, Control] = {
    word: cast(Control, verb) for verb, words in _TABLE["control"].items() for word in words
}
_ORDER = re.compile(
    rf"(?:{any_of(_TABLE['order_heads'])}[\s:,]*)*[#【]?\s*(?P<number>[0-9]{{4,9}})\s*】?"
    rf"(?:[\s,的]*{any_of(_TABLE['order_tails'])})*[\s?。!.~了啊呀]*"
)
_MINE = frozenset(_TABLE["my_orders"])
_URGES_ALONE = frozenset(_TABLE["urges_alone"])
_URGES, _NOT_URGES = re.compile(any_of(_TABLE["urges"])), re.compile(any_of(_TABLE["not_urges"]))
_NOT_FIXED = re.compile(any_of(_TABLE["not_fixed"]))
_NOT_COMPLAINTS = re.compile(any_of(_TABLE["not_complaints"]))


def control(text: str) -> Control | None:
    """The control word that the whole of `text` is, politeness aside; never one inside a sentence."""
    return next((_CONTROL[form] for form in spellings(text) if form in _CONTROL), None)


def is_order(number: int) -> bool:
    """Whether `number` can be the number of an order: 1001 upwards, at most nine digits."""
    return FIRST_ORDER <= number < 1_000_000_000


def order_number(text: str) -> int | None:
    """The number when `text` is only about one order: 1024, 查 1024, 工单1024, 1024 怎么样了."""
    found = _ORDER.fullmatch(clean(text))
    number = int(found["number"]) if found else 0
    return number if is_order(number) else None


def my_orders(text: str) -> bool:
    """Whether someone asks for all that they have reported: 我的报修, 查报修, 报修进度."""
    return any(form in _MINE for form in spellings(text))


def urges(text: str) -> bool:
    """Whether someone presses for an order that is under way: 催一下, 怎么还没来."""
    said = clean(text)
    if _NOT_URGES.search(said):
        return False
    return any(form in _URGES_ALONE for form in spellings(text)) or bool(_URGES.search(said))


def not_fixed(text: str) -> bool:
    """Whether someone says that what was finished is not: 没修好, 又坏了, 还是漏. Questions do not count."""
    said = _NOT_COMPLAINTS.sub(" ", clean(text))
    return bool(_NOT_FIXED.search(said)) and not said.endswith(("吗", "吗?", "没有?"))
