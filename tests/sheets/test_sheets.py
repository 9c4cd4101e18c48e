"""Excel and CSV as text, whatever wrote them; hostile files are refused before a parser sees them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot import formulas, sheet_files, sheets

LINE = ["姓名", "手机号", "室号"]
HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "　=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\ufeff=1",
)
# One line, trimmed, as the reader gives it; an apostrophe before a formula is what the writer adds.
CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=20).map(
    lambda text: " ".join(text.split())
)


def excel(path: Path, *lines: list[Any], formats: dict[str, str] | None = None) -> Path:
    """A workbook as Excel writes it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    book.save(path)
    return path


def text(path: Path, content: str, encoding: str) -> Path:
    """A file of text."""
    path.write_bytes(content.encode(encoding))
    return path


def read(path: Path) -> list[tuple[int, list[str]]]:
    return list(sheets.lines(path))


def why(path: Path) -> str:
    with pytest.raises(sheets.NotASheet) as refused:
        read(path)
    return refused.value.why


@pytest.mark.parametrize(
    ("cell", "number_format", "shown"),
    [
        ("0302", "@", "0302"),
        (302, "0000", "0302"),
        (13800000000.0, "General", "13800000000"),
        (13800000000, "0", "13800000000"),
        (datetime.fromisoformat("2026-01-31"), "yyyy-mm-dd", "2026-01-31"),
        (date(2026, 1, 31), "yyyy-mm-dd", "2026-01-31"),
        (1.5, "General", "1.5"),
        (True, "General", "是"),
        ("  张 \n 三 ", "@", "张 三"),
    ],
)
def test_a_cell_is_read_as_people_see_it(tmp_path: Path, cell: Any, number_format: str, shown: str) -> None:
    path = excel(tmp_path / "a.xlsx", [cell], formats={"A1": number_format})
    assert read(path) == [(1, [shown])]


def test_empty_lines_are_left_out_and_counted(tmp_path: Path) -> None:
    path = excel(tmp_path / "a.xlsx", ["甲"], [None], ["", " "], ["乙"])
    assert [(number, cells[0]) for number, cells in read(path)] == [(1, "甲"), (4, "乙")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_of_every_kind(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = text(tmp_path / "a.csv", delimiter.join(LINE) + '\r\n"张,三"' + delimiter + "1\r\n", encoding)
    assert read(path) == [(1, LINE), (2, ["张,三", "1"])]


def test_what_a_file_is_called_does_not_matter(tmp_path: Path) -> None:
    assert read(excel(tmp_path / "a.xlsx", ["甲"]).rename(tmp_path / "b.csv")) == [(1, ["甲"])]


def changed(path: Path, change: Callable[[zipfile.ZipFile], None], drop: str = "") -> Path:
    """A workbook with other parts than Excel's."""
    content = io.BytesIO()
    with zipfile.ZipFile(excel(path, ["甲"])) as old, zipfile.ZipFile(content, "w") as new:
        for part in old.infolist():
            if part.filename != drop:
                new.writestr(part, old.read(part))
        change(new)
    path.write_bytes(content.getvalue())
    return path


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet>&a;</worksheet>'


@pytest.mark.parametrize(
    ("change", "drop", "reason"),
    [
        (lambda z: z.writestr("xl/vbaProject.bin", b"x"), "", "macros"),
        (lambda z: z.writestr(SHEET, BOMB), SHEET, "broken"),
        (lambda z: z.writestr(SHEET, BOMB.decode().encode("utf-16")), SHEET, "broken"),
        (lambda z: z.writestr(SHEET, b"<!-- " + b" " * 5000 + b"-->" + BOMB[21:]), SHEET, "broken"),
        (lambda z: z.writestr(SHEET, b"<worksheet><sheetData><row r='x'/>"), SHEET, "broken"),
        (lambda z: None, "xl/workbook.xml", "broken"),
    ],
)
def test_a_crafted_workbook_is_refused(tmp_path: Path, change: Any, drop: str, reason: str) -> None:
    assert why(changed(tmp_path / "a.xlsx", change, drop)) == reason


def test_a_bomb_is_refused_by_what_it_would_unpack_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "UNPACKED", 100_000)
    path = changed(tmp_path / "a.xlsx", lambda z: z.writestr("xl/media/x.bin", bytes(200_000)))
    assert why(path) == "too_large"


def test_strings_that_would_fill_the_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "WHOLE", 50_000)
    strings = b"<sst>" + b"<si><t>x</t></si>" * 5000 + b"</sst>"
    part = "xl/sharedStrings.xml"
    assert why(changed(tmp_path / "a.xlsx", lambda z: z.writestr(part, strings), part)) == "too_large"


def test_too_many_lines_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS", 3)
    assert why(text(tmp_path / "a.csv", "甲\n" * 4, "utf-8")) == "too_large"
    assert len(read(text(tmp_path / "a.csv", "甲\n" * 3, "utf-8"))) == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old"),
        (b"PK\x03\x04 not a zip", "broken"),
        (b"\xff\xfe\xfd\x00\x01", "broken"),
        (b"a,b\x00c", "encoding"),
        (b"\x81\xff\xff\xff", "encoding"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    assert why(path) == reason


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a"
    path.write_bytes(content)
    with suppress(sheets.NotASheet):
        read(path)


def test_hostile_cells_are_text_in_excel(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(sheet_files.excel("工单", [[*HOSTILE, "http://x.example", 5]]))
    with zipfile.ZipFile(path) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in xml
        assert b"<f " not in xml
        assert b"hyperlink" not in xml
    row = next(iter(load_workbook(path).worksheets[0].iter_rows()))
    assert [cell.data_type for cell in row] == ["s"] * (len(HOSTILE) + 1) + ["n"]
    assert row[0].value == "=1+1"


@pytest.mark.parametrize("cell", HOSTILE)
def test_hostile_cells_are_text_in_csv(cell: str) -> None:
    written = sheet_files.comma_separated([[cell]]).decode("utf-8-sig")
    assert written.lstrip('"').startswith("'")


def test_numbers_stay_numbers_in_csv() -> None:
    assert sheet_files.comma_separated([[-5, "乙"]]) == "\ufeff-5,乙\r\n".encode()


def test_money_is_a_number_with_two_places(tmp_path: Path) -> None:
    line = [Decimal("1234.50"), Decimal("-0.05"), 7]
    path = tmp_path / "a.xlsx"
    path.write_bytes(sheet_files.excel("表", [line]))
    cells = list(load_workbook(path).worksheets[0][1])
    assert [(cell.value, cell.number_format) for cell in cells] == [
        (1234.5, "0.00"),
        (-0.05, "0.00"),
        (7, "@"),
    ]
    assert sheet_files.comma_separated([line]) == b"\xef\xbb\xbf1234.50,-0.05,7\r\n"


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CELLS, min_size=1, max_size=4).filter(any))
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_written_is_read_again(tmp_path: Path, form: str, line: list[str]) -> None:
    line = [formulas.restored(cell) for cell in line]
    lines = [["甲", "乙", "丙", "丁"], line]
    path = tmp_path / f"a.{form}"
    path.write_bytes(sheet_files.comma_separated(lines) if form == "csv" else sheet_files.excel("表", lines))
    (_, cells), *_more = read(path)[1:]
    assert cells[: len(line)] == line
