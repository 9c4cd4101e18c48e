"""Phone numbers by which somebody can be called back: mobile ones, and fixed lines with their area code.

Pure. Numbers of fixed lines: area codes 010, 02x with eight digits, 03xx to 09xx with seven or eight.
"""

from __future__ import annotations

import re
import unicodedata

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_FIXED = re.compile(
    r"(?P<area>\(?0(?:10|2[0-9])\)?[\s-]*(?=[0-9]{4}[\s-]?[0-9]{4})|\(?0[3-9][0-9]{2}\)?[\s-]*)"
    r"(?P<own>[0-9]{3,4}[\s-]?[0-9]{4})(?:\s*(?:转|分机|-|#)\s*(?:分机)?\s*(?P<extension>[0-9]{1,6}))?"
)


def callable_number(written: str) -> str:
    """The number as it is kept, digits only, an extension after a hyphen; empty when it is none.

    >>> callable_number("+86 138 0013 8000"), callable_number("021-62221234 转 12"), callable_number("62221234")
    ('13800138000', '02162221234-12', '')
    """
    plain = re.sub(r"[—–−]", "-", unicodedata.normalize("NFKC", written)).strip()
    digits = re.sub(r"[\s()-]", "", re.sub(r"^(?:\+|00)?86(?=[\s-]*[01])", "", plain))
    if _MOBILE.fullmatch(digits):
        return digits
    found = _FIXED.fullmatch(re.sub(r"^(?:\+|00)?86[\s-]*(?=0)", "", plain))
    if found is None:
        return ""
    line = re.sub(r"[^0-9]", "", found["area"] + found["own"])
    return f"{line}-{found['extension']}" if found["extension"] else line


def line_of(number: str) -> str:
    """A kept number without its extension: by it people are found and told apart."""
    return number.partition("-")[0]


def tail(number: str | None) -> str:
    """The last four digits, the extension left out; empty of no number."""
    return line_of(number or "")[-4:]
