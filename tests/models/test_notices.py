"""Notices: no version that was in force may change or go."""

from __future__ import annotations

import hashlib
import json

from models.notices import NOTICES, newest

# A new version gets a line here; a line never changes: people agreed to those very words.
PUBLISHED = {
    ("notice", "1"): "6d60cc18c07b7844",
    ("notice", "2"): "f47a7ace68821282",
    ("health", "1"): "785646cb512f539f",
}


def digest(version: str, short: str, parts: object) -> str:
    return hashlib.sha256(json.dumps([version, short, parts], ensure_ascii=False).encode()).hexdigest()[:16]


def test_every_version_is_kept_word_for_word() -> None:
    kept = {(one.purpose, one.version): digest(one.version, one.short, one.parts) for one in NOTICES}
    assert kept == PUBLISHED


def test_versions_go_up_and_the_newest_is_in_force() -> None:
    for purpose in {one.purpose for one in NOTICES}:
        versions = [one for one in NOTICES if one.purpose == purpose]
        assert [int(one.version) for one in versions] == list(range(1, len(versions) + 1))
        assert sorted(one.since for one in versions) == [one.since for one in versions]
        assert newest(purpose) is versions[-1]


def test_the_short_form_names_its_version_and_the_way_to_see_and_erase() -> None:
    one = newest()
    assert f"第 {one.version} 版" in one.short
    assert "我的信息" in one.short
    assert "删除我的信息" in one.short
