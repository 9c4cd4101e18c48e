"""docs/security.md: each requirement has a way and a test that exists, or says plainly that it is not met."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from models.limits import load_limits

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"\d+\.\d+\.\d+")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FILE = re.compile(r"`([\w.-]+(?:/[\w.@-]+)+|[\w-]+\.(?:lock|py|toml))`")
# The items of ASVS 5.0 that apply to a bot with a console: levels 1 and 2, and of level 3 what costs little.
WANTED = NUMBER.findall("""
1.2.1 1.2.4 1.2.10 1.3.6 1.5.1 1.5.2 2.2.2 2.3.1 2.3.3 2.3.4 2.3.5 2.4.1 3.3.1 3.3.2 3.3.4 3.4.1 3.4.3 3.4.4 3.4.5
3.4.6 3.5.1 5.2.1 5.2.2 5.2.4 5.2.6 5.3.2 6.2.1 6.3.1 7.2.2 7.2.4 7.3.1 7.4.1 7.4.2 8.2.1 8.2.2 8.3.1 11.2.1 11.2.2
11.2.3 11.2.4 11.2.5 11.3.1 11.3.2 11.3.3 11.4.1 11.4.2 11.4.3 11.4.4 12.3.1 12.3.2 13.3.1 13.3.2 13.4.1 14.1.1
14.1.2 14.2.1 14.2.2 14.2.3 14.2.4 14.2.5 14.2.6 14.2.7 14.2.8 14.3.2 15.1.1 15.2.1 16.2.1 16.2.2 16.2.3 16.2.4
16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3
""")


def lines(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    (part,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    found = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]
    return found[2:]


MET, OPEN = lines("What is asked and done"), lines("What is not met, or in part")


@cache
def named_in(file: str) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(
        one.name for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")
    )


@pytest.mark.parametrize("row", MET, ids=lambda row: row[0])
def test_a_row_says_what_how_and_by_which_tests(row: list[str]) -> None:
    number, asked, done, tests = row
    assert NUMBER.fullmatch(number)
    assert asked
    assert FILE.search(done), "name the file that does it"
    named = TEST.findall(tests)
    assert named, "name a test"
    assert not TEST.sub("", tests).strip("; "), "only tests as `path::name`"
    for file, name in named:
        assert name in named_in(file), f"{file} has no {name}"


@pytest.mark.parametrize("row", OPEN, ids=lambda row: row[0])
def test_what_is_not_met_says_what_is_missing(row: list[str]) -> None:
    number, asked, missing = row
    assert NUMBER.fullmatch(number)
    assert asked
    assert missing


def test_every_file_that_is_named_is_there() -> None:
    named = set(FILE.findall(PAGE))
    assert len(named) > 20
    assert sorted(file for file in named if not (ROOT / file).exists()) == []


def test_a_limit_that_the_page_names_is_as_it_says() -> None:
    named = dict(re.findall(r"`(\w+)` \((\d+)\)", PAGE))
    assert len(named) > 8
    assert {name: str(load_limits()[name]) for name in named} == named


def test_every_requirement_that_applies_is_answered_once_in_its_order() -> None:
    met = [row[0] for row in MET]
    assert met == sorted(set(met), key=lambda number: [int(part) for part in number.split(".")])
    assert set(met) | {row[0] for row in OPEN} == set(WANTED)
