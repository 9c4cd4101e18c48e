"""The page 问答: questions answered and reviewed, service items edited, exported and imported again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from bot import sheets
from models import tables as t
from models.actions.catalogue import SaveItem
from models.actions.import_items import bring_items
from models.actions.import_lines import Brought, Line
from models.rules.importing import SHEETS, find_heading, read, read_lines
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


def test_a_way_to_ask_that_is_too_long_is_refused(console: Console) -> None:
    said = console.signed_in("admin").send("/console/service-items/new", **{**FORM, "aliases": "轮" * 65})
    assert "每个最多 64 个字" in said.text
    assert console.rows(t.service_item) == []


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


def kept_items(console: Console) -> None:
    """Items with all that an item can have, one of them over."""
    plain = {
        "class_key": "health",
        "field_key": "health",
        "source": "办" * 80,
        "source_on": date(2026, 11, 1),
    }
    rules = {
        "age_from": 60,
        "age_to": 79,
        "districts": ["甲区", "乙街道"],
        "households": ["veteran", "low_income"],
    }
    with console.store.work(NOW) as work:
        work.conn.execute(insert(t.area).values(level="district", name="甲区"))
        work.conn.execute(insert(t.area).values(level="street", name="乙街道"))
        estate = work.conn.execute(
            insert(t.estate).values(name="丙小区").returning(t.estate.c.id)
        ).scalar_one()
        unit = insert(t.handling_unit).values(kind="community", name="丁社区").returning(t.handling_unit.c.id)
        full = {
            "steps": ["先登记；再交钱。", "第 二 步 " * 150], "materials": "身份证\n户口簿",
            "phone": "+86 21 60000001", "place": "一楼", "hours": "周一", "fee": "=免费",
            "link": "https://example.org/a", "whom": "居民",
            "elsewhere": "去街道", "kiosk": "大厅", "rules": rules, "is_health": True,
            "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31), "estate_id": estate,
        }  # fmt: skip
        unit_id = work.conn.execute(unit).scalar_one()
        SaveItem(1, {**plain, **full, "title": "借轮椅"}, ("轮椅怎么借、在哪里", "借助行器")).run(work)
        SaveItem(1, {**plain, "title": "量血压", "steps": ["来量。"], "unit_id": unit_id}).run(work)
        SaveItem(1, {**plain, "title": "旧事", "steps": ["没了。"], "state": "ended"}).run(work)


def imported(console: Console, path: Path, *, writes: bool = False) -> Brought:
    """What an import of the table says of it."""
    read_all = list(read_lines(SHEETS["items"], sheets.lines(path), {}))
    assert [faults for _, _, faults in read_all if faults] == []
    brought = Brought("items", writes=writes)
    with console.store.work(NOW) as work:
        bring_items(work, [Line(number, values) for number, values, _ in read_all], brought)
    return brought


def test_an_export_imported_again_changes_nothing(console: Console, tmp_path: Path) -> None:
    kept_items(console)
    path = tmp_path / "items.xlsx"
    path.write_bytes(console.signed_in("admin").post("/console/service-items/export").body)
    assert dict(imported(console, path).counts) == {"unchanged": 2}
    with console.store.work(NOW) as work:  # what is gone comes back, all of it
        before = console.rows(t.service_item, t.service_item.c.title == "借轮椅")[0]
        gone = {"rules": {}, "is_health": False, "materials": "", "phone": "", "kiosk": "", "link": ""}
        work.conn.execute(update(t.service_item).values(gone))
    assert dict(imported(console, path, writes=True).counts) == {"changed": 1, "unchanged": 1}
    after = console.rows(t.service_item, t.service_item.c.title == "借轮椅")[0]
    for name in ("rules", "is_health", "phone", "kiosk", "link", "ends_on", "estate_id"):
        assert getattr(after, name) == getattr(before, name)


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"districts": ["甲区", "没有的区"]}, "哪些区、街道或社区"),
        ({"unit": "没有的社区"}, "社区"),
        ({"estate": "没有的小区"}, "小区"),
    ],
)
def test_an_item_with_a_place_nobody_knows_is_left_out(
    console: Console, values: dict[str, object], column: str
) -> None:
    kept_items(console)
    line = Line(2, {"title": "新的", "class_key": "health", "steps": ["来。"], **values})
    brought = Brought("items", writes=True)
    with console.store.work(NOW) as work:
        bring_items(work, [line], brought)
    assert [(row, head) for row, head, _ in brought.faults] == [(2, column)]
    assert len(console.rows(t.service_item)) == 3


def test_the_form_takes_registered_areas_only(console: Console) -> None:
    kept_items(console)
    visitor = console.signed_in("admin")
    bad = FORM | {"title": "另一件", "districts": "甲区、没有的区"}
    assert "请写登记过的区、街道或社区" in visitor.send("/console/service-items/new", **bad).text
    assert "事项已经保存" in visitor.send("/console/service-items/new", **(bad | {"districts": "甲区"})).text


def test_an_answer_that_is_too_long_is_refused_with_the_reason(console: Console) -> None:
    waits(console)
    said = console.signed_in("admin").send("/console/questions/12/answer", words="长" * 501)
    assert "答复有 501 个字，最多 500 个" in said.text
    assert console.rows(t.unanswered)[0].state == "open"


def test_the_names_of_the_week_lead_to_what_they_name(console: Console) -> None:
    waits(console)
    visitor = console.signed_in("admin")
    visitor.send("/console/service-items/new", **FORM)
    (item,) = console.rows(t.service_item)
    page = visitor.open("/console/questions/week")
    assert f'href="/console/service-items/{item.id}">借轮椅</a>' in page.html
    assert 'href="/console/questions#q-12">' in page.html


def test_many_questions_that_wait_are_paged(console: Console) -> None:
    with console.store.work(NOW) as work:
        rows = [{"number": n, "words": f"问题{n}", "asked": 1} for n in range(1, 36)]
        same = {"first_at": NOW, "last_at": NOW, "unit_id": 1}
        work.conn.execute(insert(t.unanswered), [{**row, **same} for row in rows])
    visitor = console.signed_in("admin")
    first = visitor.open("/console/questions")
    assert ("Q30 " in first.text.replace("\u3000", " "), "Q31 " in first.text.replace("\u3000", " ")) == (
        True,
        False,
    )
    assert "下一页" in first.text
    assert "问答 35" in " ".join(first.text.split())
    second = visitor.open("/console/questions?page=2")
    assert "Q35" in second.text
    assert "下一页" not in second.text


def test_materials_are_written_on_several_lines(console: Console) -> None:
    visitor = console.signed_in("admin")
    assert '<textarea id="materials"' in visitor.open("/console/service-items/new").html
    visitor.send("/console/service-items/new", **{**FORM, "materials": "身份证\r\n户口簿、\r\n"})
    assert console.rows(t.service_item)[0].materials == "身份证、户口簿"
