"""Money as people write it. Inside it is whole cents; Decimal only here, where text is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from unicodedata import normalize

YUAN = 100  # cents
PAYS: Mapping[str, str] = {"balance": "从余额里扣", "pickup": "取餐时付", "bill": "记在月底的账单上"}
"""The ways of paying for meals, in the words that everybody reads."""
_SUM = re.compile(r"¥?\s*(\d{1,7}(?:\.\d{1,2})?)\s*[元块]?")


def yuan(cents: int) -> str:
    """A sum in words.

    >>> yuan(1200), yuan(1250), yuan(1205), yuan(-300)
    ('12 元', '12.5 元', '12.05 元', '-3 元')
    """
    whole, rest = divmod(abs(cents), YUAN)
    part = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{'-' if cents < 0 else ''}{whole}{part} 元"


def paid_how(pays: str, how: str) -> str:
    """How a meal is paid that is had `how` (pickup, delivery).

    >>> paid_how("pickup", "delivery"), paid_how("bill", "delivery")
    ('送到时付', '记在月底的账单上')
    """
    return "送到时付" if pays == "pickup" and how != "pickup" else PAYS[pays]


def amount(cents: int) -> str:
    """A sum as a field for money holds it.

    >>> amount(1250)
    '12.5'
    """
    return yuan(cents).removesuffix(" 元")


def read_cents(text: str) -> int | None:
    """The cents of a sum that somebody typed; None for what is none, is below zero or has parts of a cent.

    >>> read_cents("12.5"), read_cents("￥１２元"), read_cents("-1"), read_cents("1.005"), read_cents("1e3")
    (1250, 1200, None, None, None)
    """
    found = _SUM.fullmatch(normalize("NFKC", text).strip())
    return int(Decimal(found[1]) * YUAN) if found else None
