"""What a kitchen counts: portions by dish, what a correction changes, and the code said at the counter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from unicodedata import normalize

Counts = Mapping[str, int]  # by the dish's id, as JSON keeps it

FROZEN = 1  # the version that is counted at the cut-off
WAYS = "送餐和取餐有变，请重新打印送餐单和标签"
_CODE = re.compile(r"(?:(?P<menu>\d{1,9})-)?(?P<code>\d{4,6})")


def changes(before: Counts, after: Counts) -> dict[str, int]:
    """How many more or less of each dish; what stays the same is left out.

    >>> changes({"1": 3, "2": 1}, {"1": 4, "3": 2})
    {'1': 1, '2': -1, '3': 2}
    """
    dishes = sorted(before.keys() | after.keys(), key=int)
    differ = {dish: after.get(dish, 0) - before.get(dish, 0) for dish in dishes}
    return {dish: more for dish, more in differ.items() if more}


def correction(version: int) -> int:
    """Which correction a version of the count is: 1 for the first after the cut-off, 0 for the count itself."""
    return version - FROZEN


def more_or_less(name: str, more: int) -> str:
    """A line of a correction.

    >>> more_or_less("红烧肉", 1), more_or_less("豆腐", -2)
    ('红烧肉 +1', '豆腐 −2')
    """
    return f"{name} {'+' if more > 0 else '−'}{abs(more)}"


def corrected(changes: Iterable[tuple[str, int]]) -> str:
    """What a correction says; one without dishes changes where meals go.

    >>> corrected([("红烧肉", 1), ("豆腐", -2)])
    '红烧肉 +1、豆腐 −2'
    """
    return "、".join(more_or_less(name, more) for name, more in changes) or WAYS


def read_code(text: str) -> tuple[int | None, str] | None:
    """The menu, if it is told, and the code: as somebody types it or a scanner reads it from the QR code.

    >>> read_code("１２３ 456"), read_code("12-123456"), read_code("123")
    ((None, '123456'), (12, '123456'), None)
    """
    found = _CODE.fullmatch(re.sub(r"\s", "", normalize("NFKC", text)))
    return (int(found["menu"]) if found["menu"] else None, found["code"]) if found else None


def code_text(menu_id: int, code: str) -> str:
    """What the QR code of a meal says: read_code() reads it."""
    return f"{menu_id}-{code}"
