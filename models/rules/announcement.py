"""A year's days off as somebody brings them: lines of a table, or the text of the announcement itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from models.rules.calendar import OwnDay
from models.rules.days import WEEKDAYS, day_named

LONGEST = timedelta(days=14)  # no holiday lasts longer: a longer span was misread
NAME_LETTERS = 16
MOST_FAULTS = 20  # that are named; what has more is not such a table
WORDS: Mapping[str, bool] = {
    **dict.fromkeys(("班", "上班", "工作日", "调休上班", "补班"), True),
    **dict.fromkeys(("休", "放假", "休息", "假", "节假日", "调休", "假日"), False),
}
_LINE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*[,;\t ]\s*([^,;\t ]+)(?:\s*[,;\t ]\s*(\S+))?"
)
_ITEM = re.compile(r"[一二三四五六七八九十]+、\s*([^:\n]{2,12}):")
_DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^)]*)\))?"
_SPAN = re.compile(rf"{_DAY}(?:\s*(?:至|到|-|—|–)\s*{_DAY})?")
_OF_YEAR = re.compile(r"(\d{4})年(?:部分)?(?:节假日|放假)")  # the announcement's title
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")

Days = dict[date, OwnDay]


def read_announcement(text: str, year: int) -> Days:
    """The days of one year that a pasted text tells of: of the year that it names, else of `year`.

    Either lines “2027-01-01,休,元旦” as a table program copies them, or the announcement as it was published
    (“一、元旦：1月1日（周五）至3日（周日）放假调休。1月4日（周一）上班。”). Raises ValueError, in Chinese, saying
    which line is wrong and how it should be; nothing is guessed.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    if not _ITEM.search(said):
        return one_year(*read_table((number, [line]) for number, line in enumerate(said.splitlines(), 1)))
    titled = _OF_YEAR.search(said)
    year = int(titled[1]) if titled else year
    # The days before New Year that belong to it are last year's to know.
    return one_year({on: day for on, day in _published(said, year).items() if on.year == year})


def one_year(days: Days, faults: Sequence[str] = ()) -> Days:
    """The days, if nothing is wrong with them and they are of one year. Raises ValueError, a fault a line."""
    if faults:
        raise ValueError("\n".join(faults))
    if not days:
        raise ValueError("没有看到日期。请粘贴通知全文，或者每行写一天，例如“2027-01-01,休,元旦”。")
    first, last = min(days), max(days)
    if first.year != last.year:
        raise ValueError(f"{first.year} 年和 {last.year} 年的日子混在一起。请一次只登记一年的安排。")
    return days


def as_lines(days: Days) -> str:
    """The days as read_announcement() reads them, a line each."""
    return "\n".join(f"{on.isoformat()},{'班' if day.works else '休'},{day.name}" for on, day in days.items())


def read_table(lines: Iterable[tuple[int, Sequence[str]]]) -> tuple[Days, list[str]]:
    """The days of a table, of whatever years, and in Chinese what is wrong with which line; read no further than
    MOST_FAULTS of them.

    `lines`: the number of each and its cells: the day, 休 or 班, and what the day is called, which may be left out.
    """
    days: Days = {}
    faults: list[str] = []
    for number, cells in lines:
        if len(faults) >= MOST_FAULTS:
            return days, [*faults, f"错的行太多，从第 {number} 行起没有再看。请先改好前面的。"]
        line = unicodedata.normalize("NFKC", ",".join(cells)).strip().rstrip(",;")
        if not line or (number == 1 and not re.search(r"\d", line)):  # a table's head
            continue
        try:
            on, day = _day(line)
        except ValueError as wrong:
            faults.append(f"第 {number} 行{wrong}")
            continue
        if days.get(on, day).works != day.works:
            faults.append(f"第 {number} 行和前面的说法不一样：{on.isoformat()} 不能又休又班。")
        days[on] = day
    return days, faults


def _day(line: str) -> tuple[date, OwnDay]:
    found = _LINE.fullmatch(line)
    works = WORDS.get(found[4]) if found else None
    if found is None or works is None:
        raise ValueError("没看懂：请写成“2027-01-01,休,元旦”，中间是“休”或“班”。")
    on = _date(int(found[1]), int(found[2]), int(found[3]))
    return on, OwnDay(works, (found[5] or "")[:NAME_LETTERS])


def _published(text: str, year: int) -> Days:
    """Each item is a holiday: what stands before 放假 is off, what stands before 上班 is worked."""
    days: Days = {}
    items = list(_ITEM.finditer(text))
    for item, after in zip(items, [*items[1:], None], strict=True):
        name = "".join(item[1].split())[:NAME_LETTERS]
        for clause in re.split(r"[。;\n]", text[item.end() : after.start() if after else None]):
            works = True if "上班" in clause else False if re.search("放假|休息", clause) else None
            for on in _spans(clause, year) if works is not None else ():
                days[on] = OwnDay(bool(works), name)
    return days


def _spans(clause: str, year: int) -> Iterator[date]:
    """The days that a clause names; a month or a year that is left out is the one before it."""
    month = 0
    for found in _SPAN.finditer(clause):
        month = int(found[2] or month)
        first = last = _date(int(found[1] or year), month, int(found[3]), found[4])
        if found[7]:
            month = int(found[6] or month)
            last = _date(int(found[5] or first.year), month, int(found[7]), found[8])
        if not timedelta(0) <= last - first <= LONGEST:
            raise ValueError(f"“{found[0]}”不像一个假期，请核对后再粘贴。")
        for day in range((last - first).days + 1):
            yield first + timedelta(days=day)


def _date(year: int, month: int, day: int, note: str | None = None) -> date:
    """The day. `note`: what stands in brackets behind it; a weekday there shows when it is another year's text."""
    try:
        on = date(year, month, day)
    except ValueError:
        raise ValueError(f"没有 {year} 年 {month} 月 {day} 日这一天，请核对。") from None
    said = _WEEKDAY.search(note or "")
    if said and WEEKDAYS.index(said[1].replace("天", "日")) != on.weekday():
        weekday = f"周{WEEKDAYS[on.weekday()]}"
        raise ValueError(
            f"{year} 年 {day_named(on)}是{weekday}，不是{said[0]}。请核对是不是 {year} 年的通知。"
        )
    return on
