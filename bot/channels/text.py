"""Makes words fit a platform: no characters that break a message, never more bytes than it takes."""

from __future__ import annotations

import re

# Everything that XML 1.0 forbids, and the C1 controls that it only frowns upon.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKUP = str.maketrans({"<": "＜", ">": "＞"})
ELLIPSIS = "…"


def plain(words: str) -> str:
    """`words` without control characters and lone surrogates; every line ends in a line feed."""
    return _CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))


def tame(words: str) -> str:
    """Plain words in which no tag, mention or markdown link works: ours quote what residents and staff wrote."""
    return plain(words).translate(_MARKUP).replace("](", "］（")


def cut(words: str, limit: int, mark: str = ELLIPSIS) -> str:
    """At most `limit` bytes of UTF-8, cut between characters; what was cut ends in `mark`."""
    raw = words.encode()
    if len(raw) <= limit:
        return words
    room = limit - len(mark.encode())
    if room < 0:
        return raw[:limit].decode(errors="ignore")
    return raw[:room].decode(errors="ignore") + mark


def fit(words: str, tail: str, limit: int) -> str:
    """Words and a tail on the next line within `limit` bytes. The words are cut, the tail is kept."""
    if not tail:
        return cut(words, limit)
    room = limit - len(tail.encode()) - 1
    if room < len(ELLIPSIS.encode()):
        return cut(f"{words}\n{tail}".strip(), limit)
    return f"{cut(words, room)}\n{tail}".strip()


def shorten(words: str, length: int) -> str:
    """At most `length` characters; what was cut ends in an ellipsis."""
    return words if len(words) <= length else words[: length - 1] + ELLIPSIS
