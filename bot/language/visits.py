"""Words about somebody who comes to a home to mend something: when, where, how to get in."""

from __future__ import annotations

import re

from bot.language.tables import any_of, read_table
from bot.language.text import clean

_TABLE = read_table("visits")
_ABOUT, _ELSE = re.compile("|".join(_TABLE["about"])), re.compile(any_of(_TABLE["else"]))

_TIME = re.compile(rf"(?:{'|'.join(_TABLE['times'])})++(?:{'|'.join(_TABLE['suits'])})*+")


def about_visit(text: str) -> bool:
    """Whether `text` tells a worker something about a visit, and nothing of health, meals or offices in it.

    >>> about_visit("左手那一家"), about_visit("老人补贴"), about_visit("今天我心里难受")
    (True, False, False)
    """
    said = clean(text)
    return _ABOUT.search(said) is not None and _ELSE.search(said) is None


def suits(text: str) -> bool:
    """Whether `text` only asks or says that a time suits.

    >>> suits("下午行吗"), suits("明天下午三点以后可以吗"), suits("下午去哪里办")
    (True, True, False)
    """
    return _TIME.fullmatch(clean(text)) is not None
