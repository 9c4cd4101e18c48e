"""The page 排班: a week of shifts, the week once more, leaves with substitutes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from handlers.console import Desk, make_blueprint
from models import tables as t
from models.actions.desk import SaveUser
from tests.console.conftest import HASH, Visitor
from tests.console.reading import Page
from tests.town import TestTown, clock, database_url, migrated, store, town

__all__ = ["clock", "database_url", "migrated", "store", "town"]
WEEK = "2026-03-02"  # the Monday on which it is nine in the morning


@dataclass
class Clerk:
    """Somebody of 安居物业 before the roster."""

    town: TestTown
    browser: Visitor
    unit: str

    def shows(self, week: str = WEEK) -> Page:
        return self.browser.open(f"/console/roster?unit={self.unit}&week={week}")

    def worker(self, name: str) -> str:
        return str(self.town.planted.workers[name])

    def adds(self, name: str, *days: int, begins: str = "08:00", ends: str = "17:00") -> Page:
        self.shows()
        form = {"unit": self.unit, "week": WEEK, "worker": self.worker(name), "from": begins, "to": ends}
        return self.posts("shifts", **form, days=[str(day) for day in days])

    def leaves(self, name: str, begins: str, ends: str, substitute: str = "") -> Page:
        self.shows()
        instead = self.worker(substitute) if substitute else ""
        form = {"unit": self.unit, "week": WEEK, "worker_id": self.worker(name), "substitute_id": instead}
        return self.posts("leaves", **form, starts_at=begins, ends_at=ends)

    def posts(self, what: str, **form: str | list[str]) -> Page:
        data = {"csrf_token": self.browser.page.token, **form}
        answer = Page.of(self.browser.client.post(f"/console/roster/{what}", data=data))
        return self.browser.open(answer.headers["Location"]) if answer.status == 302 else answer


@pytest.fixture
def clerk(town: TestTown, tmp_path: Path) -> Clerk:
    """Signed in."""
    unit = town.planted.units["安居物业"]
    town.do(SaveUser("anju", "firm", HASH, unit))
    app = Flask("test")
    app.config.update(SECRET_KEY="fixed-for-tests", TESTING=True)
    desk = Desk(town.store, town.clock, "http://localhost", tmp_path, {"lift": "电梯"}, str, wall=town.clock)
    app.register_blueprint(make_blueprint(desk))
    browser = Visitor(app.test_client())
    assert browser.sign_in("anju").status == 302
    return Clerk(town, browser, str(unit))


def _column(page: Page, day: str) -> str:
    """The words of one day of the week."""
    part = page.html.partition(f"<h3>{day} ")[2].partition("</ul>")[0]
    return " ".join(re.sub("<[^>]+>", " ", part).split())


def test_an_empty_week_says_what_to_do(clerk: Clerk) -> None:
    page = clerk.shows()
    assert "这一周还没有排班" in page.text
    assert "从上一周复制" not in page.text
    assert "按“人员”页里的“设为值班”派工单" in page.text


def test_one_form_makes_the_shifts_of_several_days(clerk: Clerk) -> None:
    page = clerk.adds("李华", 0, 1, 4)
    assert "李华排了 3 个班：周一、周二、周五" in page.text
    assert "李华 8:00–17:00" in _column(page, "周五")
    assert "没有人" in _column(page, "周三")
    assert "现在值班：李华" in page.text
    assert [row.what for row in clerk.town.rows(t.audit)] == ["shift_set"] * 3


def test_a_night_shift_ends_on_the_next_day(clerk: Clerk) -> None:
    page = clerk.adds("王伟", 6, begins="20:00", ends="08:00")
    assert "20:00–次日 8:00" in _column(page, "周日")
    assert "王伟" not in clerk.shows("2026-03-09").html.partition('<ol class="week">')[2]
    (row,) = clerk.town.rows(t.shift)
    assert (row.starts_at.isoformat(), row.ends_at.isoformat()) == (
        "2026-03-08T12:00:00+00:00",
        "2026-03-09T00:00:00+00:00",
    )


def test_a_day_that_is_taken_is_left_alone(clerk: Clerk) -> None:
    clerk.adds("李华", 0)
    page = clerk.adds("李华", 0, 1, begins="12:00", ends="20:00")
    assert "李华排了 1 个班：周二" in page.text
    assert "周一没有排：李华那天有别的班" in page.text
    assert "8:00–17:00" in _column(page, "周一")


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        ({"worker": ""}, "worker", "请选择是谁"),
        ({"days": "9"}, "days", "请至少勾一天"),
        ({"from": "8 点"}, "from", "请写几点开始"),
        ({"to": ""}, "to", "请写几点结束"),
        ({"to": "08:00"}, "to", "请写几点结束"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    clerk: Clerk, form: dict[str, str], field: str, said: str
) -> None:
    clerk.shows()
    good = {"unit": clerk.unit, "week": WEEK, "worker": clerk.worker("李华"), "from": "08:00", "to": "17:00"}
    page = clerk.posts("shifts", **{**good, "days": ["1"], **form})
    assert page.status == 422
    assert said in page.html.partition(f'id="{field}-wrong">')[2].partition("</p>")[0]
    assert clerk.town.rows(t.shift) == []
    if field != "days":
        assert re.search(r'value="1" checked', page.html)  # what was right is kept


def test_a_shift_is_taken_off(clerk: Clerk) -> None:
    page = clerk.adds("李华", 2)
    shift = clerk.town.rows(t.shift)[0].id
    page = clerk.posts(f"shifts/{shift}/drop")
    assert "去掉了李华 3 月 4 日（周三）08:00 到 17:00的班" in page.text
    assert clerk.town.rows(t.shift) == []
    assert clerk.town.rows(t.audit)[-1].what == "shift_dropped"


def test_a_week_is_copied_into_the_next(clerk: Clerk) -> None:
    clerk.adds("李华", 0, 1)
    page = clerk.posts("copy", unit=clerk.unit, week=WEEK)
    assert "复制了 2 个班" in page.text
    assert "3 月 9 日 到 3 月 15 日" in page.text
    assert "李华" in _column(page, "周二")
    page = clerk.posts("copy", unit=clerk.unit, week=WEEK)
    assert "复制了 0 个班，有 2 个已经排过，没有动" in page.text
    empty = clerk.shows("2026-03-16").text
    assert "从上一周复制" in empty
    assert "没有可以复制的" in clerk.posts("copy", unit=clerk.unit, week="2026-04-06").text


def test_hours_with_nobody_on_duty_are_named(clerk: Clerk) -> None:
    page = clerk.adds("李华", 0, 1, 2, 3, 4, 5, 6, begins="08:00", ends="17:00")
    assert "这些时候没有人值班" in page.text
    assert "3 月 3 日（周二）17:00 到 17:30" in page.text
    clerk.adds("王伟", 0, 1, 2, 3, 4, 5, 6, begins="17:00", ends="18:00")
    assert "这些时候没有人值班" not in clerk.shows().text


def test_somebody_goes_away_and_somebody_stands_in(clerk: Clerk) -> None:
    clerk.adds("李华", 2)
    page = clerk.leaves("李华", "2026-03-04T00:00", "2026-03-05T00:00", "王伟")
    assert "李华请假已经登记" in page.text
    assert "请假，王伟代" in _column(page, "周三")
    assert "王伟代班" in page.text
    page = clerk.leaves("王伟", "2026-03-04T10:00", "2026-03-04T12:00")
    assert "王伟这段时间本来要替李华代班" in page.text
    leave = clerk.town.rows(t.leave)[0].id
    assert "李华的请假已经结束" in clerk.posts(f"leaves/{leave}/end", week=WEEK).text
    assert len(clerk.town.rows(t.leave)) == 1


@pytest.mark.parametrize(
    ("begins", "ends", "substitute", "field", "said"),
    [
        ("", "2026-03-05T00:00", "", "starts_at", "请写从什么时候"),
        ("2026-03-04T00:00", "x", "", "ends_at", "请写到什么时候"),
        ("2026-03-04T00:00", "2026-03-03T00:00", "", "ends_at", "要比“从”晚"),
        ("2026-03-04T00:00", "2026-03-05T00:00", "李华", "substitute_id", "请从名单里选一位同事"),
        ("2026-03-04T00:00", "2026-03-05T00:00", "赵敏", "substitute_id", "请从名单里选一位同事"),
        ("2026-03-04T00:00", "2026-03-05T00:00", "陈静", "substitute_id", "自己也请假"),
        ("2026-03-11T00:00", "2026-03-13T00:00", "", "starts_at", "已经请过假了"),
    ],
)
def test_a_leave_that_cannot_be_is_explained(
    clerk: Clerk, begins: str, ends: str, substitute: str, field: str, said: str
) -> None:
    clerk.leaves("陈静", "2026-03-04T12:00", "2026-03-06T00:00")
    clerk.leaves("李华", "2026-03-10T00:00", "2026-03-12T00:00")
    page = clerk.leaves("李华", begins, ends, substitute)
    assert page.status == 422
    assert said in page.html.partition(f'id="{field}-wrong">')[2].partition("</p>")[0]
    assert len(clerk.town.rows(t.leave)) == 2


def test_who_is_on_duty_and_away_is_shown_with_who_stands_in(clerk: Clerk) -> None:
    clerk.adds("李华", 0)
    page = clerk.leaves("李华", "2026-03-02T08:00", "2026-03-02T10:00", "王伟")
    assert "现在值班：李华（请假，王伟代班）" in page.text
    clerk.adds("陈静", 0)
    page = clerk.leaves("陈静", "2026-03-02T08:00", "2026-03-02T10:00")
    assert "陈静（请假，没有人代班）" in page.text


def test_the_page_knows_when_colleagues_are_away(clerk: Clerk) -> None:
    page = clerk.leaves("陈静", "2026-03-04T12:00", "2026-03-06T00:00")
    offered = page.html.partition('id="substitute_id"')[2].partition("</select>")[0]
    assert f'<option value="{clerk.worker("陈静")}" data-away="2026-03-04T12:00/2026-03-06T00:00">' in offered
    assert "赵敏" not in page.text


def test_a_week_that_cannot_be_is_this_week(clerk: Clerk) -> None:
    for week in ("", "soon", "9999-12-31", "0001-01-01"):
        assert "3 月 2 日 到 3 月 8 日" in clerk.shows(week).text


def test_the_page_opens_on_the_first_unit_that_has_people(clerk: Clerk) -> None:
    units = clerk.town.rows(t.handling_unit)
    staffed = {row.unit_id for row in clerk.town.rows(t.worker) if row.active}
    first = next(row for row in units if row.id in staffed)
    assert units[0].id not in staffed
    clerk.town.do(SaveUser("chief", "admin", HASH))
    clerk.browser.post("/console/sign-out")
    clerk.browser.sign_in("chief")
    page = clerk.browser.open("/console/roster")
    assert f'value="{first.id}" selected' in page.html
