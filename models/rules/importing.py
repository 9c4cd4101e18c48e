"""How lines of a person's table become values: headings with synonyms, cells with patterns, and why not.

Pure: text in, values or reasons out. A reason never holds what a cell held, only a code of imports.json, with the
number of another line after a colon where there is one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from models.rules.phones import callable_number

DATA: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "imports.json").read_text(encoding="utf-8")
)
WHY: Mapping[str, str] = DATA["why"]
LOOKED_UP = frozenset(DATA["looked_up"])  # reasons that the register gives; they may be gone the next time
NOTES = frozenset(DATA["notes"])  # reasons of lines that are brought in all the same
MOST = 64  # letters of a cell
LONGEST = 500  # of one with prose
LONGEST_STEPS = 2000  # of one with the steps of a service item
MOST_YEARS = 120
FOLDER = "imports"  # in the data folder: what was uploaded, until it is brought in
LINES = ".lines"  # the suffix of a file of lines that could be read: JSON, [number, values]

Fault = tuple[int, str, str]  # line, heading of the column, reason
Values = dict[str, Any]
Choices = Mapping[str, Mapping[str, str]]  # for a kind of column: what is written → what is meant


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `heads`: its heading and the synonyms that are understood; `kind`: one of READERS."""

    name: str
    heads: tuple[str, ...]
    kind: str
    required: bool = False
    example: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its heading in templates."""
        return f"{self.heads[0]}（必填）" if self.required else self.heads[0]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of table. `rows`: how many lines it may have; `key`: the columns that tell one line from another."""

    kind: str
    title: str
    hint: str
    rows: int
    key: tuple[str, ...]
    columns: tuple[Column, ...]


def _sheet(kind: str, data: Mapping[str, Any]) -> Sheet:
    columns = tuple(Column(**{**one, "heads": tuple(one["heads"])}) for one in data["columns"])
    return Sheet(kind, data["title"], data["hint"], data["rows"], tuple(data["key"]), columns)


SHEETS: Mapping[str, Sheet] = {kind: _sheet(kind, data) for kind, data in DATA["sheets"].items()}


class Unreadable(Exception):
    """The whole table cannot be read. `problem` is a key of imports.json, `facts` what fills its words."""

    def __init__(self, problem: str, **facts: Any) -> None:
        super().__init__(problem)
        self.problem, self.facts = problem, facts


class _Unfit(ValueError):
    """A cell that cannot be taken; its argument is the reason's code."""


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


# --- cells -------------------------------------------------------------------------------------------------


def folded(text: str) -> str:
    """Full-width letters and digits as ASCII, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def plain_name(text: str) -> str:
    """A person's name as the blind index has it: no blanks, one kind of dot, small letters as large ones."""
    return re.sub(r"[•·・‧.]", "·", folded(text)).upper()


def _text(column: Column, text: str, _choices: Choices) -> str:
    if len(text) > MOST:
        raise _Unfit("too_long")
    return _printable(text)


def _printable(text: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs") for char in text):
        raise _Unfit("letters")
    return text


_NAME = re.compile(r"[^\W\d_][\w\s·•・.'’\-]{0,30}")


def _name(column: Column, text: str, choices: Choices) -> str:
    if len(text) > 32:
        raise _Unfit("too_long")
    if not _NAME.fullmatch(unicodedata.normalize("NFKC", text)):
        raise _Unfit("letters")
    return _printable(text)


def _phone(column: Column, text: str, _choices: Choices) -> str:
    plain = re.sub(r"\.0+$", "", unicodedata.normalize("NFKC", text).strip())
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", folded(plain)):
        raise _Unfit("rounded")
    number = callable_number(plain)
    if not number:
        raise _Unfit("phone")
    return number


_HAN = {char: str(value) for value, char in enumerate("零一二三四五六七八九")}
_LANE = re.compile(r"(?:([0-9]{1,4})弄)(?:第?([0-9]{1,3}[甲乙丙丁]?)(?:号楼?|幢|栋)?)")
_BLOCK = re.compile(
    r"第?([0-9]{1,4}|[A-Z][0-9]{0,3}|[0-9]{1,3}[A-Z])(?:号楼|号|#楼?|幢楼?|栋楼?|座|楼)?([甲乙丙丁]?)"
)


def _building(_column: Column, text: str, _choices: Choices) -> str:
    """The key by which people call a building: 3, A, 15弄3号 (as bot/language/addresses.py reads it)."""
    plain = _arabic(re.sub(r"\.0+$", "", folded(text)).upper())
    lane = _LANE.fullmatch(plain)
    if lane:
        return f"{lane[1].lstrip('0')}弄{lane[2].lstrip('0')}号"
    block = _BLOCK.fullmatch(plain)
    key = (block[1].lstrip("0") + block[2]) if block else ""
    if not key:
        raise _Unfit("building")
    return key


def _arabic(text: str) -> str:
    """Chinese numerals below a hundred as digits: 十二号楼 is 12号楼."""
    return re.sub(r"[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]", _value, text)


def _value(found: re.Match[str]) -> str:
    tens, ten, ones = found[0].rpartition("十")
    if not ten:
        return _HAN[ones]
    return str(int(_HAN.get(tens, "1")) * 10 + int(_HAN.get(ones, "0")))


def _unit(_column: Column, text: str, _choices: Choices) -> str:
    plain = re.sub(r"\.0+$|单元$|门$", "", _arabic(folded(text)).upper())
    if not re.fullmatch(r"[0-9]{1,2}|[A-Z]|[甲乙丙丁东西南北中]", plain):
        raise _Unfit("unit")
    return plain.lstrip("0") or plain


def _room(_column: Column, text: str, _choices: Choices) -> str:
    """A room keeps its zero: 0302 is what stands on the door."""
    plain = re.sub(r"\.0+$|(?:号房|室|房|号)$", "", folded(text)).upper()
    if not re.fullmatch(
        r"[A-Z]{0,2}[0-9]{1,5}[A-Z]?(?:-[0-9]{1,4}[A-Z]?)?|[0-9]{1,2}[A-Z][0-9]{2}|[A-Z]", plain
    ):
        raise _Unfit("room")
    return plain


def _number(_column: Column, text: str, _choices: Choices) -> int:
    plain = re.sub(r"\.0+$", "", folded(text))
    if not re.fullmatch(r"[1-9][0-9]?", plain):
        raise _Unfit("number")
    return int(plain)


def _date(_column: Column, text: str, _choices: Choices) -> str:
    """The day as 2026-01-31, also from 2026/1/31, 2026.1.31 and 2026年1月31日."""
    plain = re.sub(r"[年月/.]", "-", folded(text)).removesuffix("日")
    try:
        if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", plain):
            return date(*map(int, plain.split("-"))).isoformat()
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        raise _Unfit("date") from None


def _choice(column: Column, text: str, _choices: Choices) -> str:
    try:
        return column.choices[folded(text)]
    except KeyError:
        raise _Unfit("choice") from None


def _category(_column: Column, text: str, choices: Choices) -> str:
    try:
        return choices["category"][folded(text)]
    except KeyError:
        raise _Unfit("category") from None


def _long(_column: Column, text: str, _choices: Choices) -> str:
    if len(text) > LONGEST:
        raise _Unfit("too_long")
    return _printable(" ".join(text.split()))


def _phrases(column: Column, text: str, choices: Choices) -> list[str]:
    return [_text(column, one, choices) for one in phrases(text)]


def phrases(text: str) -> list[str]:
    """What commas of a list and semicolons part: how the other words for an item stand in a cell."""
    return [one.strip() for one in dict.fromkeys(re.split(r"[、；;]", text)) if one.strip()]


def _listed(column: Column, text: str, choices: Choices) -> list[str]:
    return [_text(column, one.strip(), choices) for one in re.split(r"[；;]", text) if one.strip()]


def _steps(_column: Column, text: str, _choices: Choices) -> list[str]:
    if len(text) > LONGEST_STEPS:
        raise _Unfit("too_long")
    return [_printable(one) for one in parts(text)]


def parts(text: str) -> list[str]:
    """What semicolons part, blanks made one: how steps stand in a cell.

    >>> parts("登记； 交押金;")
    ['登记', '交押金']
    """
    return [" ".join(one.split()) for one in re.split(r"[；;]", text) if one.strip()]


def _age(_column: Column, text: str, _choices: Choices) -> int:
    plain = re.sub(r"\.0+$|周?岁$", "", folded(text))
    if not re.fullmatch(r"[0-9]{1,3}", plain) or int(plain) > MOST_YEARS:
        raise _Unfit("age")
    return int(plain)


def _names(column: Column, text: str, choices: Choices) -> list[str]:
    return [_text(column, one, choices) for one in dict.fromkeys(re.findall(r"[^、，,；;\s]+", text))]


def _categories(column: Column, text: str, choices: Choices) -> list[str]:
    return [_category(column, one, choices) for one in _names(column, text, choices)]


# Each takes the column, what stands in the cell (never nothing), and the choices; raises _Unfit.
READERS: Mapping[str, Callable[[Column, str, Choices], Any]] = {
    "text": _text,
    "name": _name,
    "phone": _phone,
    "building": _building,
    "unit": _unit,
    "room": _room,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "category": _category,
    "long": _long,
    "phrases": _phrases,
    "listed": _listed,
    "steps": _steps,
    "age": _age,
    "names": _names,
    "categories": _categories,
}


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
                raise _Unfit("empty")
        except _Unfit as why:
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
            return number, _head(self._sheet, self._sheet.key[-1]), f"same_as:{self._keys[key]}"
        self._keys[key] = number
        return None


def _same(value: Any) -> str:
    return plain_name(str(value))


def read_lines(
    sheet: Sheet, lines: Iterable[tuple[int, list[str]]], choices: Choices
) -> Iterator[tuple[int, Values, list[Fault]]]:
    """Every line below the heading with its values or faults. Raises Unreadable, at once or on the way."""
    rest = iter(lines)
    heading = find_heading(sheet, rest)
    seen, taken = Seen(sheet), 0
    for number, cells in rest:
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
