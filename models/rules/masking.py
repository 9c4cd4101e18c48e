"""Hides phones, identity and other long numbers, and doors in words that go to a group."""

from __future__ import annotations

import re

_N = r"[\d一二三四五六七八九十两]"
_ROOM = r"[\d一二三四五六七八九零〇]{3,4}"
_DASH = r"\s*[-－—–~]\s*"
_SUFFIX = r"(?:\s*(?:号房|室|房|号|户))?"

_PLAIN_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")

# In this order: what is longer and surer first.
_MASKS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"(?<!\d)\d{17}[\dXxＸ](?!\d)", "〔证件号已隐去〕"),
        (r"(?<!\d)(?:[+＋]?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d)", "〔电话已隐去〕"),
        (r"(?<!\d)0\d{2,3}[-－\s]?\d{7,8}(?!\d)", "〔电话已隐去〕"),
        (r"\d{7,}[Xx]?", "〔号码已隐去〕"),
        (
            rf"(?<!\d)({_N}{{1,3}})\s*(号楼|栋|幢|号)\s*(?:{_N}{{1,2}}\s*单元)?\s*{_ROOM}(?!\d){_SUFFIX}",
            r"\1 \2",
        ),
        (rf"(?<!\d)({_N}{{1,3}})\s*(号楼|栋|幢)\s*{_N}{{1,2}}{_DASH}{_ROOM}(?!\d){_SUFFIX}", r"\1 \2"),
        (rf"(?<!\d)(\d{{1,3}}){_DASH}\d{{1,2}}{_DASH}\d{{3,4}}(?!\d){_SUFFIX}", r"\1 号楼"),
        (rf"(?<!\d){_N}{{1,2}}\s*单元\s*{_ROOM}(?!\d){_SUFFIX}", "〔门牌已隐去〕"),
        (rf"(?<!\d)\d{{1,3}}{_DASH}\d{{3,4}}(?!\d){_SUFFIX}", "〔门牌已隐去〕"),
        (rf"(?<![\d一二三四五六七八九零〇]){_ROOM}\s*(?:室|号房|房|户)", "〔门牌已隐去〕"),
        (rf"(?<=[住家是])\s*{_ROOM}(?![\d年月日点个块元米度])", "〔门牌已隐去〕"),
    )
)


def mask(words: str, letters: int | None = None) -> str:
    """The words without phones, identity numbers, runs of seven digits or more, and rooms; cut to `letters`."""
    words = words.translate(_PLAIN_DIGITS)
    for pattern, hidden in _MASKS:
        words = pattern.sub(hidden, words)
    words = " ".join(words.split())
    if letters is not None and len(words) > letters:
        words = words[: letters - 1] + "…"
    return words
