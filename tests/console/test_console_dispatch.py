"""What a clerk does with who works on an order and when, through the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.console import Desk
from models import tables as t
from models import views
from models.actions.console_orders import CloseOrder
from models.actions.desk import SaveUser
from models.actions.roster import SetLeave, SetShift
from models.actions.staff import Claim
from models.actions.transfer import Transfer
from tests.console.conftest import HASH, Visitor
from tests.console.reading import Page
from tests.console.site import URL, console_app
from tests.town import TestTown, clock, database_url, migrated, store, town

__all__ = ["clock", "database_url", "migrated", "store", "town"]


@dataclass
class Clerk:
    """A clerk of the community in the sample neighbourhood, before an order that 李华 holds."""

    town: TestTown
    browser: Visitor
    order_id: int
    user_id: int

    def does(self, what: str, **form: str) -> Page:
        self.browser.open("/console/orders/1001")
        return self.browser.send(f"/console/orders/1001/{what}", **form)

    def worker(self, name: str) -> str:
        return str(self.town.planted.workers[name])


@pytest.fixture
def clerk(town: TestTown, tmp_path: Path) -> Clerk:
    """She is signed in."""
    order_id = int(town.order()["order_id"])
    assert town.do(Claim(order_id, town.planted.workers["李华"]))["ok"]
    area = next(one.id for one in town.see(views.areas) if one.level == "community")
    user_id = int(town.do(SaveUser("she", "community", HASH, area_id=area))["user_id"])
    town.do(SaveUser("anju", "firm", HASH, town.planted.units["安居物业"]))
    desk = Desk(town.store, town.clock, URL, tmp_path, {"lift": "电梯"}, str, wall=town.clock)
    browser = Visitor(console_app(desk).test_client())
    assert browser.sign_in("she").status == 302
    return Clerk(town, browser, order_id, user_id)


def test_an_order_goes_on_to_another_unit(clerk: Clerk) -> None:
    unit = clerk.town.planted.units["和平社区居委会"]
    assert "已经转过去" in clerk.does("transfer", unit=str(unit), words="要社区出面").text
    row = clerk.town.row(clerk.order_id)
    assert (row.unit_id, row.holder_id is None or row.state == "claimed") == (unit, True)


KEPT = (
    ("transfer", {"unit": "", "words": "归社区管"}, "unit"),
    ("pause", {"until": "2026-12-31T15:00", "words": "等配件"}, "until"),
    ("pause", {"until": "2026-03-03T15:00", "words": " "}, "words"),
    ("appoint", {"from": "2026-03-03T15:00", "to": "2026-03-03T14:00", "words": "带梯子"}, "to"),
    ("appoint", {"from": "2026-12-31T15:00", "to": "2026-12-31T16:00", "words": "带梯子"}, "from"),
    ("helper", {"worker": "", "words": "抬管子"}, "worker"),
    ("merge", {"into": "9999"}, "into"),
    ("close", {"end": "explained", "words": ""}, "words"),
)


@pytest.mark.parametrize(("what", "form", "field"), KEPT)
def test_what_is_refused_stays_in_its_form_with_the_reason_beside_it(
    clerk: Clerk, what: str, form: dict[str, str], field: str
) -> None:
    page = clerk.does(what, **form)
    assert page.status == 422
    place = page.html.index(f'orders/1001/{what}"')
    opened = page.html[page.html.rindex("<details", 0, place) : page.html.index("</details>", place)]
    assert opened.startswith('<details open id="tried">')
    assert [name for name in form if f'name="{name}"' in opened] == list(form)
    for value in filter(str.strip, form.values()):
        assert re.search(rf'value="{value}"|{value}</textarea>|value="{value}" checked', opened), value
    wrong = re.findall(r'name="(\w+)"[^>]* aria-invalid="true" aria-describedby="([\w-]+)"', opened)
    assert [(name, opened.count(f'<p class="wrong" id="{about}">')) for name, about in wrong] == [(field, 1)]


def test_what_was_typed_for_a_form_that_is_gone_is_shown(clerk: Clerk) -> None:
    clerk.browser.open("/console/orders/1001")
    assert clerk.town.do(CloseOrder(clerk.order_id, clerk.user_id, "电话里说好了"))["ok"]
    page = clerk.browser.send("/console/orders/1001/pause", until="2026-03-03T15:00", words="等一个大配件")
    assert "您刚才写的：等一个大配件" in page.text
    assert 'id="tried"' not in page.html


def test_a_firm_passes_nothing_on(clerk: Clerk) -> None:
    clerk.browser = Visitor(clerk.browser.client.application.test_client())
    assert clerk.browser.sign_in("anju").status == 302
    unit = clerk.town.planted.units["和平社区居委会"]
    page = clerk.does("transfer", unit=str(unit), words="不想办")
    assert "已经转过去" not in page.text
    assert "转给别的单位" not in page.text
    assert clerk.town.row(clerk.order_id).unit_id == clerk.town.planted.units["安居物业"]


def test_an_order_waits_and_goes_on(clerk: Clerk) -> None:
    assert "请选暂停到什么时候" in clerk.does("pause", until="", words="等配件").text
    assert "已经暂停" in clerk.does("pause", until="2026-03-03T15:00", words="等配件").text
    row = clerk.town.row(clerk.order_id)
    assert (row.state, row.paused_until.isoformat()) == ("paused", "2026-03-03T07:00:00+00:00")
    assert 'data-number="1001"' in clerk.browser.open("/console/?state=paused").html
    later = clerk.does("pause", until="2026-03-04T09:00", words="配件缺货")
    assert "改暂停的时间" in later.text
    assert "到时自动恢复" in later.text
    assert clerk.town.row(clerk.order_id).paused_until.isoformat() == "2026-03-04T01:00:00+00:00"
    resumed = clerk.does("resume")
    assert "已经恢复" in resumed.text
    assert "到时自动恢复" not in resumed.text
    assert clerk.town.row(clerk.order_id).state == "claimed"


def test_a_visit_is_agreed_upon(clerk: Clerk) -> None:
    page = clerk.does("appoint", **{"from": "2026-03-03T14:00", "to": "2026-03-03T16:00"})
    assert "已经约好" in page.text
    assert page.text.count("3 月 3 日（周二）14:00 到 16:00") == 3  # at the head, in the talk, in the ledger
    assert clerk.town.row(clerk.order_id).visit_at.isoformat() == "2026-03-03T06:00:00+00:00"
    assert len(clerk.town.told("order_visit")) == 1


def test_helpers_are_called_and_sent_home(clerk: Clerk) -> None:
    page = clerk.does("helper", worker=clerk.worker("王伟"), words="抬一下")
    assert "已经请人帮忙" in page.text
    assert "请人帮忙（1 人）" in page.text
    assert "已经告诉他" in clerk.does("dismiss", worker=clerk.worker("王伟")).text


def test_a_helper_may_be_of_another_unit_but_not_for_a_firm(clerk: Clerk) -> None:
    page = clerk.does("helper", worker=clerk.worker("吴芳"), words="请陪一下")
    assert "已经请人帮忙" in page.text
    assert "和平社区居委会 吴芳" in page.text
    assert "已经告诉他" in clerk.does("dismiss", worker=clerk.worker("吴芳")).text
    clerk.browser = Visitor(clerk.browser.client.application.test_client())
    assert clerk.browser.sign_in("anju").status == 302
    page = clerk.does("helper", worker=clerk.worker("吴芳"), words="请陪一下")
    assert page.status == 422
    assert "吴芳</option>" not in page.html


def test_two_orders_about_the_same_become_one(clerk: Clerk) -> None:
    clerk.town.order(clerk.town.resident("o-other"), summary="电梯不动")
    assert "已经合并" in clerk.does("merge", into="1002").text
    row = clerk.town.row(clerk.order_id)
    assert (row.state, row.close) == ("closed", "duplicate")
    assert clerk.town.rows(t.work_order, number=1002)[0].id == row.merged_into_id


def test_what_may_be_the_same_is_shown_with_one_click_to_merge(clerk: Clerk) -> None:
    assert "可能是同一件事" not in clerk.browser.open("/console/orders/1001").text
    clerk.town.order(clerk.town.resident("o-other"), summary="电梯不动")
    page = clerk.browser.open("/console/orders/1001")
    assert "可能是同一件事" in page.text
    assert "并到 1002" in page.text
    assert "已经合并" in clerk.does("merge", into="1002").text
    assert "可能是同一件事" not in clerk.browser.open("/console/orders/1001").text


def _offered(clerk: Clerk, field: str) -> dict[str, str]:
    """The choices of one list of the order's page: what is sent, and what is read."""
    page = clerk.browser.open("/console/orders/1001").html
    options = page.partition(f'<select id="{field}"')[2].partition("</select>")[0]
    return dict(re.findall(r'<option value="(\d+)"(?: disabled)?>([^<]+)</option>', options))


def test_only_units_that_would_get_it_are_offered(clerk: Clerk) -> None:
    offered = _offered(clerk, "to-unit")
    units = clerk.town.planted.units
    assert str(units["阳光物业"]) not in offered  # of this area, but it does nothing in that estate
    assert set(offered.values()) >= {"和平社区居委会"}
    for unit_id in offered:
        order_id = int(clerk.town.order(summary=f"又坏了 {unit_id}")["order_id"])
        assert clerk.town.do(Transfer(order_id, "console", clerk.user_id, to_unit_id=int(unit_id)))["ok"]
    refused = Transfer(clerk.order_id, "console", clerk.user_id, to_unit_id=units["阳光物业"])
    assert clerk.town.do(refused)["why"] == "not_your_unit"
    assert "不管这个小区" in clerk.does("transfer", unit=str(units["阳光物业"]), words="给他们").text


def test_who_is_on_duty_is_what_the_roster_says(clerk: Clerk) -> None:
    town, workers = clerk.town, clerk.town.planted.workers
    colleagues = f"{workers['王伟']}", f"{workers['陈静']}"
    assert [_offered(clerk, "worker")[one] for one in colleagues] == ["王伟", "陈静"]
    now = town.clock.now()
    town.do(SetShift(workers["王伟"], now, now + timedelta(hours=8)))
    town.do(SetLeave(workers["陈静"], now, now + timedelta(hours=8)))
    assert [_offered(clerk, "worker")[one] for one in colleagues] == ["王伟（值班）", "陈静（请假）"]
    assert f'<option value="{colleagues[1]}" disabled>' in clerk.browser.page.html
    people = clerk.browser.open("/console/people").text
    assert "王伟 值班" in people
    assert "陈静 请假" in people
    assert "李华 值班" not in people  # his switch counts no more
    assert "排班表值班" in clerk.browser.send(f"/console/people/workers/{workers['李华']}/duty").text
    assert town.rows(t.worker, id=workers["李华"])[0].on_duty


@pytest.mark.parametrize(
    ("what", "form", "said"),
    [
        ("pause", {"until": "2026-03-01T15:00", "words": "等"}, "暂停到的时间已经过了"),
        ("pause", {"until": "2026-04-01T15:00", "words": "等"}, "一次最多暂停 14 天"),
        ("pause", {"until": "2026-03-03T15:00", "words": " "}, "请写为什么暂停"),
        ("resume", {}, "不用恢复"),
        ("appoint", {"from": "", "to": ""}, "请选从什么时候上门"),
        ("appoint", {"from": "2026-03-01T15:00", "to": "2026-03-01T16:00"}, "上门的时间已经过了"),
        ("appoint", {"from": "2026-03-03T15:00", "to": "2026-03-03T14:00"}, "“到”要比“从”晚"),
        ("appoint", {"from": "2026-04-01T15:00", "to": "2026-04-01T16:00"}, "最远约到 14 天以内"),
        ("merge", {"into": ""}, "请写要并到哪个工单"),
        ("merge", {"into": "9999"}, "没有工单 9999"),
        ("merge", {"into": "1001"}, "这就是工单 1001 自己"),
        ("merge", {"into": "1002"}, "工单 1002 由别的单位承办"),
        ("merge", {"into": "1003"}, "工单 1003 是另一户人家的事"),
        ("merge", {"into": "1004"}, "工单 1004 已经办结"),
        ("transfer", {"unit": "", "words": "转"}, "请从名单里选转给哪个单位"),
        ("helper", {"worker": ""}, "请从名单里选一位同事"),
        ("assign", {"worker": "1"}, "这个工单已经在李华手上了"),
    ],
)
def test_a_refusal_says_which_and_what_to_do(
    clerk: Clerk, what: str, form: dict[str, str], said: str
) -> None:
    town = clerk.town
    town.order(town.resident("o-2"), summary="太吵", category="noise")
    home = town.home("幸福小区", "3", "2", "602")
    town.order(town.resident("o-3"), summary="家里停电", home_id=home, public_part=None)
    done = int(town.order(town.resident("o-4"), summary="门坏了")["order_id"])
    town.do(CloseOrder(done, clerk.user_id, "好了", "resolved"))
    before = town.row(clerk.order_id)
    assert said in clerk.does(what, **form).text
    assert town.row(clerk.order_id) == before


@pytest.mark.parametrize("into", ["", "9999", "x"])
def test_an_order_is_not_merged_with_what_is_not_there(clerk: Clerk, into: str) -> None:
    clerk.does("merge", into=into)
    assert clerk.town.row(clerk.order_id).state == "claimed"
