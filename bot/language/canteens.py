"""Questions about the canteen itself: 食堂几点开门, 送饭要钱吗, 订餐订到几点."""

from __future__ import annotations

import re

from bot.language.tables import any_of, read_table
from bot.language.text import clean

_TABLE = read_table("canteens")
_ABOUT = re.compile(any_of(_TABLE["about"]))
_ASKS = re.compile(any_of(_TABLE["asks"]))
_ALL = re.compile(rf"(?:{any_of([*_TABLE['about'], *_TABLE['asks'], *_TABLE['around']])})*+")
_LONGEST = 20  # characters; who asks this says little more


def asks_canteen(text: str) -> bool:
    """Whether somebody asks when, where, how dear, and nothing else.

    >>> asks_canteen("食堂几点开门"), asks_canteen("请问送饭要钱吗"), asks_canteen("食堂的灯坏了，电话多少")
    (True, True, False)
    """
    said = clean(text)
    if len(said) > _LONGEST or not _ABOUT.search(said) or not _ASKS.search(said):
        return False
    return _ALL.fullmatch(said) is not None
