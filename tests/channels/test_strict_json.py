"""JSON is read without ever nesting deep."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.strict_json import read, read_object

LEAVES = st.none() | st.booleans() | st.integers() | st.text('[]{}"\\a信', max_size=60)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=40
)


@given(TREES, st.booleans())
def test_what_is_not_deep_is_read(tree: object, ascii_only: bool) -> None:
    assert read(json.dumps(tree, ensure_ascii=ascii_only).encode()) == tree


@pytest.mark.parametrize("count", [33, 60_000])
def test_what_is_deep_is_refused(count: int) -> None:
    for raw in (b"[" * count + b"]" * count, b'{"a":' * count + b"1" + b"}" * count, b"[" * count):
        with pytest.raises(ValueError):
            read(raw)
    assert read(b"[" * 32 + b"]" * 32)


def test_many_side_by_side_are_not_deep() -> None:
    assert len(read(b"[" + b",".join([b"[]"] * 1000) + b"]")) == 1000


@pytest.mark.parametrize(
    "raw", [b'"' + b'\\"' * 32_000, b'"' * 64_000, b'\\"' * 32_000, b'"' + b"\\" * 64_001]
)
def test_hostile_quotes_cost_no_time(raw: bytes) -> None:
    """Gone through again from every quote, 64 KB would take minutes."""
    assert read_object(b"[" * 20 + raw + b"{" * 20) == {}


@pytest.mark.parametrize("raw", [b"", b"[]", b"1", b"null", b"{", b"\xff", '{"a": 1}'.encode("utf-16")])
def test_what_is_no_object_reads_as_empty(raw: bytes) -> None:
    assert read_object(raw) == {}
