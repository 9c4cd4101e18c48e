"""Working days, make-up days, festivals, and a year that nobody has announced yet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.announcement import as_lines, read_announcement, read_table
from models.rules.calendar import PLAIN, Calendar, Kind, OwnDay, festivals, names_of, unannounced

# What the State Council announced for 2026, as it was published in November 2025.
OF_2026 = """国务院办公厅关于2026年部分节假日安排的通知
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。"""
NOVEMBER = date(2026, 11, 22)
SOON = timedelta(days=45)


def days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=day) for day in range((date(year + 1, 1, 1) - first).days)]


def of_kind(kind: str, year: int, calendar: Calendar = PLAIN) -> list[str]:
    return [on.strftime("%m-%d") for on in days(year) if calendar.day(on).kind == kind]


def test_the_days_off_and_the_make_up_days_of_2026() -> None:
    assert len(of_kind("holiday", 2026)) == 33
    assert of_kind("make_up", 2026) == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert sum(PLAIN.workday(on) for on in days(2026)) == 248


@pytest.mark.parametrize(
    ("on", "kind", "name"),
    [
        (date(2026, 10, 1), "holiday", "国庆节"),
        (date(2026, 10, 3), "holiday", "国庆节"),  # a Saturday, and a holiday
        (date(2026, 10, 10), "make_up", "国庆节"),
        (date(2026, 10, 11), "weekend", ""),
        (date(2026, 10, 12), "workday", ""),
        (date(2026, 2, 16), "holiday", "春节"),
    ],
)
def test_what_a_day_is(on: date, kind: Kind, name: str) -> None:
    assert (PLAIN.day(on).kind, PLAIN.day(on).name) == (kind, name)


def test_of_a_year_not_announced_the_statutory_days_are_known() -> None:
    off = [
        *("01-01", "02-05", "02-06", "02-07", "02-08", "02-09", "02-10", "04-05"),
        *("05-01", "05-02", "05-03", "05-04", "06-09", "09-15", "10-01", "10-02", "10-03", "10-04", "10-05"),
    ]
    assert of_kind("holiday", 2027) == off
    assert of_kind("make_up", 2027) == []
    assert PLAIN.day(date(2027, 2, 5)).name == "春节"


def test_a_day_after_all_that_is_known_goes_by_its_weekday() -> None:
    assert PLAIN.day(date(2150, 10, 1)).kind == "workday"


def test_an_announcement_that_is_pasted_tells_what_the_package_knows() -> None:
    """2026 read from its own text is, day for day, 2026 as chinesecalendar has it."""
    read = read_announcement(OF_2026, 2027)  # the year is the one that it names
    pasted = Calendar(read)
    assert read_announcement(as_lines(read), 2027) == read
    for on in days(2026):
        assert (pasted.day(on).kind, pasted.day(on).name) == (PLAIN.day(on).kind, PLAIN.day(on).name), on


def test_lines_of_a_table_are_read_too() -> None:
    text = "日期,安排,名称\n2027-01-01,休,元旦\n2027/1/2\t休\t元旦\n２０２７年1月4日，班，元旦\n"
    assert read_announcement(text, 2027) == {
        date(2027, 1, 1): OwnDay(False, "元旦"),
        date(2027, 1, 2): OwnDay(False, "元旦"),
        date(2027, 1, 4): OwnDay(True, "元旦"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有看到日期"),
        ("随便写的", "没有看到日期"),
        ("2027-01-01,也许,元旦", "第 1 行没看懂"),
        ("2027-01-01,休\n2027-01-01,班", "第 2 行和前面的说法不一样"),
        ("2027-02-30,休", "没有 2027 年 2 月 30 日"),
        ("2028-01-01,休\n2027-01-01,休", "2027 年和 2028 年的日子混在一起"),
        ("一、元旦：1月1日（周六）放假。", "2027 年 1 月 1 日是周五，不是周六"),
        ("一、元旦：1月1日至3日（农历冬月、星期六）放假。", "2027 年 1 月 3 日是周日，不是星期六"),
        ("一、元旦：1月1日至2月20日放假。", "不像一个假期"),
        ("一、元旦：1日放假。", "没有 2027 年 0 月"),
        (OF_2026.replace("10月", "13月"), "没有 2026 年 13 月"),
        (OF_2026.replace("2026年", ""), "2027 年 1 月 1 日是周五，不是周四"),
    ],
)
def test_what_cannot_be_read_is_said_and_not_guessed(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_announcement(text, 2027)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_announcement(text, 2027)
    except ValueError as wrong:
        assert str(wrong)  # noqa: PT017
    else:
        assert len({on.year for on in found}) == 1


def test_a_year_is_announced_by_a_package_or_when_the_town_has_all_its_statutory_days() -> None:
    assert PLAIN.announced(2026)
    assert not PLAIN.announced(2027)
    one_day = Calendar({date(2027, 10, 1): OwnDay(False, "国庆节")})
    assert not one_day.announced(2027)
    legal = {on: OwnDay(False) for on in days(2027) if PLAIN.day(on).kind == "holiday"}
    assert Calendar(legal).announced(2027)


def test_the_year_that_is_missing_is_told_when_it_is_near() -> None:
    assert unannounced(NOVEMBER, SOON, PLAIN) == 2027
    assert unannounced(date(2026, 11, 16), SOON, PLAIN) is None
    assert unannounced(date(2027, 3, 1), SOON, PLAIN) == 2027


def test_the_town_s_own_days_count_above_all() -> None:
    own = Calendar({date(2026, 10, 10): OwnDay(False, "社区活动"), date(2026, 10, 7): OwnDay(True)})
    assert own.day(date(2026, 10, 10)).kind == "holiday"
    assert own.day(date(2026, 10, 10)).name == "社区活动"
    assert own.workday(date(2026, 10, 7))
    assert own.day(date(2026, 10, 7)).kind == "workday"


@pytest.mark.parametrize(
    ("on", "name"),
    [
        (date(2027, 2, 5), "除夕"),
        (date(2027, 2, 6), "初一"),
        (date(2027, 2, 20), "元宵"),
        (date(2026, 4, 5), "清明"),
        (date(2026, 6, 19), "端午"),
        (date(2026, 8, 19), "七夕"),
        (date(2027, 9, 15), "中秋"),
        (date(2026, 10, 18), "重阳"),
        (date(2026, 12, 22), "冬至"),
        (date(2027, 1, 15), "腊八"),
        (date(2025, 10, 29), "重阳"),  # after a leap month
    ],
)
def test_festivals(on: date, name: str) -> None:
    assert festivals(on.year)[on] == (name,)


def test_a_year_names_each_festival_once() -> None:
    """腊八 may fall twice into a year, or into none; every other one comes once."""
    for year in range(2020, 2040):
        named = [name for names in festivals(year).values() for name in names if name != "腊八"]
        assert sorted(named) == sorted(
            ["除夕", "初一", "元宵", "清明", "端午", "七夕", "中秋", "重阳", "冬至"]
        ), year


def test_a_holiday_and_its_festival_are_named_once() -> None:
    assert names_of(date(2026, 4, 5)) == ("清明节",)
    assert names_of(date(2026, 2, 17)) == ("春节", "初一")
    assert names_of(date(2026, 10, 10)) == ()


@given(st.dates(date(2004, 1, 1), date(2040, 12, 31)), st.booleans())
def test_every_day_is_of_one_kind(on: date, works: bool) -> None:
    one = PLAIN.day(on)
    assert one.kind in get_args(Kind)
    assert one.works == (one.kind in ("workday", "make_up"))
    assert Calendar({on: OwnDay(works)}).workday(on) is works


def test_a_table_is_read_no_further_than_twenty_faults() -> None:
    lines = iter([(number, ["2027-01-01", "?"]) for number in range(1, 1000)])
    days, faults = read_table(lines)
    assert days == {}
    assert len(faults) == 21
    assert "从第 21 行起没有再看" in faults[-1]
    assert next(lines) == (22, ["2027-01-01", "?"])
