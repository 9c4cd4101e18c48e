"""The one way in which tables leave the console: columns by role, phones masked, no formulas, written down.

`export("orders", rows)` answers a request with a file. Call it outside any transaction; it opens its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from flask import Response

from bot import sheet_files
from bot.clock import local
from handlers.console.desk import here
from handlers.console.pages import me, working, write_down
from models.rules.masking import mask, mask_phone

_DATA: Mapping[str, Any] = json.loads(Path(__file__).with_name("exports.json").read_text(encoding="utf-8"))

Form = Literal["xlsx", "csv"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `roles`: who gets it; none: everybody.

    kind: text, words (prose, masked), phone, number, money (whole cents, written as yuan with two places), moment.
    """

    name: str
    title: str
    kind: str = "text"
    roles: tuple[str, ...] = ()


def export(
    what: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    phones: bool = False,
    form: Form = "xlsx",
    cut: bool = False,
) -> Response:
    """A file of `rows` with those columns of exports.json that the asker's role may have.

    `phones`: in full, if the role may ask for that; else 138****5678. What a row does not hold stays empty;
    a column of some roles alone that no row holds is left out. The first line says who exported it when, and the
    audit trail says it too. `cut`: there are more rows than these, which the first line says as well.
    """
    found = _DATA["exports"][what]
    role = me().role
    openly = phones and role in _DATA["open_phones"]
    held = {name for row in rows for name in row}
    columns = [one for one in columns_for(what, role) if not one.roles or one.name in held]
    with working() as work:
        write_down(work, f"export_{what}", f"{len(rows)} 条，电话{'完整' if openly else '隐去中间 4 位'}")
    body = ([_cell(column, row.get(column.name), openly) for column in columns] for row in rows)
    titles = [column.title for column in columns]
    lines: list[sheet_files.Line] = [[_watermark(len(rows), cut)], titles, *body]
    return _file(found["title"], lines, form, bold=1)


def template(title: str, headings: Sequence[str], example: Sequence[str]) -> Response:
    """An empty table to fill in. It holds nothing of anybody's, so nobody is written down."""
    return _file(title, [list(headings), list(example)], "xlsx", bold=0)


def columns_for(what: str, role: str) -> list[Column]:
    """The columns of an export that a role may have."""
    columns = (
        Column(**{**one, "roles": tuple(one.get("roles", ()))}) for one in _DATA["exports"][what]["columns"]
    )
    return [column for column in columns if not column.roles or role in column.roles]


def about_people(what: str, role: str) -> bool:
    """Whether a role may have columns of this export that are not everybody's: those about people."""
    return any(column.roles for column in columns_for(what, role))


def _watermark(rows: int, cut: bool) -> str:
    at = local(here().clock.now())
    count = f"只有前 {rows} 条，后面还有，请缩小条件分几次导出" if cut else f"共 {rows} 条"
    return f"{me().login} 于 {at:%Y-%m-%d %H:%M} 导出，{count}。内部资料，请勿外传。"


def _cell(column: Column, value: Any, openly: bool) -> sheet_files.Cell:
    if value is None:
        return ""
    return str(value) if column.kind == "phone" and openly else CELLS[column.kind](value)


def _moment(value: datetime) -> str:
    return f"{local(value):%Y-%m-%d %H:%M}"


def _yuan(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


CELLS: Mapping[str, Callable[[Any], sheet_files.Cell]] = {
    "text": str,
    "words": lambda value: mask(str(value)),
    "phone": lambda value: mask_phone(str(value)),
    "number": int,
    "money": _yuan,
    "moment": _moment,
}


def _file(title: str, lines: Iterable[sheet_files.Line], form: Form, bold: int) -> Response:
    if form == "csv":
        answer = Response(sheet_files.comma_separated(lines), content_type=sheet_files.CSV)
    else:
        answer = Response(sheet_files.excel(title, lines, bold=bold), content_type=sheet_files.EXCEL)
    name = quote(f"{title}.{form}")
    answer.headers["Content-Disposition"] = f"attachment; filename=\"linli.{form}\"; filename*=UTF-8''{name}"
    return answer
