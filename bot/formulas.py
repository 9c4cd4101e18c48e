"""Cells that a spreadsheet would run as formulas, made harmless (OWASP ASVS 5.0, 1.2.10)."""

from __future__ import annotations

import re

# Also after blanks and in full width: some programs fold what they open.
_FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@\t\r＝＋－﹣−＠﹢﹦﹫]")


def neutral(text: str) -> str:
    """The text as a CSV cell that no program takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """The text that neutral() was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text
