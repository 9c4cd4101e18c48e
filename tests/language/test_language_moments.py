"""Days and times as staff write them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SHANGHAI
from bot.language.moments import read_span

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=SHANGHAI)  # a Wednesday


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "starts", "rest"),
    [
        ("明天下午3点", "11-19T15:00", ""), ("明天3点", "11-19T15:00", ""), ("后天8点半", "11-20T08:30", ""),
        ("今晚7点", "11-18T19:00", ""), ("明早八点", "11-19T08:00", ""), ("大后天上午10点15", "11-21T10:15", ""),
        ("周五下午三点一刻", "11-20T15:15", ""), ("周三下午3点", "11-18T15:00", ""), ("周三9点", "11-25T09:00", ""),
        ("下周一 15:30", "11-23T15:30", ""), ("下周三9点", "11-25T09:00", ""), ("星期日中午1点", "11-22T13:00", ""),
        ("11月25日9点", "11-25T09:00", ""), ("25号上午9点", "11-25T09:00", ""), ("3号9点", "12-03T09:00", ""),
        ("下午4点", "11-18T16:00", ""), ("16:05", "11-18T16:05", ""), ("晚上12点", "11-19T00:00", ""),
        ("中午12点", "11-18T12:00", ""),
        ("明天１５：００ 带配件", "11-19T15:00", "带配件"), ("改到明天下午3点", "11-19T15:00", "改"),
        ("等配件 3天", "11-21T10:00", "等配件"), ("等配件，2小时后", "11-18T12:00", "等配件"),
        ("等两天", "11-20T10:00", "等"), ("等明天的配件 到周五下午5点", "11-20T17:00", "等明天的配件"),
        ("到周五 等配件", "11-20T09:00", "等配件"), ("等配件 到周五", "11-20T09:00", "等配件"),
        ("明晚7点", "11-19T19:00", ""), ("周一周三9点", "11-23T09:00", ""), ("一个礼拜后", "11-25T10:00", ""),
        ("大大后天上午9点", "11-22T09:00", ""), ("圣诞节下午两点", "12-25T14:00", ""),
        ("明朝夜到7点", "11-19T19:00", ""),
        ("等配件 周一到周三", "11-25T09:00", "等配件"), ("半天", "11-18T22:00", ""), ("两个星期", "12-02T10:00", ""),
    ],
)  # fmt: skip
def test_a_moment(text: str, starts: str, rest: str) -> None:
    found = read_span(text, NOW)
    assert found is not None
    assert (found.starts, found.rest) == (_at(starts), rest)


@pytest.mark.parametrize(
    ("text", "starts", "ends"),
    [
        ("明天下午3点到5点", "11-19T15:00", "11-19T17:00"), ("明天9点-11点半", "11-19T09:00", "11-19T11:30"),
        ("周五上午", "11-20T09:00", "11-20T12:00"), ("明天下午", "11-19T14:00", "11-19T17:00"),
        ("明天上午11点到下午1点", "11-19T11:00", "11-19T13:00"), ("明天15:00~16:30", "11-19T15:00", "11-19T16:30"),
    ],
)  # fmt: skip
def test_from_until(text: str, starts: str, ends: str) -> None:
    found = read_span(text, NOW)
    assert found is not None
    assert (found.starts, found.ends, found.timed) == (_at(starts), _at(ends), True)


def test_a_day_alone_has_no_time() -> None:
    found = read_span("明天", NOW)
    assert found is not None
    assert (found.starts, found.ends, found.timed) == (_at("11-19T09:00"), None, False)


@pytest.mark.parametrize(
    "text", ["", "等配件", "3号楼电梯", "换了2个灯", "2月30日9点", "25点", "9点75分", "周围没人", "下单了"]
)
def test_no_moment(text: str) -> None:
    assert read_span(text, NOW) is None


@given(st.integers(1, 300), st.integers(0, 23), st.integers(0, 59))
def test_any_date_and_time_written_out_is_read_back(days: int, hour: int, minute: int) -> None:
    at = (NOW + timedelta(days=days)).replace(hour=hour, minute=minute)
    part = "下午" if hour > 12 else "上午"
    found = read_span(f"{at.month}月{at.day}日{part}{(hour - 12) if hour > 12 else hour}点{minute}分", NOW)
    assert found is not None
    assert (found.starts, found.timed) == (at, True)


@given(st.text(alphabet="今明后天周下一二三五上午中晚点半到至月日号小时0123456789:-个内 ", max_size=20))
def test_any_words_are_read_or_not_but_never_break(text: str) -> None:
    found = read_span(text, NOW)
    assert found is None or found.starts.tzinfo is not None
