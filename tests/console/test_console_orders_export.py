"""The work list as a file: as it is narrowed, in the columns of the role, bounded, and written down."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, update

from models import tables as t
from models import views
from models.limits import load_limits
from models.store import Store
from tests.console.apart import apart
from tests.console.conftest import NOW, Console, Visitor
from tests.console.reading import Page

__all__ = ["apart"]


@pytest.fixture
def clerk(apart: Console) -> Visitor:
    with apart.store.work(NOW) as work:
        phone = {"phone_sealed": work.seal("13812345678")}
        work.conn.execute(update(t.person).where(t.person.c.id == 1).values(phone))
    visitor = apart.signed_in("she1")
    visitor.open("/console/")
    return visitor


def table(page: Page) -> list[list[Any]]:
    assert page.status == 200, page.text
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(page.body)).worksheets[0]]


def test_the_list_is_exported_as_it_is_narrowed(apart: Console, clerk: Visitor) -> None:
    watermark, titles, *rows = table(clerk.post("/console/orders/export"))
    assert "she1 于 2026-11-18 10:00 导出，共 1 条" in watermark[0]
    (order,) = (dict(zip(titles, row, strict=True)) for row in rows)
    shown = [order[name] for name in ("工单号", "类别", "紧急程度", "状态", "登记时间")]
    assert shown == [1001, "电梯", "一般", "待接单", "2026-11-18 10:00"]
    assert len(table(clerk.post("/console/orders/export?urgency=emergency"))) == 2
    assert len(table(clerk.post("/console/orders/export?state=closed"))) == 2


def test_another_areas_orders_are_not_exported(apart: Console) -> None:
    for login, number in (("she1", 1001), ("anju", 1001), ("qu2", 1002)):
        visitor = apart.signed_in(login)
        visitor.open("/console/")
        rows = table(visitor.post("/console/orders/export?state=all"))[2:]
        assert [row[0] for row in rows] == [number]


def test_the_words_leave_the_house_without_door_name_and_phone(apart: Console, clerk: Visitor) -> None:
    """Whatever the clerk reads on the page: the file goes further than her eyes."""
    with apart.store.work(NOW) as work:
        name = update(t.person).values(name_sealed=work.seal("张秀英"))
        work.conn.execute(name.where(t.person.c.id == 1))
        summary = update(t.work_order).values(summary="六百零二的张秀英说漏水，打13812345678", home_id=1)
        work.conn.execute(summary.where(t.work_order.c.number == 1001))
        room = update(t.home).values(room="602").where(t.home.c.id == 1)
        work.conn.execute(room)
    assert "六百零二的张秀英说漏水" in clerk.open("/console/orders/1001").text
    _, titles, row = table(clerk.post("/console/orders/export"))
    words = dict(zip(titles, row, strict=True))["内容"]
    assert words == "〔门牌已隐去〕的〔姓名已隐去〕说漏水，打〔电话已隐去〕"


def test_without_asking_nothing_of_people_is_in_it(apart: Console, clerk: Visitor) -> None:
    titles = table(clerk.post("/console/orders/export"))[1]
    assert not {"室号", "报修人", "手机号"} & set(titles)
    assert [row.what for row in apart.rows(t.audit)] == ["export_orders"]


def test_with_people_phones_are_masked_and_each_order_is_written_down(apart: Console, clerk: Visitor) -> None:
    _, titles, row = table(clerk.post("/console/orders/export", people="1"))
    order = dict(zip(titles, row, strict=True))
    assert order["手机号"] == "138****5678"
    assert "602" in order["室号"]
    assert order["报修人"].startswith("张大妈")
    lines = [(one.what, one.subject) for one in apart.rows(t.audit)]
    assert lines == [("door_exported", "1001"), ("export_orders", "1 条，电话隐去中间 4 位")]
    assert "导出了工单 1001 的门牌、姓名和电话" in apart.signed_in("admin").open("/console/audit").text


@pytest.mark.parametrize("login", ["qu1", "jie1", "anju"])
def test_a_role_without_these_columns_does_not_get_them_by_asking(apart: Console, login: str) -> None:
    visitor = apart.signed_in(login)
    page = visitor.open("/console/")
    assert "连同门牌" not in page.text
    titles = table(visitor.post("/console/orders/export", people="1"))[1]
    assert "手机号" not in titles
    assert [row.what for row in apart.rows(t.audit)] == ["export_orders"]


def test_a_long_list_is_cut_and_says_so(apart: Console, clerk: Visitor) -> None:
    with apart.store.work(NOW) as work:
        row = {"category": "water", "summary": "漏水", "estate_id": 1, "place": "x", "opened_at": NOW}
        work.conn.execute(insert(t.work_order), [{**row, "number": 2000 + n} for n in range(3)])
    short = Store(apart.store.engine, apart.store.keys, load_limits(export_orders=2))
    with short.look(NOW) as work:
        page = views.whole_queue(work, views.User("admin"), views.Wanted())
    assert (len(page.orders), page.more) == (2, True)
    apart.store.limits = load_limits(export_orders=2)
    watermark, _, *rows = table(clerk.post("/console/orders/export"))
    assert len(rows) == 2
    assert "只有前 2 条，后面还有" in watermark[0]


def test_a_door_that_was_written_is_exported_as_it_is_shown(apart: Console, clerk: Visitor) -> None:
    _write_door(apart, "六楼东户")
    _, titles, row = table(clerk.post("/console/orders/export", people="1"))
    assert dict(zip(titles, row, strict=True))["室号"] == "六楼东户"


def _write_door(console: Console, words: str) -> None:
    """In place of the home of order 1, and before it another one and a line about something else."""
    line = {"work_order_id": 1, "step": "message", "by": "resident", "origin": "", "at": NOW}
    said = (("五楼", {"door": True}), (words, {"door": True}), ("快点", {}))
    with console.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).where(t.work_order.c.id == 1).values(home_id=None))
        lines = [{**line, "words": one, "facts": facts} for one, facts in said]
        work.conn.execute(insert(t.order_entry), lines)


@pytest.mark.parametrize("written", [False, True])
def test_doors_of_many_orders_are_those_of_each(apart: Console, clerk: Visitor, written: bool) -> None:
    if written:
        _write_door(apart, "六楼东户")
    with apart.store.look(NOW) as work:
        admin = views.User("admin")
        for order_id, door in views.doors_of(work, admin, [1, 2]).items():
            one = views.door_of(work, admin, order_id)
            assert one is not None
            assert (door.door, door.name, door.phone) == (one.door, one.name, one.phone)
        assert set(views.doors_of(work, admin, [1, 2, 99])) == {1, 2}
        assert views.doors_of(work, views.User("firm", 1), [1]) == {}
