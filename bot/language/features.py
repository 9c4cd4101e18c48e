"""What the classifier looks at in a sentence: its runs of one to three characters, and what our rules say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.language.commands import control
from bot.language.danger import danger
from bot.language.homophones import as_meant
from bot.language.intents import rules
from bot.language.numbers import read_yes_no
from bot.language.phones import read_phone
from bot.language.ratings import read_score
from bot.language.replies import small_talk
from bot.language.reports import category_points, urgency
from bot.language.staff import read_command
from bot.language.tables import read_table

LONGEST_READ = 120
"""Characters of a sentence that are looked at; what is meant is said by then."""

_MARKS = tuple((name, re.compile(pattern)) for name, pattern in read_table("marks").items())
_DIGIT = re.compile(r"[0-9]")
_SPACES = re.compile(r"\s+")
_LONGEST_GRAM = 3
_LENGTHS = (1, 2, 4, 8, 16, 32)


def grams(text: str) -> list[str]:
    """Every run of one to three characters of `text`, its ends marked and its digits alike.

    >>> grams("5分")
    ['^', '0', '分', '$', '^0', '0分', '分$', '^0分', '0分$']
    """
    said = _SPACES.sub("", _DIGIT.sub("0", as_meant(text)))[:LONGEST_READ]
    framed = f"^{said}$"
    sizes = range(1, _LONGEST_GRAM + 1)
    return [framed[i : i + size] for size in sizes for i in range(len(framed) - size + 1)]


def marks(text: str) -> list[str]:
    """What the tables and rules find in `text`, each by a name of at least two letters with a colon."""
    return sorted(set(_marks(text[:LONGEST_READ])))


def _marks(text: str) -> Iterator[str]:
    said = as_meant(text)
    yield f"length:{next((most for most in _LENGTHS if len(said) <= most), 64)}"
    yield from (f"says:{name}" for name, pattern in _MARKS if pattern.search(said))
    yield from (f"rule:{name}" for name in rules(text))
    points = category_points(text)
    yield from (f"about:{one}" for one in points)
    if points:
        yield f"most:{max(points, key=lambda one: points[one])}"
    found = danger(text)
    if found:
        yield f"danger:{found.kind}"
        yield f"danger_of:{found.category}"
    if urgency(text) == "urgent":
        yield "urgency:urgent"
    yield from _whole(text)


def _whole(text: str) -> Iterator[str]:
    """What the sentence is as a whole: a control word, a yes, a rating, a command, a phone."""
    word, answer, command, score = control(text), read_yes_no(text), read_command(text), read_score(text)
    if word:
        yield f"control:{word}"
    if answer is not None:
        yield f"answer:{'yes' if answer else 'no'}"
    if command:
        yield f"command:{command.verb if command.number or command.verb != 'show' else 'bare'}"
    if score is not None:
        yield f"score:{score}"
    if small_talk(text):
        yield "whole:small_talk"
    if read_phone(text):
        yield "has:phone"
