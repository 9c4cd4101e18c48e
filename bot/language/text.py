"""Text as people send it, made even before anything is read from it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import opencc

from bot.language.tables import any_of, read_table

_WORDS = read_table("text")
_DROPPED = frozenset({"Cc", "Cf", "Cs"})  # control, invisible format, lone surrogate
_KEPT = frozenset("\n\t")
REMEMBERED = 128  # sentences: one is read by many rules in its turn, and hardly ever again
_SIMPLIFIED = opencc.OpenCC("t2s")  # never tw2sp on input: it turns 呼叫 into 调用
_PATCHES: dict[str, str] = _WORDS["patches"]
_PATCH = re.compile(any_of(_PATCHES))
_FACE = re.compile(rf"\[{any_of(_WORDS['faces'])}\]|{any_of(_WORDS['signs'])}")
_PICTURES = frozenset({"So", "Sk", "Cn", "Co"})  # emoji, their skin colours, what no font knows, private use
_TELLING = frozenset(_WORDS["telling"])
_REPEATED = re.compile(rf"([^0-9{''.join((*_WORDS['digits'], *_WORDS['telling']))}\n])\1{{3,}}")
_MOST = 8  # polite words and signs at one end; nobody is more polite than that
_TAIL = re.compile(rf"(?:{any_of(_WORDS['polite_tails'])}|(?<![\W_])[\W_]+)$")
_HEAD = re.compile(rf"^(?:{any_of(_WORDS['polite_heads'])}|[\W_]+)")


def visible(text: str) -> str:
    """`text` without control characters, invisible marks and lone surrogates; line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in _DROPPED)


def simplified(text: str) -> str:
    """`text` in simplified characters: 訂兩份 is 订两份, 著火 is 着火 (which the conversion table lacks)."""
    if text.isascii():
        return text
    return _PATCH.sub(lambda found: _PATCHES[found[0]], _SIMPLIFIED.convert(text))


def fold(text: str) -> str:
    """Plain lower-case forms of full-width and traditional characters, of the same length as `text`.

    Positions found in the result therefore hold in `text`, whose own wording can be handed on.
    """
    forms = ((c, unicodedata.normalize("NFKC", c).lower()) for c in text)
    plain = "".join(form if len(form) == 1 else c for c, form in forms)
    if plain.isascii() or any(unicodedata.category(c) == "Cs" for c in plain):
        return plain
    converted = simplified(plain)
    return converted if len(converted) == len(plain) else plain


@lru_cache(REMEMBERED)
def clean(text: str) -> str:
    """`text` made even: NFKC, simplified, without WeChat's faces and emoji, 好好好好好 cut to 好好好, trimmed.

    What is nothing but faces stays, and so do the signs that tell something (⭐, 👍). Callers keep the original.
    """
    seen = unicodedata.normalize("NFKC", visible(text)).strip()
    if seen.isascii() and not _FACE.search(seen):
        return _REPEATED.sub(r"\1\1\1", seen)
    words = _FACE.sub(" ", seen)
    if not words.isascii():
        words = simplified("".join(" " if _is_picture(c) else c for c in words))
    return _REPEATED.sub(r"\1\1\1", words).strip() or seen


def _is_picture(c: str) -> bool:
    return c > "\u00ff" and c not in _TELLING and unicodedata.category(c) in _PICTURES


@lru_cache(REMEMBERED)
def spellings(text: str) -> tuple[str, ...]:
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
    return tuple(found)


def bare(text: str) -> str:
    """`text` cleaned, in lower case, without polite words and signs around it; never emptied by that."""
    return spellings(text)[-1]
