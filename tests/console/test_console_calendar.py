"""The tab 日历: a year as a picture, one day changed, a whole year pasted, all taken back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest

from handlers.console.calendar_year import MOST_BYTES
from models import tables as t
from models.rules.calendar import statutory
from tests.console.conftest import Console, Page, Visitor

PATH = "/console/settings/calendar"
OF_2027 = "\n".join(f"{on},休,{name}" for on, name in statutory(2027).items()) + "\n2027-02-14,班,春节"


@pytest.fixture
def admin(console: Console) -> Visitor:
    visitor = console.signed_in("admin")
    visitor.open(PATH)
    return visitor


def cells(html: str) -> list[str]:
    """What the table of changes says, cell by cell."""
    return re.findall(r"<t[dh](?: class=\"nowrap\")?>(?:<strong>)?([^<]+)<", html)


def shown(html: str) -> str:
    """What the preview would send back to be saved."""
    (lines,) = re.findall(r'name="text" value="([^"]+)"', html)
    return lines


def uploaded(admin: Visitor, content: bytes, **environ: str) -> Page:
    form = {
        "csrf_token": admin.page.token,
        "year": "2026",
        "text": "",
        "file": (BytesIO(content), "2027.csv"),
    }
    return Page.of(admin.client.post(f"{PATH}/year", data=form, environ_overrides=environ))


def audited(console: Console) -> list[tuple[str, str]]:
    return [(row.what, row.subject) for row in console.rows(t.audit)]


def test_a_year_shows_its_days_off_and_its_make_up_days(admin: Visitor) -> None:
    page = admin.open(f"{PATH}?year=2026")
    assert page.html.count('class="holiday') == 33
    assert page.html.count('class="make_up') == 6
    assert "国庆节" in page.html
    assert "冬至" in page.html
    assert "还没有登记" not in page.text
    assert "2027 年的调休还没有登记" in admin.open(f"{PATH}?year=2027").text


def test_a_day_is_changed_and_taken_back(console: Console, admin: Visitor) -> None:
    page = admin.send(f"{PATH}/day", day="2026-10-10", works="no", name=" 邻里  节 ")
    assert "10 月 10 日改成了放假" in page.text
    (row,) = console.rows(t.calendar_day)
    assert (row.day, row.works, row.name) == (date(2026, 10, 10), False, "邻里 节")
    assert "现在：放假，邻里 节。" in admin.open(f"{PATH}?day=2026-10-10").text
    admin.open(PATH)
    assert "已经恢复" in admin.send(f"{PATH}/forget", day="2026-10-10").text
    assert console.rows(t.calendar_day) == []
    assert audited(console) == [("day_saved", "2026-10-10"), ("day_forgotten", "2026-10-10")]


def test_a_year_is_pasted_looked_at_and_no_longer_missing(console: Console, admin: Visitor) -> None:
    page = admin.post(f"{PATH}/year", year="2027", text=OF_2027)
    assert "2027 年的安排（还没有保存）" in page.text
    assert "没有写到" not in page.text
    assert cells(page.html) == ["2 月 14 日（周日）", "周末", "上班（调休），春节"]
    assert console.rows(t.calendar_day) == audited(console) == []
    page = admin.send(f"{PATH}/year", year="2027", text=shown(page.html), do="save")
    assert "登记好了 2027 年的 20 天：放假 19 天，周末上班 1 天" in page.text
    assert "还没有登记" not in page.text
    assert len(console.rows(t.calendar_day)) == 20
    assert audited(console) == [("days_saved", "2027")]
    admin.send(f"{PATH}/forget", year="2027")
    assert console.rows(t.calendar_day) == []


def test_a_part_of_a_year_is_said_to_be_a_part_and_leaves_what_was_written_before(
    console: Console, admin: Visitor
) -> None:
    admin.send(f"{PATH}/day", day="2027-03-08", works="no")
    admin.send(f"{PATH}/day", day="2027-01-04", works="no", name="社区日")
    page = admin.post(f"{PATH}/year", year="2027", text="2027-01-01,休,元旦\n2027-01-04,班,元旦")
    assert "有法定节假日没有写到" in page.text
    assert cells(page.html) == ["1 月 4 日（周一）", "放假，社区日", "上班，元旦"]
    assert "没有写到的 1 天不变" in page.text
    admin.send(f"{PATH}/year", year="2027", text=shown(page.html), do="save")
    assert len(console.rows(t.calendar_day)) == 3


def test_the_year_is_the_one_that_the_announcement_names(console: Console, admin: Visitor) -> None:
    text = "关于2027年部分节假日安排的通知\n一、元旦：1月1日（周五）至3日（周日）放假。"
    page = admin.post(f"{PATH}/year", year="2026", text=text)
    assert "2027 年的安排（还没有保存）" in page.text
    admin.send(f"{PATH}/year", year="2026", text=shown(page.html), do="save")
    assert {row.day.year for row in console.rows(t.calendar_day)} == {2027}


def test_a_file_is_looked_at_saved_and_not_kept(console: Console, admin: Visitor) -> None:
    page = uploaded(admin, "日期,安排,名称\n2027-01-01,休,元旦\n2027-01-04,班,元旦".encode("gb18030"))
    assert cells(page.html) == ["1 月 4 日（周一）", "上班", "上班，元旦"]
    assert list(console.photo_dir.parent.rglob("*.sheet")) == []
    admin.send(f"{PATH}/year", year="2026", text=shown(page.html), do="save")
    assert [(row.day, row.works) for row in console.rows(t.calendar_day)] == [
        (date(2027, 1, 1), False),
        (date(2027, 1, 4), True),
    ]


def test_every_wrong_line_of_a_file_is_named(console: Console, admin: Visitor) -> None:
    page = uploaded(admin, "2027-01-01,休,元旦\n2027-02-30,休\n明天,休\n2101-01-01,休".encode())
    assert page.status == 422
    for said in ("第 2 行没有 2027 年 2 月 30 日", "第 3 行没看懂", "2101 年不在能登记的年份里"):
        assert said in page.text
    assert "旧的 .xls" in uploaded(admin, bytes.fromhex("d0cf11e0a1b11ae1")).text
    assert console.rows(t.calendar_day) == []


def test_a_file_may_be_a_table_of_a_year_but_not_endless(console: Console, admin: Visitor) -> None:
    page = uploaded(admin, b"2027-01-01,?\n" * 30_000)
    assert page.status == 422
    assert page.html.count("没看懂") == 10
    assert "后面还有" in page.text
    assert uploaded(admin, b"2027-01-01,?", CONTENT_LENGTH=str(MOST_BYTES + 1)).status == 413
    assert console.rows(t.calendar_day) == []


def test_what_is_saved_of_a_long_year_is_all_that_was_looked_at(console: Console, admin: Visitor) -> None:
    name = "从早到晚都热热闹闹的邻里节放假日"
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    page = uploaded(admin, "\n".join(f"{on},休,{name}" for on in days).encode())
    assert len(shown(page.html)) > 10_000
    admin.send(f"{PATH}/year", year="2027", text=shown(page.html).replace("\n", "\r\n"), do="save")
    assert {row.day: row.name for row in console.rows(t.calendar_day)} == dict.fromkeys(days, name)


def test_a_text_that_is_too_long_is_refused_and_not_cut(admin: Visitor) -> None:
    lines = [f"{date(2027, 1, 1) + timedelta(days=n % 300)},休,元旦" for n in range(700)]
    page = admin.post(f"{PATH}/year", year="2027", text="\r\n".join(lines))
    assert page.status == 422
    assert "一次最多 10000 个" in page.text
    assert lines[-1] in page.html
    assert "还没有保存" in admin.post(f"{PATH}/year", year="2027", text="\r\n".join(lines[:620])).text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "明年再说",
        "2027-01-01,休\n2027-01-32,休",
        "2026-01-01,休\n2027-01-01,休",
        "2150-01-01,休",
        "一、元旦：1月1日（周六）放假。",
    ],
)
def test_what_cannot_be_read_saves_nothing_and_is_not_lost(
    console: Console, admin: Visitor, text: str
) -> None:
    page = admin.post(f"{PATH}/year", year="2027", text=text)
    assert page.status == 422
    assert "没有保存" in page.text
    assert text in page.html
    assert console.rows(t.calendar_day) == []


@pytest.mark.parametrize("query", ["?year=0", "?year=99999", "?year=x", "?day=2026-02-30", "?day=9999-12-31"])
def test_an_address_that_names_no_year_shows_this_one(admin: Visitor, query: str) -> None:
    page = admin.open(PATH + query)
    assert page.status == 200
    assert "2026 年" in page.text


@pytest.mark.parametrize(
    "form", [{}, {"day": "x"}, {"day": "1999-01-01"}, {"day": "2026-01-01", "name": "长" * 99}]
)
def test_a_day_that_is_none_is_refused(console: Console, admin: Visitor, form: dict[str, str]) -> None:
    admin.post(f"{PATH}/day", **form)
    assert all(len(row.name) <= 16 for row in console.rows(t.calendar_day))
    assert len(console.rows(t.calendar_day)) == ("name" in form)


def test_the_roster_names_holidays(console: Console, admin: Visitor) -> None:
    thursday = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
    shift = {"worker_id": 1, "starts_at": thursday, "ends_at": thursday + timedelta(hours=8)}
    with console.store.work(console.clock.now()) as work:
        work.conn.execute(t.shift.insert().values(shift))
    assert "10 月 1 日，国庆节放假" in admin.open("/console/roster?unit=1&week=2026-09-28").text
