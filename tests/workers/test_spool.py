"""What waits on disk while the database is away."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot import spool

RECORD = {
    "channel": "wechat_oa",
    "key": "oa:1",
    "sender": "o-1",
    "payload": "你好",
    "received_at": "2026-11-22T02:00:00+00:00",
}


def test_what_is_put_is_replayed_and_forgotten(tmp_path: Path) -> None:
    taken: list[Mapping[str, str]] = []
    folder = tmp_path / "spool"
    assert spool.replay(folder, taken.append) == 0
    path = spool.put(folder, RECORD)
    assert (path.stat().st_mode & 0o077, folder.stat().st_mode & 0o077) == (0, 0)
    assert spool.replay(folder, taken.append) == 1
    assert (taken, list(folder.iterdir())) == ([RECORD], [])


def test_one_key_is_kept_once_and_the_oldest_comes_first(tmp_path: Path) -> None:
    keys: list[str] = []
    for n, key in enumerate(("a", "b", "c", "b")):
        os.utime(spool.put(tmp_path, {**RECORD, "key": key}), ns=(n, n))
    assert spool.replay(tmp_path, lambda record: keys.append(record["key"]), most=2) == 2
    assert keys == ["a", "c"]
    assert len(spool.waiting(tmp_path)) == 1


def test_what_is_not_taken_stays(tmp_path: Path) -> None:
    spool.put(tmp_path, RECORD)

    def away(_: Mapping[str, str]) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        spool.replay(tmp_path, away)
    assert len(spool.waiting(tmp_path)) == 1


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"key": "k"}', "\ud800".encode("utf-8", "surrogatepass")]
)
def test_a_damaged_file_is_put_aside(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    spool.put(tmp_path, RECORD)
    taken: list[Mapping[str, str]] = []
    assert spool.replay(tmp_path, taken.append) == 1
    assert (taken, [one.name for one in tmp_path.iterdir()]) == ([RECORD], ["x.bad"])


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        spool.put(tmp_path, RECORD)
    assert list(tmp_path.iterdir()) == []
