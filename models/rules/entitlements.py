"""What subsidies may go by: groups of people as the catalogue of services names them, and days of birth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from models.rules.benefits import HOUSEHOLDS

OLDEST = 120  # years

# Of the groups that the catalogue knows, those that staff can prove from papers.
GROUPS: Mapping[str, str] = {
    key: HOUSEHOLDS[key] for key in ("low_income", "alone", "disabled", "care", "lost_child", "veteran")
}


def is_birthday(born: date, day: date) -> bool:
    """Whether somebody who is alive on `day` may have been born then."""
    return date(day.year - OLDEST, 1, 1) <= born <= day
