"""The sample neighbourhood in a fresh database with a clock that stands still.

Import the fixtures you use: `from tests.town import clock, database_url, store, town`. The database is SQLite in
tmp_path, or PostgreSQL when LINLI_TEST_DATABASE_URL is set (then a database of this process, dropped afterwards).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import FixedClock
from models import migrate, sample, views
from models import tables as t
from models.actions import Action
from models.actions.orders import OpenOrder
from models.actions.people import BindHome, EnsureAccount
from models.limits import load_limits
from models.store import FieldKeys, Store, open_store
from tests import planted, server

MONDAY_MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 9:00 in Shanghai
KEYS = FieldKeys((b"bGlubGktdGVzdC1rZXktb2YtMzItYnl0ZXMtbG9uZy4=",), b"blind index of tests")
LIMITS = load_limits()


@dataclass
class TestTown:
    """The planted town in a test's hands."""

    __test__ = False

    store: Store
    clock: FixedClock
    planted: sample.Town

    def do(self, action: Action) -> dict[str, Any]:
        """Run one action in its own transaction."""
        with self.store.work(self.clock.now()) as work:
            return action.run(work)

    def see(self, view: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Look through a view in a reading transaction."""
        with self.store.look(self.clock.now()) as work:
            return view(work, *args, **more)

    def rows(self, table: Any, **where: Any) -> list[Any]:
        """The rows of a table, by id."""
        wanted = [table.c[name] == value for name, value in where.items()]
        with self.store.look(self.clock.now()) as work:
            order = table.primary_key.columns.values()
            return list(work.conn.execute(select(table).where(*wanted).order_by(*order)).all())

    def told(self, kind: str | None = None) -> list[Any]:
        """The outbox, oldest first, of one kind or whole."""
        return self.rows(t.outbox, **({"kind": kind} if kind else {}))

    def resident(
        self, openid: str = "o-zhang", home: tuple[str, str, str, str] | None = None
    ) -> views.Resident:
        """Somebody who follows the account. `home`: estate, building key, unit, room."""
        made = self.do(EnsureAccount("wechat_oa", openid))
        if home is not None:
            self.do(BindHome(made["person_id"], self.home(*home)))
        return views.Resident(made["account_id"], made["person_id"])

    def home(self, estate: str, building: str, unit: str, room: str) -> int:
        """A home's id."""
        found = self.see(
            views.find_home,
            building_key=building,
            room=room,
            unit=unit,
            estate_id=self.planted.estates[estate],
        )
        return int(found[0].id)

    def order(self, who: views.Resident | None = None, **more: Any) -> dict[str, Any]:
        """Open an order, by default about the lift of 幸福小区 3 号楼 (安居物业)."""
        who = who or self.resident()
        facts: dict[str, Any] = {
            "category": "lift",
            "urgency": "normal",
            "summary": "电梯坏了",
            "building_id": self.planted.buildings["幸福小区", "3"],
            "public_part": "电梯",
        }
        return self.do(OpenOrder(who.account_id, who.person_id, **(facts | more)))

    def staff(self, name: str = "李华") -> views.Staff:
        """A worker as views want them."""
        worker = self.see(views.worker_by_id, self.planted.workers[name])
        return views.Staff(worker.id, worker.unit_id)

    def row(self, order_id: int) -> Any:
        """An order's whole row."""
        return self.rows(t.work_order, id=order_id)[0]


@pytest.fixture
def clock() -> FixedClock:
    """A Monday morning, until it is moved."""
    return FixedClock(MONDAY_MORNING)


@pytest.fixture(scope="session")
def migrated() -> Iterator[str]:
    """A migrated, empty database: a template to copy (SQLite), or one for this process (PostgreSQL)."""
    if not server.given():
        yield f"sqlite:///{planted.migrated()}"
        return
    with server.own_database(server.given()) as url:
        migrate.upgrade(url)
        yield url


@pytest.fixture
def database_url(migrated: str, tmp_path: Path) -> str:
    """A migrated database without a row."""
    if server.given():
        server.empty(migrated)
        return migrated
    shutil.copyfile(planted.migrated(), tmp_path / "linli.db")
    return f"sqlite:///{tmp_path / 'linli.db'}"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """The empty store."""
    opened = open_store(database_url, KEYS, LIMITS)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def town(store: Store, clock: FixedClock) -> TestTown:
    """The sample neighbourhood, planted. Nothing may have been written before."""
    template, made = planted.planted(KEYS, clock.now())
    planted.lay_down(template, store)
    return TestTown(store, clock, made)
