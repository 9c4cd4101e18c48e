"""Names of people found by characters, by sound and by initials: 善阿姨 and sl both find 单丽."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from pypinyin import Style, lazy_pinyin, pinyin

from bot.language.pinyin import blurred
from bot.language.tables import read_table
from bot.language.text import clean

_SURNAMES: dict[str, list[str]] = read_table("surnames")["readings"]
_LONGEST_SURNAME = 2
_MOST_READINGS = 3  # of the first character of a name
_LONGEST = 8  # characters of a name
EXACT, BY_PART, BY_SOUND, BY_PART_SOUND, BY_INITIALS = 5, 4, 3, 2, 1


@dataclass(frozen=True, slots=True)
class _Sounds:
    """The ways a name may be read: syllables joined by spaces, and their initials."""

    full: frozenset[str]
    initials: frozenset[str]


def find_names(said: str, names: Iterable[str]) -> list[str]:
    """Those of `names` that `said` may mean, the likeliest first: same characters, then sound, then initials.

    `said` is characters, pinyin (shan li, shanli) or initials (sl). Rare readings of surnames count beside the
    common ones, for people spell both ways: 单 is shan and dan.

    >>> find_names("shanli", ["单丽", "王芳"]), find_names("善丽", ["单丽"]), find_names("wf", ["单丽", "王芳"])
    (['单丽'], ['单丽'], ['王芳'])
    """
    wanted = clean(said).lower()
    if not wanted:
        return []
    heard = frozenset() if wanted.isascii() else _sounds(wanted).full
    scored = [(_likeness(wanted, heard, name), name) for name in dict.fromkeys(names)]
    return [name for score, name in sorted(scored, key=lambda one: -one[0]) if score]


def _likeness(wanted: str, heard: frozenset[str], name: str) -> int:
    if wanted == name:
        return EXACT
    if len(wanted) > 1 and wanted in name:
        return BY_PART
    sounds = _sounds(name)
    if wanted.isascii():
        return _spelt(wanted, sounds)
    if heard & sounds.full:
        return BY_SOUND
    whole = {f" {way} " for way in sounds.full}
    part = len(wanted) > 1 and any(f" {way} " in one for way in heard for one in whole)
    return BY_PART_SOUND if part else 0


def _spelt(wanted: str, sounds: _Sounds) -> int:
    """How well letters fit: all syllables, those that lead, or the initials."""
    letters = "".join(wanted.split())
    ways = {way.replace(" ", "") for way in sounds.full}
    if letters in ways:
        return BY_SOUND
    if len(letters) > 2 and any(way.startswith(letters) for way in ways):
        return BY_PART_SOUND
    return BY_INITIALS if letters in sounds.initials else 0


@lru_cache(8192)
def _sounds(name: str) -> _Sounds:
    """Every reading of `name`, exact and blurred (zh as z, -ng as -n)."""
    full: set[str] = set()
    initials: set[str] = set()
    for way in _readings(name[:_LONGEST]):
        full |= {" ".join(way), " ".join(blurred(sound) for sound in way)}
        initials.add("".join(sound[:1] for sound in way))
    return _Sounds(frozenset(full), frozenset(initials))


def _readings(name: str) -> Iterator[list[str]]:
    """The surname in all its readings with the given name in its usual one."""
    for size in range(_LONGEST_SURNAME, 0, -1):
        surname = name[:size]
        if surname in _SURNAMES or size == 1:
            common = [" ".join(way) for way in product(*pinyin(surname, style=Style.NORMAL, heteronym=True))]
            given = lazy_pinyin(name[size:])
            for way in dict.fromkeys([*_SURNAMES.get(surname, []), *common[:_MOST_READINGS]]):
                yield [*way.split(), *given]
            return
