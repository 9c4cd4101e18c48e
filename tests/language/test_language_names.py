"""People found by characters, sound and initials, with the readings that only surnames have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.names import find_names

CASES = Path(__file__).parent / "cases"
PEOPLE = json.loads((CASES / "people.json").read_text(encoding="utf-8"))
ROWS = [json.loads(line) for line in (CASES / "names.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("said", "name"), [(row["text"], row["expect"]) for row in ROWS])
def test_a_name(said: str, name: str | None) -> None:
    found = find_names(said, PEOPLE)
    assert (found[0] if found else None) == name


def test_same_characters_come_before_the_same_sound() -> None:
    assert find_names("章卫", PEOPLE) == ["章卫", "张伟"]
    assert find_names("zhangwei", PEOPLE) == ["张伟", "章卫"]


@given(st.text(st.characters(exclude_categories=()), max_size=12))
def test_any_text_names_somebody_or_nobody_but_never_breaks(said: str) -> None:
    assert set(find_names(said, [*PEOPLE, said])) <= {*PEOPLE, said}
