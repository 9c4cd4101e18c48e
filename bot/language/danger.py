"""Words that mean danger to life. They are heard on top of anything else; when in doubt they count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.language.homophones import as_meant
from bot.language.tables import any_of, read_table
from bot.language.text import REMEMBERED

_TABLE = read_table("danger")
_HARMLESS = re.compile(any_of(_TABLE["harmless"]))
_TOPIC = re.compile("(?<!不是)" + any_of(_TABLE["topics"]))
_NAMES = _TABLE["names"]
_INSIST = re.compile(any_of(_TABLE["insist"]))
# What stands between a hedge and its danger: never a new clause, never something that has happened (了).
_HEDGE = re.compile(
    "(?:"
    + "|".join(
        rf"{re.escape(word)}[^了是,.。!?;、\s]{{0,{reach}}}"
        for word, reach in sorted(_TABLE["hedges"].items(), key=lambda item: -len(item[0]))
    )
    + ")$"
)
_PLAIN = re.compile(any_of(_TABLE["plain"]))
_BETWEEN = r"[^。!?;没]{0,10}?"


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger to life. `call` are the emergency numbers to give at once, the first one first.

    `plain`: said in words that hardly mean anything else (着火了, 晕倒), so nobody need be asked.
    """

    kind: str
    words: str
    category: str
    call: tuple[str, ...]
    plain: bool = False


def _word(word: str) -> str:
    """`word` as it is written; {elder} in it stands for any of that list."""
    parts = re.split(r"\{(\w+)\}", word)
    return "".join(any_of(_NAMES[part]) if at % 2 else re.escape(part) for at, part in enumerate(parts))


def _pattern(kind: dict[str, list[str]], together: list[list[str]]) -> re.Pattern[str]:
    parts = [_BETWEEN.join(map(_word, words)) for words in together]
    # Most places of a text begin nothing that is dangerous: one look at their character tells.
    firsts = {
        first for word in (*kind["words"], *(words[0] for words in together)) for first in _firsts(word)
    }
    return re.compile(
        f"(?=[{''.join(sorted(map(re.escape, firsts)))}])(?:{'|'.join([*parts, any_of(kind['words'])])})"
    )


def _firsts(word: str) -> set[str]:
    """The characters with which a word of the table may begin."""
    name = re.match(r"\{(\w+)\}", word)
    return {one[0] for one in _NAMES[name[1]]} if name else {word[0]}


_KINDS = tuple((row, _pattern(row, row["together"])) for row in _TABLE["kinds"])


@lru_cache(REMEMBERED)
def danger(text: str) -> Danger | None:
    """The first danger in `text`, or None.

    Not counted: fears and conditions (怕着火, 万一着火), denials (没有着火), the past (上次着火), drills and
    films, and words that only look alike (火锅, 煤气费). 着火了怎么办 counts: better once too often.
    """
    said = _HARMLESS.sub("＿", as_meant(text))
    if _TOPIC.search(said) and not _INSIST.search(said):
        return None
    found = next(_found(said), None)
    if not found:
        return None
    row, words = found
    return Danger(row["kind"], words, row["category"], tuple(row["call"]), _said_so(_PLAIN, said) is not None)


def _found(said: str) -> Iterator[tuple[dict[str, str], str]]:
    for row, pattern in _KINDS:
        if match := _said_so(pattern, said):
            yield row, match[0]


def _said_so(pattern: re.Pattern[str], said: str) -> re.Match[str] | None:
    """The first place where it is said to be so, and not feared or denied."""
    return next((match for match in pattern.finditer(said) if not _HEDGE.search(said[: match.start()])), None)


def without_danger(text: str) -> str:
    """`text` without its words of danger, for whoever says that nobody is in danger.

    >>> without_danger("楼上天天拍皮球，我头都要炸了"), without_danger("楼道灯不亮")
    ('楼上天天拍皮球，我头都', '楼道灯不亮')
    """
    said = text
    while (found := danger(said)) and found.words in as_meant(said):
        said = as_meant(said).replace(found.words, "")
    return said
