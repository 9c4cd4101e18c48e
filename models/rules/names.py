"""Whom somebody means: the name that words begin with, or the surname with 师傅, or a part of a unit's name."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

_POLITE = re.compile(r"^(?:[小老](?P<a>.)|(?P<b>.)(?:师傅|工|经理|主任|姐|哥))$")
_GAP = re.compile(r"[\s,，。:：;；、]+")
_EDGE = " \t\n,，。:：;；、"
SHORTEST = 2  # characters of a part that may stand for the whole name


def read_name(words: str, names: Mapping[K, str]) -> tuple[tuple[K, ...], str]:
    """Whom `words` begin with, and the words after that. Several are found where several may be meant."""
    words = words.strip()
    whole = [key for key, name in names.items() if name and words.startswith(name)]
    if whole:
        longest = max(len(names[key]) for key in whole)
        return tuple(key for key in whole if len(names[key]) == longest), words[longest:].strip(_EDGE)
    first, *rest = _GAP.split(words, maxsplit=1)
    found = tuple(key for key, name in names.items() if _means(first, name))
    return found, "".join(rest).strip(_EDGE)


def _means(word: str, name: str) -> bool:
    polite = _POLITE.match(word)
    if polite and name.startswith(polite["a"] or polite["b"]):
        return True
    return len(word) >= SHORTEST and word in name


def alike(name: str, said: str) -> bool:
    """Whether one who is called so may be meant: by the whole name, or by the surname, as in 王阿婆.

    >>> alike("王桂芳", "王阿婆"), alike("王桂芳", "李阿婆"), alike("王桂芳", "")
    (True, False, False)
    """
    said = "".join(said.split())
    return bool(said) and (name == said or name[0] == said[0])
