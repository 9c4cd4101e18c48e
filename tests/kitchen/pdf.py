"""The words of a PDF as a reader copies them out: through the table that comes with the embedded font."""

from __future__ import annotations

import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
_LETTER = re.compile(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>")
_TEXT = re.compile(rb"\(((?:\\.|[^\\)])*)\) Tj", re.S)
_ESCAPED = re.compile(rb"\\(.)", re.S)
_PAGE = re.compile(rb"/Type /Page\b")
_CONTROL = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def streams(pdf: bytes) -> list[bytes]:
    """What is packed in it, unpacked."""
    found = []
    for packed in _STREAM.findall(pdf):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            found.append(packed)
    return found


def words(pdf: bytes) -> str:
    """Every piece of text, one after the other."""
    unpacked = streams(pdf)
    letters: dict[int, str] = {}
    for one in unpacked:
        if b"begincmap" in one:
            letters |= {
                int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
                for code, text in _LETTER.findall(one)
            }
    said = []
    for one in unpacked:
        for text in _TEXT.findall(one):
            raw = _ESCAPED.sub(lambda found: _CONTROL.get(found[1], found[1]), text)
            codes = (int.from_bytes(raw[n : n + 2], "big") for n in range(0, len(raw), 2))
            said.append("".join(letters.get(code, "?") for code in codes))
    return "\n".join(said)


def pages(pdf: bytes) -> int:
    """How many pages it has."""
    return len(_PAGE.findall(pdf))
