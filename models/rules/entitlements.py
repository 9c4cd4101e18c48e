"""What subsidies may go by: groups of people as the catalogue of services names them, and days of birth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from models.rules.benefits import HOUSEHOLDS

OLDEST = 120  # years

# Of the groups that the catalogue knows, those that staff can prove from papers.
GROUPS: Mapping[str, str] = {
    key: HOUSEHOLDS[key] for key in ("low_income", "alone", "disabled", "care", "lost_child", "veteran")
}

Period = tuple[date | None, date | None]
"""First and last day; None: since ever, for ever."""
ALWAYS: Period = (None, None)


def in_order(starts: date | None, ends: date | None) -> bool:
    """Whether a period may be: it does not end before it begins."""
    return starts is None or ends is None or starts <= ends


def groups_on(facts: Mapping[str, Any], day: date) -> frozenset[str]:
    """The groups that somebody is in on a day. `facts`: as they are kept, with ISO days, each end included."""
    periods = facts.get("periods", {})
    return frozenset(one for one in facts.get("groups", ()) if _holds(periods.get(one), day.isoformat()))


def _holds(period: Sequence[str | None] | None, day: str) -> bool:
    starts, ends = period or (None, None)
    return (starts is None or starts <= day) and (ends is None or day <= ends)


def worded(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The groups in words, each with its time.

    >>> worded({"groups": ["alone", "care"], "periods": {"care": ["2026-01-01", None]}})
    ('独居', '生活不能自理（2026-01-01 起）')
    """
    periods = facts.get("periods", {})
    return tuple(GROUPS.get(one, one) + _lasts(periods.get(one)) for one in facts.get("groups", ()))


def _lasts(period: Sequence[str | None] | None) -> str:
    starts, ends = period or (None, None)
    if starts and ends:
        return f"（{starts} 到 {ends}）"
    return f"（{starts} 起）" if starts else f"（到 {ends}）" if ends else ""


def is_birthday(born: date, day: date) -> bool:
    """Whether somebody who is alive on `day` may have been born then."""
    return date(day.year - OLDEST, 1, 1) <= born <= day
