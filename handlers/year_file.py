"""A year's days off in a file: Excel or CSV, a day a line. The console and the command line read it alike."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from bot import sheets
from models.actions.calendar import YEARS
from models.rules.announcement import MOST_FAULTS, Days, read_table

HOW = "写法：每行一天，例如“2027-01-01,休,元旦”“2027-01-04,班,元旦”。存成 CSV 或 Excel 都行。"
UNREADABLE: Mapping[str, str] = {
    "old": "文件是旧的 .xls，或者加了密码。请另存为没有密码的 .xlsx 或 CSV，再试一次。",
    "macros": "文件里有宏。请另存为普通的 .xlsx 或 CSV，再试一次。",
}


def read_year_file(path: Path) -> tuple[Days, list[str]]:
    """The days of a file, of whatever years, and in Chinese what is wrong with it. Raises OSError."""
    try:
        days, faults = read_table(sheets.lines(path))
    except sheets.NotASheet as problem:
        return {}, [UNREADABLE.get(problem.why, f"这个文件读不出来。{HOW}")]
    faults += out_of_range(days)
    return days, faults if days or faults else [f"文件里没有日期。{HOW}"]


def out_of_range(days: Days) -> list[str]:
    """What is to be said of days in years that nobody can write down, of the first MOST_FAULTS."""
    wrong = (f"{on.isoformat()}：{on.year} 年不在能登记的年份里。" for on in days if on.year not in YEARS)
    return list(islice(wrong, MOST_FAULTS))
