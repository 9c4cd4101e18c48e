"""Whoever sees an area sees all that lies under it, and nothing beside it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from models.rules.areas import higher, subtree

TREE = {1: None, 2: 1, 3: 2, 4: 1, 5: None, 6: 5}


def test_a_subtree_is_the_area_and_what_lies_under_it() -> None:
    assert subtree(TREE, 1) == {1, 2, 3, 4}
    assert subtree(TREE, 2) == {2, 3}
    assert subtree(TREE, 6) == {6}
    assert subtree(TREE, 99) == frozenset()
    assert subtree({1: 2, 2: 1}, 1) == {1, 2}


@given(some.dictionaries(some.integers(1, 9), some.none() | some.integers(1, 9)), some.integers(1, 9))
def test_it_is_closed_and_no_larger_than_it_must_be(parents: dict[int, int | None], root: int) -> None:
    found = subtree(parents, root)
    assert {area for area, parent in parents.items() if parent in found} <= found
    assert all(area == root or parents[area] in found for area in found)


def test_only_a_higher_level_has_areas_in_it() -> None:
    assert higher("street", "community")
    assert higher("district", "community")
    assert not higher("community", "community")
    assert not higher("community", "street")
    assert not higher("planet", "community")
