"""Many hands, one order: exactly one gets it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert

from models import tables as t
from models.actions.staff import Claim
from models.store import open_store
from tests.town import KEYS, LIMITS, TestTown

FIRMS = ("安居物业", "阳光物业", "和平社区居委会")
CLAIMANTS, ORDERS, CAP, FOREIGN = 5, 100, 10, 3


def _claimants(town: TestTown) -> dict[int, int]:
    """Worker ids with their units."""
    with town.store.work(town.clock.now()) as work:
        rows = [
            {"unit_id": town.planted.units[firm], "name": f"{firm[:2]}{number}", "cap": CAP}
            for firm in FIRMS
            for number in range(CLAIMANTS)
        ]
        made = work.conn.execute(insert(t.worker).values(rows).returning(t.worker.c.id, t.worker.c.unit_id))
        return {row.id: row.unit_id for row in made}


def _orders(town: TestTown) -> dict[int, int]:
    """Order ids with the units in charge, a third each."""
    with town.store.work(town.clock.now()) as work:
        rows = [
            {
                "number": 2000 + number,
                "category": "lift",
                "summary": "电梯坏了",
                "unit_id": town.planted.units[FIRMS[number % len(FIRMS)]],
                "opened_at": town.clock.now(),
            }
            for number in range(ORDERS)
        ]
        made = work.conn.execute(
            insert(t.work_order).values(rows).returning(t.work_order.c.id, t.work_order.c.unit_id)
        )
        return {row.id: row.unit_id for row in made}


@pytest.fixture
def crowd(town: TestTown, database_url: str) -> Iterator[TestTown]:
    """The town with a connection for everybody, and patience: SQLite lets writers in one by one, in no order."""
    store = open_store(database_url, KEYS, LIMITS, pool=len(FIRMS) * CLAIMANTS, wait_seconds=60)
    yield TestTown(store, town.clock, town.planted)
    store.engine.dispose()


def test_every_order_gets_one_holder_of_the_right_firm_under_the_cap(crowd: TestTown) -> None:
    town = crowd
    workers, orders = _claimants(town), _orders(town)
    strangers = list(orders)[:FOREIGN]

    def grab(worker_id: int) -> list[int]:
        """Everybody tries all orders of their firm, and a few of another's."""
        wanted = [order_id for order_id, unit_id in orders.items() if unit_id == workers[worker_id]]
        tried = dict.fromkeys([*strangers, *wanted])
        return [order_id for order_id in tried if town.do(Claim(order_id, worker_id)).get("new")]

    with ThreadPoolExecutor(len(workers)) as pool:
        grabbed = dict(zip(workers, pool.map(grab, workers), strict=True))

    winners = Counter(order_id for mine in grabbed.values() for order_id in mine)
    assert set(winners) == set(orders), "5 claimants of 10 each are enough for every firm's third"
    assert set(winners.values()) == {1}
    held = {row.id: row.holder_id for row in town.rows(t.work_order)}
    assert held == {order_id: worker for worker, mine in grabbed.items() for order_id in mine}
    assert all(workers[holder] == orders[order_id] for order_id, holder in held.items())
    assert max(Counter(held.values()).values()) <= CAP
    assert len(town.rows(t.order_entry, step="claim")) == ORDERS
