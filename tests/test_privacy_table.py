"""Every column of every table stands in docs/privacy.json, and docs/privacy.md shows what is personal.

`pytest tests/test_privacy_table.py --update` writes the table of docs/privacy.md anew.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from models import tables as t
from models.limits import load_limits
from workers.retention import RULES

DOCS = Path(__file__).parents[1] / "docs"
LISTED: dict[str, Any] = json.loads((DOCS / "privacy.json").read_text(encoding="utf-8"))
PERSONAL: list[dict[str, Any]] = LISTED["personal"]
BEGIN, END = "<!-- table: docs/privacy.json -->\n", "<!-- end of table -->"
HEAD = (
    "| 什么 What | 在哪里 Where | 为什么 Why | 留多久 How long | 谁能看 Who sees it | 加密 Sealed |\n"
    "|---|---|---|---|---|---|\n"
)
SEALED = ("_sealed", "_index", "digest", "password")


def limits_in(text: str) -> set[str]:
    """The limits that a text names."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def is_sealed(column: str) -> bool:
    return column.endswith(SEALED)


def row(one: dict[str, Any]) -> str:
    """One line of the table."""
    tables: dict[str, list[str]] = {}
    for column in one["columns"]:
        table, _, name = column.partition(".")
        tables.setdefault(table, []).append(name)
    where = "; ".join(f"`{table}`: {', '.join(names)}" for table, names in tables.items())
    kept = "no: " + one["plain"] if "plain" in one else "yes"
    until = one["until"].format_map(load_limits())
    return f"| {one['what']} | {where} | {one['why']} | {until} | {one['who']} | {kept} |\n"


def table() -> str:
    return HEAD + "".join(row(one) for one in PERSONAL)


def test_every_column_is_listed_once() -> None:
    listed = Counter(column for one in PERSONAL for column in one["columns"])
    listed.update(f"{name}.{column}" for name, columns in LISTED["other"].items() for column in columns)
    there = Counter(f"{one.name}.{column.name}" for one in t.metadata.sorted_tables for column in one.columns)
    assert listed == there, (
        "say in docs/privacy.json what a new column is for, how long it stays, who sees it"
    )


def test_whatever_is_sealed_is_personal_and_whatever_is_plain_says_why() -> None:
    other = [f"{name}.{column}" for name, columns in LISTED["other"].items() for column in columns]
    assert [column for column in other if is_sealed(column)] == []
    for one in PERSONAL:
        plain = [column for column in one["columns"] if not is_sealed(column)]
        assert bool(plain) == ("plain" in one), one["what"]


@pytest.mark.parametrize("one", PERSONAL, ids=lambda one: one["columns"][0])
def test_each_says_what_why_how_long_and_who(one: dict[str, Any]) -> None:
    assert all(one[name].strip() for name in ("what", "why", "until", "who"))
    assert limits_in(one["until"]) <= {rule.limit for rule in RULES.values()}


def test_every_rule_of_retention_is_told_of() -> None:
    told = {name for one in PERSONAL for name in limits_in(one["until"])}
    assert told == {rule.limit for rule in RULES.values()}


def test_the_page_shows_the_table(request: pytest.FixtureRequest) -> None:
    path = DOCS / "privacy.md"
    page = path.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    shown, after = rest.split(END)
    if request.config.getoption("--update"):
        path.write_text(f"{before}{BEGIN}{table()}{END}{after}", encoding="utf-8")
    else:
        assert shown == table(), "run this test with --update"


def test_a_limit_that_the_page_names_is_as_it_says() -> None:
    page = (DOCS / "privacy.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"`(\w+)` \((\d+)\)", page))
    assert named
    assert {name: str(load_limits()[name]) for name in named} == named
