"""The page 查看记录: every look is a line, in words, by user and day; and there is no way to change one."""

from __future__ import annotations

import ast
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from handlers.console.kitchen_papers import PAPERS
from handlers.console.routes import ROUTES
from handlers.console.sections import SECTIONS
from handlers.console.words import WORDS
from models import tables as t
from models.views.audit import PAGE
from models.views.audit_names import ABOUT
from tests.console.apart import apart
from tests.console.conftest import NOW, Console

__all__ = ["apart"]

ROOT = Path(__file__).resolve().parents[2]
WRITERS = ("write_down", "Audit", "AuditAll", "noted")
PREFIXES = ("setup_", "export_", "question_", "meal_paper_")
EXPORTS = json.loads((ROOT / "handlers/console/exports.json").read_text(encoding="utf-8"))["exports"]


def written() -> set[str]:
    """Every `what` that some page or action writes down."""
    files = [*(ROOT / "handlers/console").glob("*.py"), *(ROOT / "models/actions").glob("*.py")]
    calls = (
        node
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in WRITERS
    )
    strings = (part for call in calls for part in ast.walk(call.args[1]) if isinstance(part, ast.Constant))
    found = {part.value for part in strings if isinstance(part.value, str) and part.value not in PREFIXES}
    return found | {f"meal_paper_{what}" for what in PAPERS}


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
    assert "看了住户" not in text


def test_a_line_names_who_looked_and_what_it_was_about_without_giving_it_away(apart: Console) -> None:
    clerk = apart.signed_in("she1")
    clerk.open("/console/residents/1")
    clerk.post("/console/residents/1/phone")
    clerk.post("/console/people/workers/1/stop")
    with apart.store.work(NOW) as work:
        work.conn.execute(insert(t.audit).values(at=NOW, what="contact", subject="1"))
        work.conn.execute(insert(t.audit).values(at=NOW, what="person", subject="999"))
        work.conn.execute(insert(t.audit).values(at=NOW, what="door", worker_id=1, subject="1001"))
        name = work.unseal(
            work.conn.execute(select(t.person.c.name_sealed).where(t.person.c.id == 1)).scalar()
        )
    before = len(apart.rows(t.audit))
    page = apart.signed_in("admin").open("/console/audit")
    assert "看了住户“张**，编号 1”的电话 " in page.text
    assert "看了住户“张**，编号 1”的电话和住址" in page.text
    assert "打开了住户“编号 999”的页面" in page.text
    assert "停用了人员“李华1" in page.text
    assert "she1（community1）" in page.text
    assert "（安居物业" in page.text
    assert name not in page.text
    assert name[:3] not in page.text
    assert "13812345678" not in page.text
    assert len(apart.rows(t.audit)) == before


def test_every_line_about_somebody_is_named() -> None:
    named = written() | {f"setup_{key}" for key in SECTIONS}
    plain = {
        "door",
        "door_exported",
        "hear_again",
        "tell_again",
        "setup_routes",
        "text_changed",
        "text_reset",
        "rehearsal_ended",
        "alarms_street",
        "question_answered",
        "meal_orders_seen",
        "meal_order_seen",
        "meal_changed",
        "meal_paid",
        "meal_cancelled",
        "meal_placed",
        "question_dropped",
        "meal_contact",
        "meal_not_delivered",
        "meal_delivered",
        "meal_left_paid",
    }
    rest = named - set(ABOUT) - plain
    assert {one for one in rest if not one.startswith(("import_", "account_"))} == set()
    assert set(ABOUT) <= named | {"my_data", "my_data_link"}


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
