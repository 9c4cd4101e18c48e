"""Hours of duty as a clerk writes them: 周一至周五 8:30-11:30、13:00-17:30；周六 9:00-12:00."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from bot.clock import WEEK
from models.rules.hours import HOLIDAY, read_hours

GROUPS: Mapping[str, list[int]] = {
    "工作日": [1, 2, 3, 4, 5],
    "周末": [6, 7],
    "双休日": [6, 7],
    "节假日": [HOLIDAY],
}
_DAY = r"(?:周|星期|礼拜)?([一二三四五六日天])"
_RANGE = re.compile(rf"{_DAY}\s*(?:至|到|-|~)\s*{_DAY}")
_ONE = re.compile(_DAY)
_TIMES = re.compile(r"(\d{1,2}:\d{2})\s*(?:至|到|-|~)\s*(\d{1,2}:\d{2})")
_SIGNS = str.maketrans("–—〜", "---")

Rows = tuple[Mapping[str, Any], ...]


def read_duty(text: str) -> Rows:
    """The hours as models/rules/hours.py has them; none for an empty text. Raises ValueError for anything else."""
    said = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    rows = tuple(row for part in re.split(r"[;。\n]+", said) if part.strip() for row in _rows(part))
    read_hours(rows)
    return rows


def _rows(part: str) -> Iterable[Mapping[str, Any]]:
    """One part: its days, then one or more spans; nothing else may be left over."""
    spans = _TIMES.findall(part)
    days = _days(re.sub(r"[,、\s]+", "", _TIMES.sub("", part)))
    if not spans:
        raise ValueError("no time")
    return [{"days": days, "from": opens.zfill(5), "to": closes.zfill(5)} for opens, closes in spans]


def _days(words: str) -> list[int]:
    if words in ("每天", "天天"):
        return list(range(1, 8))
    found: set[int] = set()
    for name, days in GROUPS.items():
        if name in words:
            found |= set(days)
            words = words.replace(name, "")
    for first, last in _RANGE.findall(words):
        found |= set(range(_number(first), _number(last) + 1))
    rest = _RANGE.sub("", words)
    found |= {_number(day) for day in _ONE.findall(rest)}
    if not found or _ONE.sub("", rest).strip("和及"):
        raise ValueError("no days, or something else")
    return sorted(found)


def _number(day: str) -> int:
    return WEEK.index("日" if day == "天" else day) + 1


def duty_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """The hours as they may be written again."""
    same = groupby(rows, key=lambda row: list(row["days"]))
    return "；".join(f"{_named(days)} {'、'.join(map(_span, spans))}" for days, spans in same)


def _named(days: Sequence[int]) -> str:
    if days[-1] == HOLIDAY:
        return "、".join([_named(days[:-1]), "节假日"] if days[:-1] else ["节假日"])
    if list(days) == list(range(days[0], days[-1] + 1)) and len(days) > 2:
        return "每天" if len(days) == len(WEEK) else f"周{WEEK[days[0] - 1]}至周{WEEK[days[-1] - 1]}"
    return "、".join(f"周{WEEK[day - 1]}" for day in days)


def _span(row: Mapping[str, Any]) -> str:
    return f"{row['from'].removeprefix('0')}-{row['to'].removeprefix('0')}"
