"""Hours of duty: written by a clerk, kept as data, shown as they may be written again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.console.duty import duty_text, read_duty
from models import tables as t
from tests.console.conftest import Console

WEEKDAYS = [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("周一至周五 8:30-17:30", [(WEEKDAYS, "08:30", "17:30")]),
        (
            "周一到周五，8:30～11:30、13:00—17:30",
            [(WEEKDAYS, "08:30", "11:30"), (WEEKDAYS, "13:00", "17:30")],
        ),
        (
            "星期二 19：00至21：00；周六、周日 9:00-16:00",
            [([2], "19:00", "21:00"), ([6, 7], "09:00", "16:00")],
        ),
        ("工作日 8:30-17:30", [([1, 2, 3, 4, 5], "08:30", "17:30")]),
        ("节假日、周末 9:00-12:00", [([6, 7, 8], "09:00", "12:00")]),
        ("每天 0:00-24:00", [(list(range(1, 8)), "00:00", "24:00")]),
        ("周六日 9:00-12:00", [([6, 7], "09:00", "12:00")]),
        ("礼拜天 20:00-2:00", [([7], "20:00", "02:00")]),
    ],
)
def test_hours_are_read(text: str, rows: list[tuple[list[int], str, str]]) -> None:
    assert [(one["days"], one["from"], one["to"]) for one in read_duty(text)] == rows


@pytest.mark.parametrize(
    "text",
    [
        "随时",
        "周一",
        "8:30-17:30",
        "周八 8:30-17:30",
        "周一 25:00-26:00",
        "周一 8:30-17:30 左右",
        "周五至周一 8:00-9:00",
    ],
)
def test_what_is_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_duty(text)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sets(st.integers(1, 7), min_size=1), st.integers(0, 1439), st.integers(0, 1440)),
        max_size=4,
    )
)
def test_what_is_shown_can_be_typed_again(spans: list[tuple[set[int], int, int]]) -> None:
    rows = tuple(
        {"days": sorted(days), "from": f"{a // 60:02}:{a % 60:02}", "to": f"{b // 60:02}:{b % 60:02}"}
        for days, a, b in spans
    )
    assert read_duty(duty_text(rows)) == rows


def test_an_administrator_sets_the_hours_of_a_unit(console: Console) -> None:
    admin = console.signed_in("admin")
    path = "/console/settings/units/1"
    admin.open(path)
    wrong = admin.post(path, name="安居物业", hours="随时")
    assert "没看懂" in wrong.text
    admin.send(path, name="安居物业", hours="周一至周五 8:30-17:30")
    assert console.rows(t.handling_unit)[0].hours == [{"days": WEEKDAYS, "from": "08:30", "to": "17:30"}]
    assert "周一至周五 8:30-17:30" in admin.open(path).html
    admin.send(path, name="安居物业", hours="")
    assert console.rows(t.handling_unit)[0].hours is None
