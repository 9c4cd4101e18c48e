"""Opens the word tables beside this file. They are data: a city changes them without touching code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib import resources
from itertools import groupby
from operator import itemgetter
from typing import Any


def read_table(name: str) -> dict[str, Any]:
    """Read data/<name>.json. Raises FileNotFoundError or ValueError at import, never while talking."""
    source = resources.files("bot.language").joinpath("data", f"{name}.json")
    table: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return table


def any_of(words: Iterable[str]) -> str:
    """A regular expression group that takes any of `words`, the longest that fits.

    Words that begin alike share their beginning: of hundreds of words a place in a text is asked only for those
    with its first character.
    """
    return f"(?:{_branches(sorted(set(words)))})"


def _branches(words: list[str]) -> str:
    """The sorted words by their first characters; what ends here comes last, since longer words go first."""
    grouped = groupby((word for word in words if word), key=itemgetter(0))
    branches = [re.escape(first) + _rest([word[1:] for word in alike]) for first, alike in grouped]
    return "|".join([*branches, ""] if "" in words else branches)


def _rest(ends: list[str]) -> str:
    return re.escape(ends[0]) if len(ends) == 1 else f"(?:{_branches(ends)})"
