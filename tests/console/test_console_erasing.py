"""Erasing a resident from their page, and the list of erasures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from handlers.console.words import WORDS
from models import tables as t
from models.actions.erasure import ErasePerson
from models.actions.stripping import Erased
from models.views.erasures import PAGE
from tests.console.apart import apart
from tests.console.conftest import NOW, Console, Visitor
from workers.retention import RULES

__all__ = ["apart"]

PATH = "/console/residents/1"
OPEN = {"state": "waiting", "closed_at": None, "close": None}


@pytest.fixture
def clerk(apart: Console) -> Visitor:
    with apart.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).values(state="closed", closed_at=NOW, close="resolved"))
    visitor = apart.signed_in("she1")
    visitor.open(PATH)
    return visitor


@pytest.mark.parametrize("typed", ["", "是", "delete", "删"])
def test_a_click_alone_erases_nobody(apart: Console, clerk: Visitor, typed: str) -> None:
    before = apart.rows(t.person)
    assert "没有删除" in clerk.send(f"{PATH}/erase", sure=typed).text
    assert apart.rows(t.person) == before
    assert apart.rows(t.erasure) == []


def test_who_asks_is_erased_and_that_is_written_down(apart: Console, clerk: Visitor) -> None:
    assert "已经删除" in clerk.send(f"{PATH}/erase", sure=" 删除 ").text
    (person,) = apart.rows(t.person, t.person.c.id == 1)
    assert (person.name_sealed, person.phone_sealed) == (None, None)
    (line,) = apart.rows(t.audit, t.audit.c.what == "erase_person")
    assert line.subject == "1"
    page = apart.signed_in("admin").open("/console/audit/erasures")
    assert "工作人员替住户办理 ，she1 办理" in page.text
    assert "姓名和电话 1 条" in page.text
    assert "张" not in page.html.partition("<main")[2].partition("</main>")[0].replace("张照片", "")


def test_an_open_order_keeps_what_it_needs_and_the_page_says_so(apart: Console, clerk: Visitor) -> None:
    with apart.store.work(NOW) as work:
        work.conn.execute(update(t.work_order).where(t.work_order.c.number == 1001).values(OPEN))
    assert "还有 1 个工单没办结" in clerk.send(f"{PATH}/erase", sure="删除").text


def test_another_areas_resident_is_not_erased(apart: Console, clerk: Visitor) -> None:
    assert clerk.post("/console/residents/2/erase", sure="删除").status == 404
    users = {user.login: user.id for user in apart.rows(t.console_user)}
    with apart.store.work(NOW) as work:
        assert ErasePerson(2, "console", users["she1"]).run(work)["why"] == "unknown"
        work.conn.execute(update(t.work_order).values(reporter_id=2, estate_id=1))
    clerk.open(PATH)
    assert "那边的社区来改" in clerk.send("/console/residents/2/erase", sure="删除").text
    assert apart.rows(t.erasure) == []


def test_the_list_is_for_admins_and_is_turned_by_page(apart: Console) -> None:
    rows = [
        {"at": NOW + timedelta(hours=n), "why": "retention", "what": "inbox", "rows": n + 1}
        for n in range(PAGE + 1)
    ]
    with apart.store.work(NOW) as work:
        work.conn.execute(insert(t.erasure), rows)
    assert apart.signed_in("she1").open("/console/audit/erasures").status == 403
    admin = apart.signed_in("admin")
    first, second = admin.open("/console/audit/erasures"), admin.open("/console/audit/erasures?page=2")
    assert "聊天 51 条" in first.text
    assert "聊天 1 条" in second.text
    assert ("下一页" in first.text, "下一页" in second.text) == (True, False)


def test_the_list_says_by_which_rule_and_after_how_long(apart: Console) -> None:
    """Two rules of one night are two lines, with the days that held then."""
    with apart.store.work(NOW) as work:
        for name in ("audit", "questions"):
            Erased(work, "retention", name, 400).note("open_question", 2)
        Erased(work, "asked").note("person", 1)
    text = apart.signed_in("admin").open("/console/audit/erasures").text
    assert "保存期限到了，自动删除 ：查看记录，保存 400 天" in text
    assert "保存期限到了，自动删除 ：过期的提问，保存 400 天" in text
    assert "住户自己要求删除 姓名和电话 1 条" in text


def test_whatever_is_erased_has_a_name() -> None:
    assert set(RULES) == set(WORDS["erasure_rule"])
    assert {rule.table.name for rule in RULES.values()} <= set(WORDS["erasure_what"])
    assert {"unfollow", "asked", "console", "withdrawn", "retention"} <= set(WORDS["erasure_why"])
