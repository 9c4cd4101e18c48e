"""Opens the word tables beside this file. They are data: a city changes them without touching code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib import resources
from typing import Any


def read_table(name: str) -> dict[str, Any]:
    """Read data/<name>.json. Raises FileNotFoundError or ValueError at import, never while talking."""
    source = resources.files("bot.language").joinpath("data", f"{name}.json")
    table: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return table


def any_of(words: Iterable[str]) -> str:
    """A regular expression group that takes any of `words`, the longest that fits."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(map(re.escape, ordered)) + ")"
