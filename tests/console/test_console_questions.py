"""The page 问答: questions answered and reviewed, service items edited, exported and imported again."""

from __future__ import annotations

from sqlalchemy import insert

from models import tables as t
from models.actions.import_items import bring_items
from models.actions.import_lines import Brought, Line
from models.rules.importing import SHEETS, find_heading, read
from tests.console.conftest import EVIL, NOW, Console

FORM = {
    "title": "借轮椅", "aliases": "哪里可以借轮椅、轮椅怎么借", "class_key": "health", "field_key": "health",
    "steps": "到居委会登记。\n交押金。", "phone": "021-60000001", "age_from": "60",
    "households": "独居、低保、低收入", "source": "办事指南", "source_on": "2026-11-01", "live": "1",
}  # fmt: skip


def waits(console: Console) -> None:
    """A question that nobody has answered."""
    with console.store.work(NOW) as work:
        row = {
            "number": 12,
            "words": f"哪里有理发的{EVIL}"[:200],
            "first_at": NOW,
            "last_at": NOW,
            "asked": 2,
        }
        work.conn.execute(insert(t.unanswered).values(**row, unit_id=1))


def test_a_question_is_answered_reviewed_and_becomes_an_item(console: Console) -> None:
    waits(console)
    visitor = console.signed_in("admin")
    page = visitor.open("/console/questions")
    assert page.status == 200
    assert "<script>alert" not in page.html
    visitor.send("/console/questions/12/answer", words="东门外便民点")
    said = visitor.send(
        "/console/questions/12/item", title="理发", class_key="convenience", field_key="support"
    )
    assert "已经做成事项" in said.text
    (item,) = console.rows(t.service_item)
    assert (item.title, item.steps, item.source) == ("理发", ["东门外便民点"], "社区工作人员在工作台的答复")
    assert "理发" in visitor.open("/console/questions/week").text


def test_an_item_is_made_changed_and_refused_with_the_reason_beside_the_field(console: Console) -> None:
    visitor = console.signed_in("admin")
    assert "事项已经保存" in visitor.send("/console/service-items/new", **FORM).text
    (item,) = console.rows(t.service_item)
    assert item.rules == {"age_from": 60, "households": ["alone", "low_income"]} or item.rules == {
        "age_from": 60,
        "households": ["low_income", "alone"],
    }
    assert item.steps == ["到居委会登记。", "交押金。"]
    assert "同名的事项" in visitor.send("/console/service-items/new", **FORM).text
    bad = FORM | {"households": "有钱", "steps": "", "ends_on": "2026-01-01", "starts_on": "2026-02-01"}
    page = visitor.send(f"/console/service-items/{item.id}", **bad).text
    for words in ("只能写下面列出的几样", "一步一行", "不早于"):
        assert words in page
    visitor.send(f"/console/service-items/{item.id}", **{k: v for k, v in FORM.items() if k != "live"})
    assert [row.state for row in console.rows(t.service_item)] == ["ended"]


def test_what_is_exported_can_be_imported(console: Console) -> None:
    visitor = console.signed_in("admin")
    visitor.send("/console/service-items/new", **FORM)
    assert visitor.post("/console/service-items/export").status == 200
    titles = [column.heads[0] for column in SHEETS["items"].columns]
    cells = {
        "事项名称": "借轮椅", "别的问法": "借助行器", "类别": "卫生健康", "领域": "健康",
        "怎么办": "到居委会登记。；交押金。", "电话": "021-60000002", "从几岁起": "60",
        "哪样的人家": "独居；低保、低收入", "出处": "办事指南", "出处的日期": "2026-11-01",
    }  # fmt: skip
    heading = find_heading(SHEETS["items"], iter([(1, titles)]))
    values, faults = read(SHEETS["items"], heading, 2, [cells.get(title, "") for title in titles], {})
    assert faults == []
    wrong = {**values, "title": "别的", "estate": "没有的小区"}
    brought = Brought("items", writes=True)
    with console.store.work(NOW) as work:
        bring_items(work, [Line(2, values), Line(3, wrong)], brought)
    assert dict(brought.counts) == {"changed": 1, "wrong": 1}
    (item,) = console.rows(t.service_item)
    assert item.phone == "021-60000002"
    assert {row.words for row in console.rows(t.item_alias)} == {"哪里可以借轮椅", "轮椅怎么借", "借助行器"}
