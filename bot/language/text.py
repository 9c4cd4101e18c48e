"""Text as people send it, made even before anything is read from it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.language.tables import any_of, read_table

_WORDS = read_table("text")
_DROPPED = frozenset({"Cc", "Cf", "Cs"})  # control, invisible format, lone surrogate
_KEPT = frozenset("\n\t")
REMEMBERED = 128  # sentences: one is read by many rules in its turn, and hardly ever again
_MOST = 8  # polite words and signs at one end; nobody is more polite than that
_TAIL = re.compile(rf"(?:{any_of(_WORDS['polite_tails'])}|(?<![\W_])[\W_]+)$")
_HEAD = re.compile(rf"^(?:{any_of(_WORDS['polite_heads'])}|[\W_]+)")


def visible(text: str) -> str:
    """`text` without control characters, invisible marks and lone surrogates; line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in _DROPPED)


def fold(text: str) -> str:
    """Full-width letters, digits and signs as their plain forms in lower case, of the same length as `text`.

    Positions found in the result therefore hold in `text`, whose own wording can be handed on.
    """
    forms = ((c, unicodedata.normalize("NFKC", c).lower()) for c in text)
    return "".join(form if len(form) == 1 else c for c, form in forms)


@lru_cache(REMEMBERED)
def clean(text: str) -> str:
    """The NFKC form of what can be seen of `text`, trimmed. The words stay as they are."""
    return unicodedata.normalize("NFKC", visible(text)).strip()


def spellings(text: str) -> list[str]:
    """`text` cleaned, then with one polite word or sign less at a time; the last is the barest.

    "算了吧！" gives 算了吧!, 算了吧, 算了, 算: a table of exact words is asked for each in turn.
    """
    found = [clean(text).lower()]
    for edge in (_TAIL, _HEAD):
        for _ in range(_MOST):
            shorter = edge.sub("", found[-1], count=1)
            if not shorter or shorter == found[-1]:
                break
            found.append(shorter)
    return found


def bare(text: str) -> str:
    """`text` cleaned, in lower case, without polite words and signs around it; never emptied by that."""
    return spellings(text)[-1]
