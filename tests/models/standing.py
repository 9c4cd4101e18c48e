"""A diner who eats every day, and the duty that orders for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from models import tables as t
from models import views
from models.actions.standing import SaveStandingOrder
from tests.models.dining import Dining
from tests.town import TestTown
from workers.standing import order_next

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


@pytest.fixture
def dining(town: TestTown) -> Iterator[Dining]:
    one = Dining(town, days=7)
    yield one
    assert one.faults() == []


@pytest.fixture
def who(dining: Dining) -> views.Resident:
    return dining.diner()


def save(dining: Dining, who: views.Resident, **more: Any) -> dict[str, Any]:
    facts = {"meal": "lunch", "days": EVERY_DAY, "how": "pickup", "account_id": who.account_id} | more
    return dining.town.do(SaveStandingOrder(who.person_id, dining.canteen, **facts))


def run(dining: Dining) -> None:
    """The duty, all its steps."""
    for _ in range(50):
        with dining.town.store.work(dining.town.clock.now()) as work:
            if not order_next(work):
                return
    raise AssertionError("the duty does not end")


def outcomes(dining: Dining) -> list[tuple[date, str]]:
    return [(row.day, row.outcome) for row in dining.town.rows(t.standing_day)]
