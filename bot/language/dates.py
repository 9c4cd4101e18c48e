"""Days as people say them: 明朝, 下礼拜三, 20 号到 22 号, 一个礼拜后, 年三十, 正月初三.

Phone numbers, orders, addresses and temperatures are to be taken out of the text before: 8 号 is a house as well.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.language import festivals
from bot.language.numbers import read_numeral
from bot.language.tables import any_of, read_table

_TABLE = read_table("dates")
_FESTIVALS = read_table("festivals")
_NEAR: Mapping[str, int] = _TABLE["near"]
_SPANS: Mapping[str, list[int]] = _TABLE["spans"]
_LISTED = frozenset(_TABLE["listed"])
_WEEKDAYS: Mapping[str, int] = _TABLE["weekdays"]
_WEEKS: Mapping[str, int] = _TABLE["weeks"]
_MONTHS: Mapping[str, int] = _TABLE["months"]
_YEARS: Mapping[str, int] = _TABLE["years"]
_UNITS: Mapping[str, int] = _TABLE["units"]
_MONTH_NUMBERS: Mapping[str, int] = _TABLE["month_numbers"]
_NEED_MORE = frozenset(_FESTIVALS["need_more"])
_LONGEST = 366  # days ahead or back that anybody counts

NUM = r"(?:[0-9]{1,2}|[零一二两三四五六七八九十廿卅]{1,3})"
_JOIN = rf"\s*{any_of(_TABLE['joins'])}\s*"
_WEEK = any_of(_TABLE["week_words"])
_DAY_NAME = any_of(_WEEKDAYS)
_SURE_FESTIVAL = any_of(name for name in festivals.NAMES if name not in _NEED_MORE)
_SHORT_FESTIVAL = any_of(_NEED_MORE)
_ONE_TO_NINE = "[一二三四五六七八九]"
_LUNAR_DAY = rf"初(?:{_ONE_TO_NINE}|十)|十{_ONE_TO_NINE}|(?:廿|二十){_ONE_TO_NINE}?|三十|十"
_HAN_DIGIT = "[0-9一二三四五六七八九十幺]"
_MORE = rf"(?={any_of(_FESTIVALS['more'])}|[\s,。!?]|$)"
_NOT_FESTIVAL = rf"(?!{any_of(_FESTIVALS['not_after'])})"
_FESTIVAL = rf"(?:{_SURE_FESTIVAL}|(?<!第)(?<!{_HAN_DIGIT}){_SHORT_FESTIVAL}{_MORE}){_NOT_FESTIVAL}"
_ALL_WEEK = any_of(word for word in _WEEKS if word not in ("个", "来", "当", "该"))
_WAY = any_of([*_TABLE["after"], *_TABLE["before"]])
_NOT_SLASH = rf"(?![0-9/.:-]|\s*{any_of(_TABLE['not_slash'])}(?!中|上|下|早))"
_NO_NUMBER = "(?<![0-9.])(?<![第零一二三四五六七八九十])"
_POINT = re.compile(
    rf"(?P<year>20[0-9]{{2}})\s*[年./-]\s*(?P<ymonth>{NUM})\s*[月./-]\s*(?P<yday>{NUM})(?![0-9])[日号]?"
    rf"|(?:农历|阴历|旧历)?的?(?P<lmonth>[正腊冬]|十[一二]|[一二三四五六七八九十])月(?P<lday>{_LUNAR_DAY})(?![日号点份0-9一二三四五六七八九])"
    rf"|(?P<festival>{_FESTIVAL})(?:节|假期|假)?(?:的?(?P<off>{any_of(_TABLE['offsets'])}))?"
    rf"|(?P<spans>{any_of(_SPANS)})|(?P<near>{any_of(_NEAR)})"
    rf"|(?P<eprefix>{any_of(_WEEKS)})?(?P<weekend>{any_of(_TABLE['weekend'])})"
    rf"|(?P<wprefix>{any_of(_WEEKS)})?{_WEEK}(?P<week>{_DAY_NAME})"
    rf"(?:{_JOIN}(?P<week_to>{_DAY_NAME})(?![点号月日份个0-9]))?(?!期)"
    rf"|(?P<whole>{_ALL_WEEK})(?:周|星期|礼拜)(?![内前后会边围里到])"
    rf"|{any_of(_TABLE['passing'])}(?P<pcount>{NUM})(?P<punit>{any_of(_UNITS)})(?!前)"
    rf"|(?P<count>{NUM}|半)(?:(?P<unit>{any_of(_UNITS)})|(?P<munit>{any_of(_TABLE['month_units'])}))(?P<way>{_WAY})"
    rf"|{any_of(_TABLE['coming'])}(?:连续)?(?P<ccount>{NUM})(?P<cunit>{any_of(_UNITS)})"
    rf"|(?P<yword>{any_of(_YEARS)})?的?(?P<month>{NUM})\s*月份?\s*(?P<mday>{NUM})(?![0-9个])(?:\s*[日号])?"
    rf"(?:{_JOIN}(?P<mday_to>{NUM})\s*[日号])?"
    rf"|(?P<relmonth>{any_of(_MONTHS)})的?(?P<rday>{NUM})\s*[号日](?:{_JOIN}(?P<rday_to>{NUM})\s*[日号])?"
    rf"|(?P<rmonth>{any_of(_MONTHS)})?的?(?P<rend>{any_of(_TABLE['month_ends'])}|(?<=月)[底末初头])"
    rf"|(?<![0-9./:-])(?P<smonth>1[0-2]|0?[1-9])(?P<sign>[/.-])(?P<sday>3[01]|[12][0-9]|0?[1-9]){_NOT_SLASH}"
    rf"|{_NO_NUMBER}(?P<from>{NUM})\s*[号日]?{_JOIN}(?P<to>{NUM})\s*[号日]"
    rf"|{_NO_NUMBER}(?P<only>{NUM})\s*(?P<mark>[号日])"
)
_HINT = re.compile(
    rf"[天日号月周拜朝早晚夜后明昨节至/.-]|20[0-9]{{2}}|星期|晨|儿|末|{any_of(festivals.NAMES)}|隔|转|接下|未来|今后|起"
)
_NOT_NEAR = re.compile(any_of(_TABLE["not_near"]))
_RECURRING = re.compile(any_of(_TABLE["recurring"]) + "$")
_NEGATED = re.compile(any_of(_TABLE["negated"]) + r"(?:订|要)?$")
_JOINED = re.compile(rf"(?:号|日|那天|那日|中午|晚上|早上)?{_JOIN}")
_COMMA = re.compile(rf"(?:中午|晚上|早上|那天)?\s*{any_of(_TABLE['lists'])}?\s*")
_STARTING = re.compile(
    rf"(?:中午|晚上|早上|中饭|夜饭|晚饭|午饭)?{any_of(_TABLE['starting'])}(?:连续|连着|的)?(?P<n>{NUM})(?P<u>{any_of(_UNITS)})"
)
_RUNNING = re.compile(rf"(?:连|一连)(?:续|着|牢)?(?:订|吃|送|要)?(?P<n>{NUM})(?P<u>{any_of(_UNITS)})")
_A_CLOCK = "[0-9一二三四五六七八九十两]{1,3}\\s*[:点时]"
_NOT_DAY = re.compile(
    rf"\s*(?!{_A_CLOCK})(?:{any_of(_TABLE['not_day'])}|[0-9]|[一二三四五六七八九零幺]{{2}})"
)
_DAY_FOLLOWS = re.compile(rf"\s*(?:{any_of(_TABLE['day_follows'])}|{_A_CLOCK})")
_NOT_BEFORE = re.compile(any_of(_TABLE["not_dates_before"]) + r"\s*$")
_DAY_TALK = re.compile(any_of(_TABLE["day_talk"]))
_MEAL_FOLLOWS = re.compile(r"\s*(?:[早中晚午夜]|上午|下午|到|至|[-~]|订|送|要|的|日|号|来|去|吃|,|$)")
_EDGE = " \t\n,。.!?;、~(吧呢啊呀)"


@dataclass(frozen=True, slots=True)
class Days:
    """Days that were named: one, several listed, or with `last` all from the first to the last.

    `start`, `end`: where the words stand in the text.
    """

    days: tuple[date, ...]
    last: date | None
    start: int
    end: int

    def __str__(self) -> str:
        """2026-11-19, a range 2026-11-23..2026-11-27, or a list 2026-11-19,2026-11-21."""
        if self.last and self.last != self.days[0]:
            return f"{self.days[0]}..{self.last}"
        return ",".join(map(str, self.days))


def find_days(text: str, today: date) -> list[Days]:
    """Every day or stretch of days in the cleaned `text`, in order; refused ones (不是明天) are left out.

    A bare weekday or day of the month is the next one, today included; a prefix (这, 下) counts weeks from Monday.
    """
    if not _HINT.search(text):
        return []
    found: list[Days] = []
    position = 0
    while said := _POINT.search(text, position):
        position = max(said.end(), said.start() + 1)
        day = _read(said, text, found[-1].days[0] if _continues(found, text, said) else today, today)
        if day is None:
            position = said.start() + 1 if _is_run(said) else position
            continue
        if found and (whole := _join(found[-1], day, text)):
            found[-1] = whole
        else:
            found.append(day)
    return [_stretch(day, text) for day in found if not _NEGATED.search(text[: day.start])]


def find_day(text: str, today: date) -> Days | None:
    """The day `text` is about: what it is changed to (改到周五), else the first not past, else the first."""
    found = find_days(text, today)
    if len(found) > 1:
        instead = re.compile(any_of(_TABLE["instead"]) + r"\s*$")
        for day in reversed(found):
            if instead.search(text[: day.start]):
                return day
    return next((day for day in found if (day.last or day.days[-1]) >= today), found[0] if found else None)


def _is_run(said: re.Match[str]) -> bool:
    """Whether a number was refused whose tail may still be a day: 602 25号."""
    return bool(said["only"] or said["from"])


def _continues(found: list[Days], text: str, said: re.Match[str]) -> bool:
    """Whether this day follows 到 or 和 after another one, and is therefore counted from it."""
    between = text[found[-1].end : said.start()] if found else "?"
    return bool(_JOINED.fullmatch(between) or _COMMA.fullmatch(between))


def _join(before: Days, after: Days, text: str) -> Days | None:
    """Two days as one stretch (周一到周五) or one list (周一、周三), when nothing else stands between them."""
    between = text[before.end : after.start]
    if _JOINED.fullmatch(between) and not before.last and after.days[0] >= before.days[0]:
        return Days(before.days[:1], after.last or after.days[-1], before.start, after.end)
    if _COMMA.fullmatch(between) and not before.last and not after.last and after.days[0] > before.days[-1]:
        return Days(before.days + after.days, None, before.start, after.end)
    return None


def _stretch(day: Days, text: str) -> Days:
    """明天起三天, 明天中午连订三天: a day with the number of days that begin with it."""
    if day.last or len(day.days) > 1:
        return day
    found = _STARTING.match(text, day.end) or _RUNNING.search(text, day.end)
    count = found and read_numeral(found["n"])
    if not found or not count:
        return day
    length = count * _UNITS[found["u"]]
    if length > _LONGEST:
        return day
    return Days(day.days, day.days[0] + timedelta(days=length - 1), day.start, day.end)


def _read(said: re.Match[str], text: str, base: date, today: date) -> Days | None:
    """The days of one match. `base`: the day from which bare weekdays and days of the month are counted."""
    name = next(key for key in _READERS if said[key])
    try:
        read = _READERS[name](said, text, base, today)
    except (ValueError, KeyError, OverflowError):
        return None
    if read is None:
        return None
    days, last = read
    return Days(days, last, said.start(), said.end())


_Read = tuple[tuple[date, ...], date | None] | None


def _one(day: date) -> _Read:
    return (day,), None


def _number(word: str) -> int:
    value = read_numeral(word)
    if value is None:
        raise ValueError(word)
    return value


def _full(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    return _one(date(int(said["year"]), _number(said["ymonth"]), _number(said["yday"])))


def _lunar(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    """正月初三, 农历八月十五. 十二月二十 without any such word is a day of the common calendar."""
    month, day = said["lmonth"], said["lday"]
    number = _MONTH_NUMBERS.get(month) or _number(month)
    of_month = _number(day.removeprefix("初"))
    if not (said[0][0] in "农阴旧" or month in _MONTH_NUMBERS or day[0] in "初廿"):
        if (number, of_month) == (8, 15):
            return _one(festivals.lunar_day(8, 15, today))
        return _one(_next_date(number, of_month, today))
    return _one(festivals.lunar_day(number, of_month, today))


def _festival(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    off = timedelta(days=_TABLE["offsets"].get(said["off"] or "", 0))
    return _one(festivals.festival(said["festival"], today - off) + off)


def _span(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    first, last = _SPANS[said["spans"]]
    days = tuple(today + timedelta(days=n) for n in range(first, last + 1))
    return (days, None) if said["spans"] in _LISTED else (days[:1], days[-1])


def _near(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    if any(bad.start() <= said.start() < bad.end() for bad in _NOT_NEAR.finditer(text)):
        return None
    return _one(today + timedelta(days=_NEAR[said["near"]]))


def _monday(today: date, weeks: int) -> date:
    return today + timedelta(days=7 * weeks - today.weekday())


def _weekend(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    if _RECURRING.search(text[: said.start()]):
        return None
    saturday = _monday(today, _WEEKS.get(said["eprefix"] or "这", 0)) + timedelta(days=5)
    return (saturday,), saturday + timedelta(days=1)


def _weekday(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    prefix, before = said["wprefix"], text[: said.start()]
    if base is today and _RECURRING.search(before):
        return None  # 每周三, 一周一次
    wanted = _WEEKDAYS[said["week"]]
    if prefix and prefix != "个":
        day = _monday(today, _WEEKS[prefix]) + timedelta(days=wanted)
    else:
        day = base + timedelta(days=(wanted - base.weekday()) % 7)
    if not said["week_to"]:
        return _one(day)
    return (day,), day + timedelta(days=(_WEEKDAYS[said["week_to"]] - wanted) % 7)


def _whole_week(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    if _RECURRING.search(text[: said.start()]):
        return None
    monday = _monday(today, _WEEKS[said["whole"]])
    return (max(monday, today) if _WEEKS[said["whole"]] == 0 else monday,), monday + timedelta(days=6)


def _passing(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    return _one(today + timedelta(days=min(_number(said["pcount"]) * _UNITS[said["punit"]], _LONGEST)))


def _counted(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    """三天后, 一个礼拜后, 半个月后, 两天前."""
    sign = 1 if said["way"] in _TABLE["after"] else -1
    if said["munit"]:
        if said["count"] == "半":
            return _one(today + timedelta(days=15 * sign))
        return _one(_months_on(today, sign * _number(said["count"])))
    if said["count"] == "半":
        return None
    return _one(today + timedelta(days=sign * min(_number(said["count"]) * _UNITS[said["unit"]], _LONGEST)))


def _coming(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    length = min(_number(said["ccount"]) * _UNITS[said["cunit"]], _LONGEST)
    return (today + timedelta(days=1),), today + timedelta(days=length)


def _month_day(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    month, of_month = _number(said["month"]), _number(said["mday"])
    if said["yword"]:
        day = date(today.year + _YEARS[said["yword"]], month, of_month)
    else:
        day = _next_date(month, of_month, today)
    return ((day,), day.replace(day=_number(said["mday_to"]))) if said["mday_to"] else _one(day)


def _of_relative_month(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    month = _months_on(today.replace(day=1), _MONTHS[said["relmonth"]])
    day = month.replace(day=_number(said["rday"]))
    return ((day,), day.replace(day=_number(said["rday_to"]))) if said["rday_to"] else _one(day)


def _part_of_month(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    """月底, 下个月初. The beginning of this month is past, so that of the next is meant."""
    end = said["rend"]
    which = _TABLE["month_ends"].get(end) or _TABLE["month_ends"][f"月{end}"]
    month = _months_on(today.replace(day=1), _MONTHS.get(said["rmonth"] or "", 0))
    day = _last_of(month) if which == -1 else month.replace(day=which)
    return _one(day if day >= today or said["rmonth"] else _months_on(day, 1))


def _slashed(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    """11/25. With a point or a dash only when it stands alone or a part of the day follows: 11.25 中午."""
    alone = text.strip(_EDGE) == said[0] or base is not today
    if not alone and said["sign"] != "/" and not _MEAL_FOLLOWS.match(text, said.end()):
        return None
    if (
        said["sign"] != "/"
        and not alone
        and not _DAY_TALK.search(text)
        and text[said.end() :][:1] in ("", ",")
    ):
        return None
    return _one(_next_date(int(said["smonth"]), int(said["sday"]), today))


def _from_to(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    """20 号到 22 号, 20-22 号."""
    if _NOT_DAY.match(text, said.end()):
        return None
    first = _next_such_day(_number(said["from"]), base)
    return (first,), _next_such_day(_number(said["to"]), first)


def _only_day(said: re.Match[str], text: str, base: date, today: date) -> _Read:
    """25 号, unless it can be a house: 8 号 in a sentence that speaks of no meal and no day."""
    number = _number(said["only"])
    if _NOT_DAY.match(text, said.end()) or not 1 <= number <= 31:
        return None
    joined = base is not today
    if said["mark"] == "号" and not joined and not _is_day(said, text):
        return None
    return _one(_next_such_day(number, base))


def _is_day(said: re.Match[str], text: str) -> bool:
    before, after = text[: said.start()].strip(_EDGE), text[said.end() :].strip(_EDGE)
    if not before and not after:
        return True
    talk = bool(_DAY_TALK.search(text))
    if _NOT_BEFORE.search(before) and not talk:
        return False
    return talk or bool(_DAY_FOLLOWS.match(text, said.end()) and not _NOT_BEFORE.search(before))


def _next_date(month: int, of_month: int, today: date) -> date:
    """The next such day, today included. Raises ValueError for days that never are."""
    for year in range(today.year, today.year + 9):  # 2 月 29 日 may be eight years away
        if of_month <= calendar.monthrange(year, month)[1] and date(year, month, of_month) >= today:
            return date(year, month, of_month)
    raise ValueError(f"{month}/{of_month}")


def _next_such_day(of_month: int, base: date) -> date:
    """The next day of the month with this number; months without one are passed over."""
    month = base.replace(day=1)
    for _ in range(3):
        if of_month <= _last_of(month).day and (day := month.replace(day=of_month)) >= base:
            return day
        month = _months_on(month, 1)
    raise ValueError(of_month)


def _months_on(day: date, months: int) -> date:
    """The same day `months` later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _last_of(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


_READERS: Mapping[str, Callable[[re.Match[str], str, date, date], _Read]] = {
    "year": _full, "lday": _lunar, "festival": _festival, "spans": _span, "near": _near, "weekend": _weekend,
    "week": _weekday, "whole": _whole_week, "pcount": _passing, "way": _counted, "ccount": _coming,
    "mday": _month_day, "rday": _of_relative_month, "rend": _part_of_month, "sday": _slashed, "to": _from_to,
    "only": _only_day,
}  # fmt: skip
