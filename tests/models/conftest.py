"""Every test of the models may have a town, a canteen in it, and a user of the console."""

from collections.abc import Iterator

import pytest

from models.actions.desk import SaveUser
from tests.models.dining import Dining
from tests.town import TestTown, clock, database_url, migrated, store, town

__all__ = ["clock", "database_url", "migrated", "store", "town"]


@pytest.fixture
def dining(town: TestTown) -> Iterator[Dining]:
    """A canteen whose orders, portions and sums agree in the end."""
    one = Dining(town)
    yield one
    assert one.faults() == []


@pytest.fixture
def user(town: TestTown) -> int:
    """An administrator."""
    return int(town.do(SaveUser("admin", "admin", "hash"))["user_id"])
