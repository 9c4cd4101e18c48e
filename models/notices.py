"""What people are told about their data: every version that was ever in force, the newest last. Data, read once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("data") / "notices.json"


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of a notice. `since`: the day from which it is in force; `parts`: heading and words of each part.

    `short` is said in the first talk; whoever goes on after it agrees.
    """

    purpose: str
    version: str
    since: str
    short: str
    parts: tuple[tuple[str, str], ...]


def _read(one: dict[str, Any]) -> Notice:
    return Notice(**{**one, "parts": tuple((heading, words) for heading, words in one["parts"])})


NOTICES: tuple[Notice, ...] = tuple(_read(one) for one in json.loads(_FILE.read_text(encoding="utf-8")))


def newest(purpose: str = "notice") -> Notice:
    """The version in force."""
    return [one for one in NOTICES if one.purpose == purpose][-1]
