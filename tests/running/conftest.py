"""Real processes for the tests of what starts and stops them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import redis_client, redis_server
from bot.redis_client import Place


@pytest.fixture
def short_tmp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A temporary folder with a path short enough for sockets; pytest's own is often too long.

    It comes after pytest's own, which would else be made inside it for all tests that follow.
    """
    folder = Path(tempfile.mkdtemp(prefix="ll-"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def at(short_tmp: Path, tmp_path: Path) -> Iterator[Place]:
    """The place of an embedded Valkey, in a folder that is hard to quote; stopped at the end."""
    found = redis_client.place(tmp_path / "数据 folder")
    yield found
    redis_server.stop(found)
