"""Training lines, made from word lists and sentence frames: the same data always gives the same lines."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
ONCE_UNSEEN = ("dev.jsonl", "dev2.jsonl")
_BLANK = re.compile(r"\{(\w+)\}")
_SLIP_CHANCE = 0.12


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence and what it means; category and urgency only of reports."""

    text: str
    intent: str
    category: str | None = None
    urgency: str | None = None


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines. Raises ValueError that names the line."""
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line) if line.strip() else None
        except ValueError:
            row = line
        if row is not None and not isinstance(row, dict):
            raise ValueError(f"{path.name} line {number} is not a JSON object: put one object on each line.")
        rows += [row] if row else []
    return rows


def training_lines(data: Path = DATA) -> list[Line]:
    """Every line to train on: made from frames, spoken with slips, and written by hand.

    phrases.jsonl is left out, so that there is something to measure on.
    """
    words = json.loads((data / "words.json").read_text(encoding="utf-8"))
    chance = random.Random(words["seed"])  # noqa: S311 - repeatable on purpose
    made = [line for group in read_lines(data / "groups.jsonl") for line in _grown(group, words, chance)]
    made += [_slipped(line, words["slips"], chance) for line in list(made) if chance.random() < _SLIP_CHANCE]
    by_hand = [_line(row) for row in read_lines(data / "lines.jsonl")]
    for name in ONCE_UNSEEN:
        by_hand += [line for row in read_lines(data / name) if (line := labelled(row))]
    unique = {line.text: line for line in [*made, *by_hand]}
    return list(unique.values())


def digest(lines: Sequence[Line]) -> str:
    """Tells whether weights were trained on just these lines."""
    return hashlib.sha256(repr(lines).encode()).hexdigest()


def labelled(row: Mapping[str, Any]) -> Line | None:
    """The line of training that a labelled phrase is, in the form of phrases.jsonl; None for other kinds."""
    intent = row.get("intent") or {"faq_query": "faq", "faq_reject": "faq"}.get(row.get("kind", ""))
    if not intent or not isinstance(row.get("text"), str):
        return None
    slots = row.get("slots") or {}
    return Line(row["text"], intent, slots.get("category"), slots.get("urgency"))


def _line(row: Mapping[str, Any]) -> Line:
    return Line(row["text"], row["intent"], row.get("category"), row.get("urgency"))


def _grown(group: Mapping[str, Any], words: Mapping[str, Any], chance: random.Random) -> Iterator[Line]:
    frames: Sequence[str] = words["frames"][group["frames"]]
    says = group.get("says") or [""] * group["lines"]
    for say in says:
        for _ in range(group.get("times", 1)):
            text = chance.choice(frames).replace("{s}", say)
            yield Line(
                _filled(text, words["words"], chance),
                group["intent"],
                group.get("category"),
                group.get("urgency"),
            )


def _filled(text: str, words: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    while _BLANK.search(text):
        text = _BLANK.sub(lambda blank: chance.choice(words[blank[1]]), text)
    return text


def _slipped(line: Line, slips: Mapping[str, Sequence[str]], chance: random.Random) -> Line:
    """The line as a tired hand, a voice reader or a dialect would have it."""
    text = line.text
    for word, others in slips.items():
        if word in text and chance.random() < 0.6:
            text = text.replace(word, chance.choice(others))
    return Line(text, line.intent, line.category, line.urgency)
