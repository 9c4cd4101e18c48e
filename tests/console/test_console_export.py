"""The one export: columns by role, phones masked, no formulas, a first line that says who, an audit row."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from flask import g
from openpyxl import load_workbook

from handlers.console.export import Form, columns_for, export
from models import tables as t
from models.views import ConsoleUser
from tests.console.conftest import NOW, Console
from tests.sheets.test_sheets import HOSTILE

ORDER: dict[str, Any] = {
    "number": 1001,
    "category": "=cmd|' /C calc'!A0",
    "place": "幸福小区 3 号楼",
    "summary": "3 号楼 2 单元 602 漏水，电话 13812345678",
    "opened_at": NOW,
    "phone": "13812345678",
    "name": "张大妈",
    "door": "602 室",
    "secret": "不在清单里的",
}


def exported(
    console: Console, role: str, rows: list[dict[str, Any]], form: Form = "xlsx", **more: Any
) -> bytes:
    """What a user of that role is sent."""
    with console.app.test_request_context():
        g.me = ConsoleUser(1, role, role, None, None, True, None, 0, "")
        return bytes(export("orders", rows, form=form, **more).get_data())


def table(content: bytes) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).worksheets[0]]


def test_a_role_gets_its_columns_and_no_others(console: Console) -> None:
    watermark, titles, order = table(exported(console, "firm", [ORDER]))
    assert watermark[0] == "firm 于 2026-11-18 10:00 导出，共 1 条。内部资料，请勿外传。"
    assert "工单号" in titles
    assert not {"手机号", "报修人", "室号"} & set(titles)
    assert order[0] == 1001
    assert "2026-11-18 10:00" in order
    content = repr(order)
    for secret in ("13812345678", "5678", "602", "张大妈", "不在清单里的"):
        assert secret not in content


@pytest.mark.parametrize(
    ("role", "asks", "shown"),
    [
        ("admin", False, "138****5678"),
        ("admin", True, "13812345678"),
        ("community", True, "138****5678"),
    ],
)
def test_a_phone_is_masked_unless_the_role_may_and_asks(
    console: Console, role: str, asks: bool, shown: str
) -> None:
    order = table(exported(console, role, [ORDER], phones=asks))[2]
    assert order[-1] == shown
    assert [row.subject for row in console.rows(t.audit)] == [
        f"1 条，电话{'完整' if shown == '13812345678' else '隐去中间 4 位'}"
    ]
    assert [row.what for row in console.rows(t.audit)] == ["export_orders"]


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_cell_is_a_formula(console: Console, cell: str) -> None:
    order = {**ORDER, "place": cell, "category": cell}
    with zipfile.ZipFile(io.BytesIO(exported(console, "admin", [order]))) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    text = exported(console, "admin", [order], form="csv").decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(text, newline="")))[2]
    place = [column.name for column in columns_for("orders", "admin")].index("place")
    assert row[place] == f"'{cell}"


def test_the_time_is_the_communitys(console: Console) -> None:
    late = {**ORDER, "opened_at": NOW + timedelta(hours=15)}
    assert "2026-11-19 01:00" in table(exported(console, "admin", [late]))[2]
