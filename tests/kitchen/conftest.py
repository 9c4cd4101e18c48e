"""The town, and a lunch in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.store import open_store
from tests.kitchen.scene import Lunch
from tests.town import KEYS, LIMITS, TestTown, clock, database_url, migrated, store, town

__all__ = ["clock", "database_url", "migrated", "store", "town"]


@pytest.fixture
def lunch(town: TestTown) -> Lunch:
    """A published lunch; it is 9:00."""
    return Lunch(town)


@pytest.fixture
def crowded(town: TestTown, database_url: str) -> Iterator[Lunch]:
    """The same for twenty at once, each with a connection and patience."""
    store = open_store(database_url, KEYS, LIMITS, pool=20, wait_seconds=60)
    yield Lunch(TestTown(store, town.clock, town.planted))
    store.engine.dispose()
