"""The page 导入: what is said before anything is done, and what a worker makes of it."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from redis import Redis

from bot import sheet_files
from handlers.console import imports as page
from models import tables as t
from models.rules.importing import SHEETS
from tests.console.conftest import Console, Visitor
from tests.console.reading import Page
from workers import imports
from workers.hands import Hands, equip

HEADING = ["姓名", "手机", "小区", "楼号", "单元", "室号"]
ESTATE = "<b>幸福</b>小区"
HOME = [ESTATE, "3", "2", "602"]


@pytest.fixture(autouse=True)
def worker(console: Console) -> None:
    """A worker on the console's data."""
    console.app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    hands = Hands(
        console.store, console.clock, {}.__getitem__, Redis(), console.photo_dir.parent, lambda *_: None
    )
    equip(hands)
    with console.store.work(console.clock.now()) as work:
        work.conn.execute(t.estate.update().values(name=ESTATE))


def upload(visitor: Visitor, kind: str, *lines: list[str], heading: list[str] = HEADING) -> Page:
    """Send a table and open the page that follows."""
    visitor.open("/console/import")
    content = io.BytesIO(sheet_files.comma_separated([heading, *lines]))
    data = {"csrf_token": visitor.page.token, "file": (content, "住户.csv")}
    answer = visitor.client.post(f"/console/import/{kind}", data=data)
    assert answer.status_code == 302, answer.text
    return visitor.open(answer.headers["Location"])


def worked(visitor: Visitor, run_id: int = 1, times: int = 2) -> Page:
    """Let the worker have its turns and look again."""
    for _ in range(times):
        imports.advance(run_id)
    return visitor.open(f"/console/import/{run_id}")


def test_an_admin_is_shown_the_kinds_in_the_order_of_building_up(console: Console) -> None:
    text = console.signed_in("admin").open("/console/import").text
    titles = [sheet.title for sheet in SHEETS.values()]
    assert re.findall(r"\d\. (\S+)", text) == titles
    assert "不会删除" in text


@pytest.mark.parametrize("kind", SHEETS)
def test_a_template_can_be_sent_back_and_brings_nothing(console: Console, kind: str) -> None:
    visitor = console.signed_in("admin")
    answer = visitor.client.get(f"/console/import/{kind}.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == [column.title for column in SHEETS[kind].columns]
    visitor.open("/console/import")
    data = {"csrf_token": visitor.page.token, "file": (io.BytesIO(answer.data), "a.xlsx")}
    visitor.client.post(f"/console/import/{kind}", data=data)
    assert "表头下面没有内容" in worked(visitor).text


def test_nothing_is_done_until_somebody_says_so(console: Console) -> None:
    visitor = console.signed_in("admin")
    before = console.rows(t.person)
    assert (
        "正在读文件" in upload(visitor, "people", ["王五", "13900001234", *HOME], ["赵六", "123", *HOME]).text
    )
    ready = worked(visitor)
    assert "新增 1 更新 0 没有变化 0 有问题，不导入 1" in ready.text
    assert "有问题的 1 行整行跳过" in ready.text
    assert "第 3 行 手机号 手机号要写 11 位数字" in ready.text
    assert "王五" in ready.text
    assert "139****1234" in ready.text
    assert "13900001234" not in ready.html
    assert console.rows(t.person) == before
    assert "正在导入" in visitor.send("/console/import/1/start").text
    done = worked(visitor)
    assert "导入完成" in done.text
    assert "新增 1" in done.text
    assert len(console.rows(t.person)) == len(before) + 1
    assert list((console.photo_dir.parent / "imports").iterdir()) == []
    assert [row.what for row in console.rows(t.audit)] == [
        "import_uploaded", "import_seen", "import_started", "import_done",
    ]  # fmt: skip


def test_the_same_file_again_says_that_all_is_there(console: Console) -> None:
    visitor = console.signed_in("admin")
    for run_id in (1, 2):
        upload(visitor, "people", ["王五", "13900001234", *HOME])
        ready = worked(visitor, run_id)
        visitor.send(f"/console/import/{run_id}/{'start' if run_id == 1 else 'drop'}")
        worked(visitor, run_id)
    assert "都已经在系统里" in ready.text
    assert "新增 0" in ready.text


def test_a_phone_that_somebody_else_has_is_shown_before_anything_is_done(console: Console) -> None:
    visitor = console.signed_in("admin")
    with console.store.work(console.clock.now()) as work:
        work.conn.execute(t.home.insert().values(building_id=1, unit="2", room="601"))
    upload(visitor, "people", ["王五", "13900001234", *HOME], ["孙八", "13900005678", *HOME])
    worked(visitor)
    visitor.send("/console/import/1/start")
    worked(visitor)
    upload(visitor, "people", ["赵六", "13900001234", *HOME[:3], "601"], ["钱七", "13900005678", *HOME])
    ready = worked(visitor, 2)
    assert "会按另一个人登记" in ready.html.partition('id="notes"')[2]
    wrong, _, noted = ready.html.partition('id="wrong"')[2].partition('id="notes"')
    assert "第 3 行" in wrong
    assert "请把两个人写在同一个文件里导入" in wrong
    assert "第 2 行" in noted
    rows = load_workbook(io.BytesIO(visitor.client.get("/console/import/2/errors.xlsx").data)).worksheets[0]
    assert [row[0].value for row in rows][2:] == [2, 3]
    people = len(console.rows(t.person))
    visitor.send("/console/import/2/start")
    assert "请再看一下的行" in worked(visitor, 2).text
    assert len(console.rows(t.person)) == people + 1


def test_dropping_does_nothing_and_deletes_the_file(console: Console) -> None:
    visitor = console.signed_in("admin")
    before = console.rows(t.person)
    upload(visitor, "people", ["王五", "", *HOME])
    worked(visitor)
    assert "已经放弃" in visitor.send("/console/import/1/drop").text
    assert "什么都没有改动" in worked(visitor).text
    assert console.rows(t.person) == before
    assert list((console.photo_dir.parent / "imports").iterdir()) == []


def test_the_bar_is_asked_for_and_ends_with_the_page_anew(console: Console) -> None:
    visitor = console.signed_in("admin")
    upload(visitor, "people", ["王五", "", *HOME])
    assert "马上开始" in visitor.open("/console/import/1/progress").text
    imports.advance(1)
    assert "0 / 1 行" in visitor.open("/console/import/1/progress").text
    imports.advance(1)
    assert "data-reload" in visitor.open("/console/import/1/progress").html


def test_the_list_of_faults_is_a_file_without_what_the_cells_held(console: Console) -> None:
    visitor = console.signed_in("admin")
    upload(visitor, "people", ["=1+1", "123", *HOME], ["王五", "", "没有的小区", *HOME[1:]])
    worked(visitor)
    answer = visitor.client.get("/console/import/1/errors.xlsx")
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.data)).worksheets[0]]
    assert rows[1] == ["行号", "列", "原因和办法"]
    assert [row[:2] for row in rows[2:]] == [[2, "姓名"], [2, "手机号"], [3, "小区"]]
    assert "没有的小区" not in repr(rows)
    assert "1+1" not in repr(rows)
    assert rows[0][0] == "admin 于 2026-11-18 10:00 导出，共 3 条。内部资料，请勿外传。"
    assert console.rows(t.audit)[-1].what == "export_import_errors"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", "文件打不开"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "旧式的 .xls"),
        (b"", "没有找到表头"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(console: Console, content: bytes, words: str) -> None:
    visitor = console.signed_in("admin")
    visitor.open("/console/import")
    data = {"csrf_token": visitor.page.token, "file": (io.BytesIO(content), "a.xlsx")}
    visitor.client.post("/console/import/homes", data=data)
    assert words in worked(visitor).text


def test_no_file_is_no_import(console: Console) -> None:
    visitor = console.signed_in("admin")
    visitor.open("/console/import")
    assert "还没有选文件" in visitor.send("/console/import/homes").text
    assert console.rows(t.import_run) == []


def sent(visitor: Visitor, size: int, told: int = 0) -> tuple[int, str]:
    """Status and words that an upload of so many bytes gets, or one that is told to have `told`."""
    head = 'Content-Disposition: form-data; name="{}"'
    body = "\r\n".join(
        (
            "--x", head.format("csrf_token"), "", visitor.page.token,
            "--x", head.format("file") + '; filename="a"', "", "x" * size, "--x--", "",
        )
    ).encode()  # fmt: skip
    kind = "multipart/form-data; boundary=x"
    length = {"CONTENT_LENGTH": str(told or len(body))}
    answer = visitor.client.post(
        "/console/import/homes", data=body, content_type=kind, environ_overrides=length
    )
    return answer.status_code, answer.text


def test_an_upload_may_be_larger_than_a_form_but_not_endless(console: Console) -> None:
    visitor = console.signed_in("admin")
    visitor.open("/console/import")
    assert sent(visitor, 2 * 1024 * 1024)[0] == 302
    status, words = sent(visitor, 9, told=page.MOST_BYTES + 1)
    assert status == 413
    assert "请分成几个文件" in words
    assert len(console.rows(t.import_run)) == 1


def test_a_firm_imports_nothing_and_is_refused_before_its_file_is_read(console: Console) -> None:
    visitor = console.signed_in("anju")
    assert sent(visitor, 2 * 1024 * 1024)[0] == 403
    for path in ("/console/import", "/console/import/homes.xlsx"):
        assert visitor.open(path).status == 403
    assert visitor.open("/console/import/1").status == 404  # nor what somebody else imports
    assert console.rows(t.import_run) == []


@pytest.mark.parametrize("path", ["nothing.xlsx", "99", "99/progress", "99/errors.xlsx"])
def test_what_is_not_there_is_not_found(console: Console, path: str) -> None:
    assert console.signed_in("admin").open(f"/console/import/{path}").status == 404


def test_the_upload_is_for_the_owner_alone_under_a_name_of_ours(console: Console) -> None:
    upload(console.signed_in("admin"), "people", ["王五", "", *HOME])
    (path,) = (console.photo_dir.parent / "imports").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert re.fullmatch(r"[0-9a-f]{32}\.sheet", path.name)


def test_what_a_table_holds_is_never_run_on_the_page(console: Console) -> None:
    visitor = console.signed_in("admin")
    upload(visitor, "people", ["王五", "", *HOME])
    ready: Any = worked(visitor)
    assert ESTATE not in ready.html
    assert ESTATE in ready.text


PAPERS = [*HEADING, "待遇", "开始日期", "截止日期"]


def test_entitlements_are_looked_at_line_by_line_and_then_kept(console: Console) -> None:
    """People first, then what their subsidies go by; the same table again changes nothing."""
    visitor = console.signed_in("admin")
    upload(visitor, "people", ["王五", "13900001234", *HOME])
    worked(visitor)
    visitor.send("/console/import/1/start")
    worked(visitor)
    low = ["王五", "13900001234", *HOME, "低保", "2026/1/1", "2026年12月31日"]
    lines = [low, ["赵六", "", *HOME, "独居", "", ""], ["王五", "", *HOME, "有钱", "", ""]]
    lines.append(["王五", "", *HOME, "独居", "2026-12-31", "2026-01-01"])
    for number, said in ((2, "新增 1 更新 0 没有变化 0"), (3, "新增 0 更新 0 没有变化 1")):
        upload(visitor, "entitlements", *lines, heading=PAPERS)
        ready = worked(visitor, number)
        assert f"{said} 有问题，不导入 3" in ready.text
        assert "第 3 行 姓名 这套房屋没有登记过这个姓名" in ready.text
        assert "第 4 行 待遇 只能填：低保" in ready.text
        assert "第 5 行 截止日期 截止日期比开始日期早" in ready.text
        assert "2026-12-31" in ready.text
        assert "13900001234" not in ready.html
        errors = visitor.client.get(f"/console/import/{number}/errors.xlsx")
        assert "赵六" not in str(list(load_workbook(io.BytesIO(errors.data)).worksheets[0].values))
        visitor.send(f"/console/import/{number}/{'start' if number == 2 else 'drop'}")
        worked(visitor, number)
    assert "都已经在系统里" in ready.text
    (kept,) = console.rows(t.entitlement)
    assert kept.verified_by == 1
    assert [row.subject for row in console.rows(t.audit) if row.what == "entitlement_saved"] == [
        str(kept.person_id)
    ]
    assert list((console.photo_dir.parent / "imports").iterdir()) == []
