"""What a clerk does with who works on an order and when, through the pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from handlers.console import Desk, make_blueprint
from models import tables as t
from models import views
from models.actions.desk import SaveUser
from models.actions.staff import Claim
from tests.console.conftest import HASH, Visitor
from tests.console.reading import Page
from tests.town import TestTown, clock, database_url, migrated, store, town

__all__ = ["clock", "database_url", "migrated", "store", "town"]


@dataclass
class Clerk:
    """A clerk of the community in the sample neighbourhood, before an order that 李华 holds."""

    town: TestTown
    browser: Visitor
    order_id: int

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
    town.do(SaveUser("she", "community", HASH, area_id=area))
    town.do(SaveUser("anju", "firm", HASH, town.planted.units["安居物业"]))
    app = Flask("test")
    app.config.update(SECRET_KEY="fixed-for-tests", TESTING=True)
    desk = Desk(town.store, town.clock, "http://localhost", tmp_path, {"lift": "电梯"}, str, wall=town.clock)
    app.register_blueprint(make_blueprint(desk))
    browser = Visitor(app.test_client())
    assert browser.sign_in("she").status == 302
    return Clerk(town, browser, order_id)


def test_an_order_goes_on_to_another_unit(clerk: Clerk) -> None:
    unit = clerk.town.planted.units["和平社区居委会"]
    assert "已经转过去" in clerk.does("transfer", unit=str(unit), words="要社区出面").text
    row = clerk.town.row(clerk.order_id)
    assert (row.unit_id, row.holder_id is None or row.state == "claimed") == (unit, True)


def test_a_firm_passes_nothing_on(clerk: Clerk) -> None:
    clerk.browser = Visitor(clerk.browser.client.application.test_client())
    assert clerk.browser.sign_in("anju").status == 302
    unit = clerk.town.planted.units["和平社区居委会"]
    page = clerk.does("transfer", unit=str(unit), words="不想办")
    assert "已经转过去" not in page.text
    assert "转给别的单位" not in page.text
    assert clerk.town.row(clerk.order_id).unit_id == clerk.town.planted.units["安居物业"]


def test_an_order_waits_and_goes_on(clerk: Clerk) -> None:
    assert "请写" in clerk.does("pause", until="", words="等配件").text
    assert "已经暂停" in clerk.does("pause", until="2026-03-03T15:00", words="等配件").text
    row = clerk.town.row(clerk.order_id)
    assert (row.state, row.paused_until.isoformat()) == ("paused", "2026-03-03T07:00:00+00:00")
    assert 'data-number="1001"' in clerk.browser.open("/console/?state=paused").html
    assert "已经恢复" in clerk.does("resume").text
    assert clerk.town.row(clerk.order_id).state == "claimed"


def test_a_visit_is_agreed_upon(clerk: Clerk) -> None:
    page = clerk.does("appoint", **{"from": "2026-03-03T14:00", "to": "2026-03-03T16:00"})
    assert "已经约好" in page.text
    assert clerk.town.row(clerk.order_id).visit_at.isoformat() == "2026-03-03T06:00:00+00:00"
    assert len(clerk.town.told("order_visit")) == 1


def test_helpers_are_called_and_sent_home(clerk: Clerk) -> None:
    page = clerk.does("helper", worker=clerk.worker("王伟"), words="抬一下")
    assert "已经请人帮忙" in page.text
    assert "请人帮忙（1 人）" in page.text
    assert "已经告诉他" in clerk.does("dismiss", worker=clerk.worker("王伟")).text


def test_two_orders_about_the_same_become_one(clerk: Clerk) -> None:
    clerk.town.order(clerk.town.resident("o-other"), summary="电梯不动")
    assert "已经合并" in clerk.does("merge", into="1002").text
    row = clerk.town.row(clerk.order_id)
    assert (row.state, row.close) == ("closed", "duplicate")
    assert clerk.town.rows(t.work_order, number=1002)[0].id == row.merged_into_id


@pytest.mark.parametrize("into", ["", "9999", "x"])
def test_an_order_is_not_merged_with_what_is_not_there(clerk: Clerk, into: str) -> None:
    clerk.does("merge", into=into)
    assert clerk.town.row(clerk.order_id).state == "claimed"
