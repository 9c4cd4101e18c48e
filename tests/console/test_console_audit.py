"""The page 查看记录: every look is a line, in words, by user and day; and there is no way to change one."""

from __future__ import annotations

import ast
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from handlers.console.routes import ROUTES
from handlers.console.sections import SECTIONS
from handlers.console.words import WORDS
from models import tables as t
from models.views.audit import PAGE
from tests.console.conftest import NOW, Console

ROOT = Path(__file__).resolve().parents[2]
PREFIXES = ("setup_", "export_")
EXPORTS = json.loads((ROOT / "handlers/console/exports.json").read_text(encoding="utf-8"))["exports"]


def written() -> set[str]:
    """Every `what` that some page or action writes down."""
    files = [*(ROOT / "handlers/console").glob("*.py"), *(ROOT / "models/actions").glob("*.py")]
    calls = (
        node
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("write_down", "Audit")
    )
    strings = (part for call in calls for part in ast.walk(call.args[1]) if isinstance(part, ast.Constant))
    return {part.value for part in strings if isinstance(part.value, str) and part.value not in PREFIXES}


def test_every_line_has_words() -> None:
    found = written()
    assert {"door", "contact", "account_stopped", "account_back"} <= found
    assert found | {f"setup_{key}" for key in SECTIONS} <= set(WORDS["audit"])
    assert {f"export_{what}" for what in EXPORTS} <= set(WORDS["audit"])


def test_a_look_is_found_by_user_and_day(console: Console) -> None:
    visitor = console.signed_in("anju")
    visitor.open("/console/orders/1001")
    visitor.post("/console/orders/1001/contact")
    admin = console.signed_in("admin")
    line = "看了工单 1001 的门牌、姓名和电话"
    users = {user.login: user.id for user in console.rows(t.console_user)}
    assert line in admin.open("/console/audit").text
    assert line in admin.open(f"/console/audit?user={users['anju']}&day=2026-11-18").text
    assert line not in admin.open(f"/console/audit?user={users['yangguang']}").text
    assert line not in admin.open("/console/audit?day=2026-11-17").text
    assert line in admin.open("/console/audit?day=yesterday").text


def test_a_day_is_a_day_of_people_here(console: Console) -> None:
    late = NOW.replace(hour=15, minute=59)  # 23:59 in Shanghai
    with console.store.work(NOW) as work:
        for at, what in ((late, "door"), (late + timedelta(minutes=1), "contact")):
            work.conn.execute(insert(t.audit).values(at=at, what=what, subject="7"))
    text = console.signed_in("admin").open("/console/audit?day=2026-11-18").text
    assert "看了工单 7" in text
    assert "账号编号 7" not in text


def test_many_lines_are_turned_by_page(console: Console) -> None:
    with console.store.work(NOW) as work:
        rows = [{"at": NOW, "what": "door", "subject": str(n)} for n in range(PAGE + 1)]
        work.conn.execute(insert(t.audit), rows)
    admin = console.signed_in("admin")
    first, second = admin.open("/console/audit"), admin.open("/console/audit?page=2")
    assert ("下一页" in first.text, "下一页" in second.text) == (True, False)
    assert "看了工单 0 的" in second.text
    assert "看了工单 0 的" not in first.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nobody_can_change_a_line(console: Console, method: str) -> None:
    assert {route.method for route in ROUTES if route.rule.startswith("/audit")} == {"GET"}
    admin = console.signed_in("admin")
    for path in ("/console/audit", "/console/audit/1"):
        assert admin.client.open(path, method=method).status_code in (404, 405)
