"""Doors, one a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handlers.door import Door, open_door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A door of a verified service account."""
    with open_door(tmp_path) as opened:
        yield opened
