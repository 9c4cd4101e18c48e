"""Which reports are taken for one: the rule alone, and how well it does on reports that people wrote."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.addresses import read_home
from bot.language.reports import fault_object, public_part, suggest_category
from models.limits import load_limits
from models.rules.duplicates import Matter, is_shared, same_at_home, same_matter

LINES = Path(__file__).parents[1] / "data" / "duplicates.jsonl"
PUBLIC = load_limits()["public_things"]
LIFT = Matter(1, 3, "电梯", "lift", "电梯")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (LIFT, True),
        (
            Matter(1, 3, "电梯", "public_facilities", "楼道"),
            True,
        ),  # what is broken counts, not how it was filed
        (Matter(1, 4, "电梯", "lift", "电梯"), False),
        (Matter(2, 3, "电梯", "lift", "电梯"), False),
        (Matter(1, 3, "门禁", "lift", "电梯"), False),
        (Matter(1, 3, None, "lift", "电梯"), True),  # nothing named: the same part, filed the same
        (Matter(1, 3, None, "cleaning", "电梯"), False),
        (Matter(1, 3, None, "lift", None), False),
        (Matter(None, None, "电梯", "lift", "电梯"), False),
    ],
)
def test_the_same_thing_in_the_same_building(other: Matter, same: bool) -> None:
    assert same_matter(LIFT, other, PUBLIC) is same


def test_public_things_are_one_in_the_whole_estate() -> None:
    one, other = Matter(1, 3, "路灯"), Matter(1, 9, "路灯")
    assert same_matter(one, other, PUBLIC)
    assert not same_matter(one, other, ())
    assert not same_matter(one, Matter(2, 3, "路灯"), PUBLIC)


def test_what_neighbours_may_hear_of() -> None:
    things = (*PUBLIC, *load_limits()["building_things"])
    assert is_shared(LIFT, things)
    assert is_shared(Matter(1, 3, "电", "utilities"), things)
    assert is_shared(Matter(1, 3, "水管", "utilities", "楼道"), things)
    assert not is_shared(Matter(1, 3, "水管", "utilities"), things)
    assert not is_shared(Matter(1, 3, None, "utilities"), things)


def test_in_one_home_the_thing_counts_or_the_category() -> None:
    pipe = Matter(1, 3, "水管", "utilities")
    assert same_at_home(pipe, Matter(1, 3, "水管", "housing"))
    assert not same_at_home(pipe, Matter(1, 3, "马桶", "utilities"))
    assert same_at_home(pipe, Matter(1, 3, None, "utilities"))
    assert not same_at_home(pipe, Matter(1, 3, None, "lift"))


matters = st.builds(
    Matter,
    st.sampled_from([1, 2, None]),
    st.sampled_from([3, 4, None]),
    st.sampled_from(["电梯", "路灯", None]),
    st.sampled_from(["lift", "other"]),
    st.sampled_from(["电梯", "道路", None]),
)


@given(matters, matters)
def test_being_the_same_holds_both_ways(one: Matter, other: Matter) -> None:
    assert same_matter(one, other, PUBLIC) == same_matter(other, one, PUBLIC)


def matter(line: dict[str, Any]) -> Matter:
    """A report as the dialog understands it; its place is the building in the text, else the sender's own."""
    text, at = line["text"], line["addr"]
    said = next((home.building for home in read_home(text) if home.building), None)
    category = suggest_category(text)
    building = int(said) if said and said.isdigit() else int(at["bldg"])
    thing, part = fault_object(text), public_part(text)
    return Matter(int(at["lane"]), building, thing, category.category if category else "", part)


def test_how_well_duplicates_are_found() -> None:
    """The figures of docs/language.md: 18 reports of 9 incidents, 153 pairs of which 13 are of one incident."""
    lines = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    pairs = [
        (one["group"] == other["group"], same_matter(matter(one), matter(other), PUBLIC))
        for one, other in combinations(lines, 2)
    ]
    right = sum(is_one and found for is_one, found in pairs)
    precision = right / sum(found for _, found in pairs)
    recall = right / sum(is_one for is_one, _ in pairs)
    assert (len(pairs), sum(is_one for is_one, _ in pairs)) == (153, 13)
    assert (precision, recall) == (1.0, 1.0)
