"""The day is played once; what is left of it is looked at by several tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.day.story import Day
from tests.day.street import Street


@pytest.fixture(scope="session")
def evening() -> Iterator[Day]:
    """The day after its end: the product is stopped, everything it has left is there."""
    folder = Path(tempfile.mkdtemp(prefix="ll-"))
    street = Street(folder)
    try:
        day = Day(street)
        day.play()
    finally:
        status = street.close()
    day.status = status
    yield day
    street.store.engine.dispose()
    shutil.rmtree(folder)
