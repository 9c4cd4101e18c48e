"""Tables as files to send: Excel and CSV, in which text stays text whatever it looks like."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from xlsxwriter import Workbook

from bot.formulas import neutral

Cell = str | int | Decimal  # a Decimal is money: a number with two places
Line = Sequence[Cell]

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
CELL = 32_767  # letters, by Excel's own limit
NAME = 31  # letters of a sheet's name
WIDTH = 18
# Said twice on purpose: no cell is ever written by a call that looks at what it holds.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def excel(title: str, lines: Iterable[Line], *, bold: int = -1) -> bytes:
    """An .xlsx with one sheet. `bold`: the number of the line (from 0) with the headings."""
    file = io.BytesIO()
    book = Workbook(file, _OPTIONS)
    sheet = book.add_worksheet(title[:NAME])
    heading, text = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
    money = book.add_format({"num_format": "0.00"})
    sheet.set_column(0, 63, WIDTH, text)
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            if isinstance(cell, Decimal):
                sheet.write_number(row, column, cell, money)
            elif isinstance(cell, int):
                sheet.write_number(row, column, cell)
            else:
                sheet.write_string(row, column, cell[:CELL], heading if row == bold else text)
    book.close()
    return file.getvalue()


def comma_separated(lines: Iterable[Line]) -> bytes:
    """A .csv that Excel opens with the right letters: UTF-8 with a mark."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for line in lines:
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in line])
    return b"\xef\xbb\xbf" + file.getvalue().encode()
