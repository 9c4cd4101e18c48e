"""How lines of a person's table become values: headings with synonyms, cells with patterns, and why not.

Pure: text in, values or reasons out. A reason never holds what a cell held, only a code of imports.json, with the
number of another line after a colon where there is one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.rules.import_cells import READERS, Choices, Column, Unfit, plain_name

DATA: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "imports.json").read_text(encoding="utf-8")
)
WHY: Mapping[str, str] = DATA["why"]
LOOKED_UP = frozenset(DATA["looked_up"])  # reasons that the register gives; they may be gone the next time
NOTES = frozenset(DATA["notes"])  # reasons of lines that are brought in all the same
FOLDER = "imports"  # in the data folder: what was uploaded, until it is brought in
LINES = ".lines"  # the suffix of a file of lines that could be read: JSON, [number, values]

Fault = tuple[int, str, str]  # line, heading of the column, reason
Values = dict[str, Any]
Merged = tuple[int, int, int]  # of cells merged downwards: the column from 0, the first and the last line


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of table. `rows`: how many lines it may have; `key`: the columns that tell one line from another.

    `whole`: with one fault nothing of the table is brought in; `fills`: columns whose cells may be merged downwards;
    `staff`: not for administrators alone.
    """

    kind: str
    title: str
    hint: str
    rows: int
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    whole: bool = False
    fills: tuple[str, ...] = ()
    staff: bool = False


def _sheet(kind: str, data: Mapping[str, Any]) -> Sheet:
    columns = tuple(Column(**{**one, "heads": tuple(one["heads"])}) for one in data["columns"])
    names = ("title", "hint", "rows", "whole", "staff")
    rest: dict[str, Any] = {name: data[name] for name in names if name in data}
    return Sheet(kind, columns=columns, key=tuple(data["key"]), fills=tuple(data.get("fills", ())), **rest)


SHEETS: Mapping[str, Sheet] = {kind: _sheet(kind, data) for kind, data in DATA["sheets"].items()}


class Unreadable(Exception):
    """The whole table cannot be read. `problem` is a key of imports.json, `facts` what fills its words."""

    def __init__(self, problem: str, **facts: Any) -> None:
        super().__init__(problem)
        self.problem, self.facts = problem, facts


def problem_words(problem: str, facts: Mapping[str, Any]) -> str:
    """What to tell about a table that cannot be read."""
    return str(DATA["problem"][problem].format(**{"head_lines": DATA["head_lines"], **facts}))


def reason(sheet: Sheet, head: str, why: str, choices: Choices) -> str:
    """A reason in words."""
    code, _, row = why.partition(":")
    column = next((one for one in sheet.columns if one.heads[0] == head), None)
    offered = (column.choices or choices.get("category", {})) if column else {}
    return WHY[code].format(row=row, choices="、".join(offered))


# --- the heading -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """Where each column stands; `others`: how many further headings nobody knows."""

    places: Mapping[str, int]
    others: int


def find_heading(sheet: Sheet, lines: Iterator[tuple[int, list[str]]]) -> Heading:
    """Read on until the line of headings, which may stand below a title. Raises Unreadable."""
    for _ in range(DATA["head_lines"]):
        _number, cells = next(lines, (0, None))
        if cells is None:
            break
        names = [_column_of(sheet, cell) for cell in cells]
        known = [name for name in names if name]
        if len(set(known)) >= min(2, len(sheet.columns)):
            return _heading(sheet, cells, names)
    raise Unreadable("no_heading")


def _heading(sheet: Sheet, cells: Sequence[str], names: Sequence[str | None]) -> Heading:
    titles = {column.name: column.heads[0] for column in sheet.columns}
    twice = [titles[name] for name in titles if names.count(name) > 1]
    if twice:
        raise Unreadable("twice", heads="、".join(twice))
    missing = [one.heads[0] for one in sheet.columns if one.required and one.name not in names]
    if missing:
        raise Unreadable("missing", heads="、".join(missing))
    places = {name: place for place, name in enumerate(names) if name}
    return Heading(places, sum(bool(cell) for cell in cells) - len(places))


def _column_of(sheet: Sheet, cell: str) -> str | None:
    plain = _plain_head(cell)
    return (
        next((c.name for c in sheet.columns if plain in map(_plain_head, c.heads)), None) if plain else None
    )


def _plain_head(text: str) -> str:
    return re.sub(r"[\s*:]|\(必填\)|\(选填\)", "", unicodedata.normalize("NFKC", text))


# --- lines -------------------------------------------------------------------------------------------------


def read(
    sheet: Sheet, heading: Heading, number: int, cells: Sequence[str], choices: Choices
) -> tuple[Values, list[Fault]]:
    """The values of one line, and its faults: with any fault nothing of the line may be taken.

    A cell that is empty gives no value, so that what is known already stays.
    """
    values: Values = {}
    faults: list[Fault] = []
    for column in sheet.columns:
        place = heading.places.get(column.name, len(cells))
        text = cells[place] if place < len(cells) else ""
        try:
            if text:
                values[column.name] = READERS[column.kind](column, text, choices)
            elif column.required:
                raise Unfit("empty")
        except Unfit as why:
            faults.append((number, column.heads[0], str(why)))
    if not faults and values.get("ends_on", "9999") < values.get("starts_on", ""):
        faults.append((number, _head(sheet, "ends_on"), "order_of_dates"))
    return values, faults


def is_example(sheet: Sheet, heading: Heading, cells: Sequence[str]) -> bool:
    """Whether this is the line that the template shows."""
    given = {column.name: column.example for column in sheet.columns if column.name in heading.places}
    shown = {name: cells[place] if place < len(cells) else "" for name, place in heading.places.items()}
    return given == shown


def _head(sheet: Sheet, name: str) -> str:
    return next(column.heads[0] for column in sheet.columns if column.name == name)


class Seen:
    """What stood in earlier lines of the same table. It keeps hashes only, a few bytes a line."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._keys: dict[int, int] = {}

    def fault(self, number: int, values: Values) -> Fault | None:
        """What is wrong with this line beside the earlier ones; if nothing is, it is noted."""
        key = hash(tuple(_same(values.get(name, "")) for name in self._sheet.key))
        if key in self._keys:
            why = "twice" if self._sheet.whole else "same_as"
            return number, _head(self._sheet, self._sheet.key[-1]), f"{why}:{self._keys[key]}"
        self._keys[key] = number
        return None


def _same(value: Any) -> str:
    return plain_name(str(value))


class Fills:
    """Gives cells that the file says are merged downwards what stands in the first of them."""

    def __init__(self, sheet: Sheet, heading: Heading, merged: Sequence[Merged]) -> None:
        places = {heading.places[name] for name in sheet.fills if name in heading.places}
        self._spans = [one for one in merged if one[0] in places]
        self._tops: dict[Merged, str] = {}

    def filled(self, number: int, cells: list[str]) -> list[str]:
        """The cells of a line; lines come from above."""
        for span in self._spans:
            place, first, last = span
            if not first <= number <= last:
                continue
            cells = [*cells, *[""] * (place + 1 - len(cells))]
            cells[place] = cells[place] or self._tops.get(span, "")
            self._tops.setdefault(span, cells[place])
        return cells


def read_lines(
    sheet: Sheet, lines: Iterable[tuple[int, list[str]]], choices: Choices, merged: Sequence[Merged] = ()
) -> Iterator[tuple[int, Values, list[Fault]]]:
    """Every line below the heading with its values or faults. Raises Unreadable, at once or on the way."""
    rest = iter(lines)
    heading = find_heading(sheet, rest)
    fills = Fills(sheet, heading, merged)
    seen, taken = Seen(sheet), 0
    for number, cells in ((number, fills.filled(number, cells)) for number, cells in rest):
        if is_example(sheet, heading, cells):
            continue
        taken += 1
        if taken > sheet.rows:
            raise Unreadable("too_many_rows", rows=sheet.rows)
        values, faults = read(sheet, heading, number, cells, choices)
        again = None if faults else seen.fault(number, values)
        yield number, values, [again] if again else faults
    if not taken:
        raise Unreadable("nothing")
