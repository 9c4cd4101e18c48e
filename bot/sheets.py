"""Tables that people send: Excel (.xlsx) and CSV, read line by line as text. Nothing in them is ever run."""

from __future__ import annotations

import codecs
import csv
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from pkgutil import resolve_name
from typing import IO, Any, BinaryIO
from zipfile import ZipFile

from bot import formulas

# Loaded with the first Excel file: most processes that may be given one never are.
LIBRARY = "openpyxl:load_workbook"
COLUMNS = 64  # what stands further to the right is not read
ROWS = 500_000
WIDTH_ROWS = 20  # lines that show how wide an Excel table is: its headings are among them
UNPACKED = 600_000_000  # bytes; a town of 330,000 people unpacks to a quarter of that
PARTS = 2000
WHOLE = 64_000_000  # bytes of a part that the library holds in memory: all but the lines themselves
HEAD = 4096  # bytes of a part in which its root element must begin
CHUNK = 1 << 20
MERGES = 5000  # merged cells that are looked at
TAG = 200  # bytes of one tag that may be cut in two

_ZEROS = re.compile(r"0{2,}")  # a number format such as 0000, which shows 302 as 0302
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_LINES_IN = "xl/worksheets/"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, and .xlsx under a password
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",\t;，"


_log = logging.getLogger("linli.sheets")


class NotASheet(Exception):
    """The file cannot be read. `why`: macros, old (or under a password), too_large, broken, encoding."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty: its number, as the program that wrote it shows it, and its cells as text.

    The first sheet of an Excel file. What a file is, is told by its content. Raises NotASheet.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if head == _OLE:
        raise NotASheet("old")
    found = _of_excel(path) if head.startswith(b"PK") else _of_csv(path)
    for number, cells in enumerate(found, 1):
        if number > ROWS:
            raise NotASheet("too_large")
        if any(cells):
            yield number, cells


def merged(path: Path) -> list[tuple[int, int, int]]:
    """The cells that an Excel table merges downwards: their column from 0, their first and last line.

    None in a file of another kind, and none where it cannot be read: lines() says what is wrong with it.
    """
    try:
        _look_into(path)
        with path.open("rb") as file, ZipFile(path) as archive:
            book = _book(file)
            first: Any = book.worksheets[0]
            book.close()
            with archive.open(first._worksheet_path) as table:
                return list(_downwards(table))
    # Whatever the library raises of a crafted file: lines() meets it, too.
    except Exception:
        return []


def _downwards(table: IO[bytes]) -> Iterator[tuple[int, int, int]]:
    """What <mergeCell ref="A2:B9"/> says, for each column that it spans."""
    text, found = b"", 0
    while chunk := table.read(CHUNK):
        text, over = text + chunk, 0
        for span in _MERGED.finditer(text):
            over, found = span.end(), found + 1
            if found > MERGES:
                return
            first, last = int(span[2]), int(span[4])
            if last > first:
                yield from ((place, first, last) for place in range(_place(span[1]), _place(span[3]) + 1))
        text = text[max(over, len(text) - TAG) :]


def _place(letters: bytes) -> int:
    """The number of a column from 0: A is 0, AA is 26. None stands further right than what is read."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return min(place - 1, COLUMNS)


def _of_excel(path: Path) -> Iterator[list[str]]:
    try:
        _look_into(path)
        with path.open("rb") as file:
            yield from _cells(file)
    except NotASheet:
        raise
    # A crafted file makes the library raise anything, from KeyError to ParseError.
    except Exception as error:
        _log.warning("a table could not be read: %s", type(error).__name__)
        raise NotASheet("broken") from None


def _book(file: BinaryIO, **how: bool) -> Any:
    return resolve_name(LIBRARY)(file, read_only=True, keep_links=False, **how)


def _cells(file: BinaryIO) -> Iterator[list[str]]:
    book = _book(file, data_only=True)
    try:
        sheet = book.worksheets[0]
        # The size that the file gives itself is often wrong.
        sheet.reset_dimensions()
        # Each line is filled up to the width that is asked for, so that is looked up first.
        first = (_line(row) for row in sheet.iter_rows(max_row=WIDTH_ROWS, max_col=COLUMNS))
        width = max((place for line in first for place, cell in enumerate(line, 1) if cell), default=1)
        yield from map(_line, sheet.iter_rows(max_col=width))
    finally:
        book.close()


def _line(row: Iterable[Any]) -> list[str]:
    return [_shown(cell) if cell.value is not None else "" for cell in row]


def _look_into(path: Path) -> None:
    """Refuse macros, bombs and declarations of entities before a parser sees them."""
    with ZipFile(path) as archive:
        parts = archive.infolist()
        if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
            raise NotASheet("too_large")
        if any(part.file_size > WHOLE and not part.filename.startswith(_LINES_IN) for part in parts):
            raise NotASheet("too_large")
        names = {part.filename for part in parts}
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise NotASheet("macros")
        if "xl/workbook.xml" not in names:
            raise NotASheet("broken")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                _refuse_declarations(archive, part)


def _refuse_declarations(archive: ZipFile, part: zipfile.ZipInfo) -> None:
    with archive.open(part) as file:
        head = file.read(HEAD).replace(b"\0", b"")  # UTF-16 too
    root = re.search(rb"<[A-Za-z_]", head)
    if root is None or b"<!D" in head[: root.start()]:
        raise NotASheet("broken")


def _shown(cell: Any) -> str:
    """A cell as people see it, not as the program stores it."""
    value = cell.value
    if isinstance(value, str):
        return _tidy(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        zeros = _ZEROS.fullmatch(cell.number_format or "")
        return str(value).zfill(len(zeros[0])) if zeros else str(value)
    if isinstance(value, datetime):
        return (value.date() if value.time() == datetime.min.time() else value).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _tidy(text: str) -> str:
    """One line without blanks around it, and without the apostrophe that neutral() has set."""
    return formulas.restored(" ".join(text.split()))


def _of_csv(path: Path) -> Iterator[list[str]]:
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            delimiter = _delimiter(file.readline() or "")
            file.seek(0)
            for row in csv.reader(file, delimiter=delimiter):
                yield [_tidy(cell) for cell in row[:COLUMNS]]
    except (UnicodeError, csv.Error):
        raise NotASheet("broken") from None


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _encoding(path: Path) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, or GB18030, which Excel writes here."""
    with path.open("rb") as file:
        head = file.read(4)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    found = next((name for name in ("utf-8", "gb18030") if _decodes(path, name)), None)
    if found is None:
        raise NotASheet("encoding")
    return found


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if b"\0" in chunk:
                    return False
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
