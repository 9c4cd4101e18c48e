"""How one cell of a person's table becomes a value, by the kind of its column, or why it does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models.rules.money import read_cents
from models.rules.phones import callable_number

MOST = 64  # letters of a cell
LONGEST = 500  # of one with prose
LONGEST_STEPS = 2000  # of one with the steps of a service item
MOST_YEARS = 120
DISH = 32  # letters of a dish's name
INGREDIENTS = 200  # letters
MOST_CENTS = 1_000_000  # of one dish

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


class Unfit(ValueError):
    """A cell that cannot be taken; its argument is the reason's code."""


def folded(text: str) -> str:
    """Full-width letters and digits as ASCII, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def plain_name(text: str) -> str:
    """A person's name as the blind index has it: no blanks, one kind of dot, small letters as large ones."""
    return re.sub(r"[•·・‧.]", "·", folded(text)).upper()


def _text(column: Column, text: str, _choices: Choices) -> str:
    if len(text) > MOST:
        raise Unfit("too_long")
    return _printable(text)


def _printable(text: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs") for char in text):
        raise Unfit("letters")
    return text


_NAME = re.compile(r"[^\W\d_][\w\s·•・.'’\-]{0,30}")


def _name(column: Column, text: str, choices: Choices) -> str:
    if len(text) > 32:
        raise Unfit("too_long")
    if not _NAME.fullmatch(unicodedata.normalize("NFKC", text)):
        raise Unfit("letters")
    return _printable(text)


def _phone(column: Column, text: str, _choices: Choices) -> str:
    plain = re.sub(r"\.0+$", "", unicodedata.normalize("NFKC", text).strip())
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", folded(plain)):
        raise Unfit("rounded")
    number = callable_number(plain)
    if not number:
        raise Unfit("phone")
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
        raise Unfit("building")
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
        raise Unfit("unit")
    return plain.lstrip("0") or plain


def _room(_column: Column, text: str, _choices: Choices) -> str:
    """A room keeps its zero: 0302 is what stands on the door."""
    plain = re.sub(r"\.0+$|(?:号房|室|房|号)$", "", folded(text)).upper()
    if not re.fullmatch(
        r"[A-Z]{0,2}[0-9]{1,5}[A-Z]?(?:-[0-9]{1,4}[A-Z]?)?|[0-9]{1,2}[A-Z][0-9]{2}|[A-Z]", plain
    ):
        raise Unfit("room")
    return plain


def _number(_column: Column, text: str, _choices: Choices) -> int:
    plain = re.sub(r"\.0+$", "", folded(text))
    if not re.fullmatch(r"[1-9][0-9]?", plain):
        raise Unfit("number")
    return int(plain)


def _date(_column: Column, text: str, _choices: Choices) -> str:
    """The day as 2026-01-31, also from 2026/1/31, 2026.1.31 and 2026年1月31日."""
    plain = re.sub(r"[年月/.]", "-", folded(text)).removesuffix("日")
    try:
        if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", plain):
            return date(*map(int, plain.split("-"))).isoformat()
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        raise Unfit("date") from None


def _choice(column: Column, text: str, _choices: Choices) -> str:
    try:
        return column.choices[folded(text)]
    except KeyError:
        raise Unfit("choice") from None


def _choices(column: Column, text: str, choices: Choices) -> list[str]:
    return list(dict.fromkeys(_choice(column, one, choices) for one in _names(column, text, choices)))


def _dish(column: Column, text: str, choices: Choices) -> str:
    """A dish as canteens write it, without the number before it: 1.红烧肉 is 红烧肉."""
    plain = re.sub(r"^[0-9]{1,2}[.、．]\s*", "", " ".join(text.split()))
    if not plain or len(plain) > DISH:
        raise Unfit("dish")
    return _text(column, plain, choices)


def _money(_column: Column, text: str, _choices: Choices) -> int:
    cents = read_cents(text)
    if cents is None or cents > MOST_CENTS:
        raise Unfit("money")
    return cents


def _portions(_column: Column, text: str, _choices: Choices) -> int:
    plain = re.sub(r"\.0+$|份$", "", folded(text))
    if not re.fullmatch(r"[1-9][0-9]{0,3}", plain):
        raise Unfit("portions")
    return int(plain)


def _ingredients(_column: Column, text: str, _choices: Choices) -> str:
    if len(text) > INGREDIENTS:
        raise Unfit("too_long")
    return _printable(" ".join(text.split()))


def _category(_column: Column, text: str, choices: Choices) -> str:
    try:
        return choices["category"][folded(text)]
    except KeyError:
        raise Unfit("category") from None


def _long(_column: Column, text: str, _choices: Choices) -> str:
    if len(text) > LONGEST:
        raise Unfit("too_long")
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
        raise Unfit("too_long")
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
        raise Unfit("age")
    return int(plain)


def _names(column: Column, text: str, choices: Choices) -> list[str]:
    return [_text(column, one, choices) for one in dict.fromkeys(re.findall(r"[^、，,；;\s]+", text))]


def _categories(column: Column, text: str, choices: Choices) -> list[str]:
    return [_category(column, one, choices) for one in _names(column, text, choices)]


# Each takes the column, what stands in the cell (never nothing), and the choices; raises Unfit.
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
    "choices": _choices,
    "dish": _dish,
    "money": _money,
    "portions": _portions,
    "ingredients": _ingredients,
    "category": _category,
    "long": _long,
    "phrases": _phrases,
    "listed": _listed,
    "steps": _steps,
    "age": _age,
    "names": _names,
    "categories": _categories,
}
