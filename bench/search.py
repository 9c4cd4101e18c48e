"""The console's work list and search box over a whole district: 330,000 people, 140,000 homes, 60,000 orders.

The rows are synthetic and go in by bulk; phones and names are sealed with one key as in the product.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import Table, event, insert, text

from bench import databases
from bench.measuring import Row, milliseconds
from bot.clock import SystemClock, real_seconds
from models import migrate, views
from models import tables as t
from models.actions.desk import SaveUser
from models.limits import load_limits
from models.rules.lookup import name_key
from models.store import FieldKeys, Store, Work, open_store

ESTATES, BUILDINGS, PEOPLE, ORDERS = 400, 18, 330_000, 60_000
UNITS, FLOORS, DOORS = 2, 5, 2  # 20 homes a building: 144,000 homes
SURNAMES, GIVEN = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗",
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国玉兰",
)
BATCH = 5000


def rows(scale: float, loops: int) -> Iterator[Row]:
    """Each question to each database that is here; `scale` of the district."""
    for kind in databases.kinds():
        with databases.fresh(kind) as (_folder, url):
            migrate.upgrade(url)
            store = open_store(
                url, FieldKeys((Fernet.generate_key(),), b"bench"), load_limits(), wait_seconds=60
            )
            began = real_seconds()
            district = District(store, scale)
            yield Row(f"{kind}: {district.size}", f"made in {real_seconds() - began:.0f} s")
            for who, what, question in district.questions():
                times = [district.took(question) for _ in range(loops)]
                yield Row(f"{kind}, {who}: {what}", milliseconds(times, 0.5, 0.95))
                for line in district.plan(question):
                    print(f"    {kind}, {who}, {what}: {line}")
            store.engine.dispose()


class District:
    """A district in one database, and who asks: an admin, a street, a community."""

    def __init__(self, store: Store, scale: float) -> None:
        self.store, self.now = store, SystemClock().now()
        self.random = random.Random(7)
        self.people, self.orders = int(PEOPLE * scale), int(ORDERS * scale)
        self.estates = max(8, int(ESTATES * scale))
        with store.work(self.now) as work:
            self._plant(work)
        with store.work(self.now) as work:
            work.conn.execute(text("ANALYZE"))
        self.size = f"{self.people:,} people, {self.homes:,} homes, {self.orders:,} orders"

    def _plant(self, work: Work) -> None:
        self._areas(work)
        self._places(work)
        self._persons(work)
        self._reports(work)
        for login, role, area in (
            ("street", "street", 2),
            ("community", "community", 10),
            ("admin", "admin", None),
        ):
            SaveUser(login, role, "hash", area_id=area).run(work)

    def _areas(self, work: Work) -> None:
        found: list[Mapping[str, Any]] = [{"id": 1, "level": "district", "name": "区", "parent_id": None}]
        found += [{"id": 2 + n, "level": "street", "name": f"街道{n}", "parent_id": 1} for n in range(8)]
        found += [
            {"id": 10 + n, "level": "community", "name": f"社区{n}", "parent_id": 2 + n % 8}
            for n in range(80)
        ]
        work.conn.execute(insert(t.area), found)
        units = (
            {"id": 1 + n, "kind": "firm", "name": f"物业{n}", "area_id": 10 + n % 80} for n in range(128)
        )
        _bulk(work, t.handling_unit, units)

    def _places(self, work: Work) -> None:
        estates = (
            {"id": 1 + n, "name": f"第{n}小区", "aliases": [], "area_id": 10 + n % 80}
            for n in range(self.estates)
        )
        _bulk(work, t.estate, estates)
        buildings = (
            {"id": 1 + e * BUILDINGS + n, "estate_id": 1 + e, "key": str(n + 1), "name": f"{n + 1} 号楼"}
            for e in range(self.estates)
            for n in range(BUILDINGS)
        )
        _bulk(work, t.building, buildings)
        self.homes = self.estates * BUILDINGS * UNITS * FLOORS * DOORS
        homes = (
            {"building_id": 1 + b, "unit": str(unit), "room": f"{floor}{door:02d}"}
            for b in range(self.estates * BUILDINGS)
            for unit in range(1, UNITS + 1)
            for floor in range(1, FLOORS + 1)
            for door in range(1, DOORS + 1)
        )
        _bulk(work, t.home, homes)

    def _persons(self, work: Work) -> None:
        def one(n: int) -> Mapping[str, Any]:
            name, phone = self.name(), f"139{n:08d}"
            return {
                "id": 1 + n,
                "name_sealed": work.seal(name),
                "name_index": work.index(name_key(name)),
                "phone_sealed": work.seal(phone),
                "phone_index": work.index(phone),
                "made_at": self.now,
            }

        _bulk(work, t.person, (one(n) for n in range(self.people)))
        lives = (
            {"person_id": 1 + n, "home_id": 1 + n % self.homes, "state": "verified", "made_at": self.now}
            for n in range(self.people)
        )
        _bulk(work, t.binding, lives)

    def name(self) -> str:
        """A name that many share."""
        return self.random.choice(SURNAMES) + "".join(
            self.random.choices(GIVEN, k=self.random.choice((1, 2)))
        )

    def _reports(self, work: Work) -> None:
        _bulk(work, t.work_order, (self._order(n) for n in range(self.orders)))
        entries = (
            {"work_order_id": 1 + n, "at": self.now, "step": "open", "by": "resident", "by_id": 1 + n}
            for n in range(self.orders)
        )
        _bulk(work, t.order_entry, entries)

    def _order(self, n: int) -> Mapping[str, Any]:
        building = self.random.randrange(self.estates * BUILDINGS)
        estate, at = building // BUILDINGS, self.now - timedelta(minutes=7 * (self.orders - n))
        closed = n < self.orders - min(3000, self.orders // 2)
        return {
            "id": 1 + n,
            "number": 1001 + n,
            "category": self.random.choice(("lift", "water", "power", "noise")),
            "urgency": self.random.choices(("normal", "urgent", "emergency"), (90, 9, 1))[0],
            "summary": "楼道灯不亮了，晚上看不见路",
            "estate_id": 1 + estate,
            "building_id": 1 + building,
            "place": f"第{estate}小区 {building % BUILDINGS + 1} 号楼 楼道",
            "unit_id": 1 + estate % 128,
            "reporter_id": 1 + self.random.randrange(self.people),
            "opened_at": at,
            **_end(closed, at),
        }

    def asker(self, login: str) -> views.User:
        """The user as views want it."""
        with self.store.look(self.now) as work:
            user = views.console_user(work, login=login)
        assert user is not None
        return user.asker

    def questions(self) -> Iterator[tuple[str, str, Callable[[Work], Any]]]:
        """Who asks, what, and the view that answers."""
        for login in ("admin", "street", "community"):
            who = self.asker(login)
            estate = min(who.estates, default=1)
            spot = views.Spot("3", "1", "502", (estate,))
            anywhere = views.Spot("3", None, "502")
            ask = partial(self._about, who)
            yield login, "a phone", ask(views.by_phone, "13900000009")
            yield login, "a name that many share", ask(views.by_name, "王伟")
            yield login, "an address", ask(views.by_place, (spot,))
            yield login, "an address without its estate", ask(views.by_place, (anywhere,))
            yield login, "the open orders", ask(views.queue, views.Wanted("open"))
            yield login, "what is late", ask(views.queue, views.Wanted("open", late=True))
            yield login, "all orders of a category", ask(views.queue, views.Wanted(category="lift"))
            yield login, "closed, page 40", ask(views.queue, views.Wanted("closed"), 40)
            yield login, "one's own", ask(views.queue, views.Wanted(by=who.user_id))
            yield login, "what waits at the desk", ask(views.desk_items)
            yield login, "homes to verify", ask(views.claims)

    def _about(self, who: views.User, view: Callable[..., Any], *wanted: Any) -> Callable[[Work], Any]:
        return lambda work: view(work, who, *wanted)

    def took(self, question: Callable[[Work], Any]) -> float:
        """Seconds of one answer, from taking a connection to the last row."""
        began = real_seconds()
        with self.store.look(self.now) as work:
            question(work)
        return real_seconds() - began

    def plan(self, question: Callable[[Work], Any]) -> list[str]:
        """The scans of whole large tables in the plans of its statements; none is well."""
        asked: list[tuple[str, Any]] = []

        def remember(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            asked.append((statement, parameters))

        with self.store.look(self.now) as work:
            event.listen(work.conn, "before_cursor_execute", remember)
            question(work)
            event.remove(work.conn, "before_cursor_execute", remember)
            lines = [line for one in asked for line in self._scans(work, *one)]
        return list(dict.fromkeys(lines))

    def _scans(self, work: Work, statement: str, parameters: Any) -> list[str]:
        lite = self.store.engine.dialect.name == "sqlite"
        found = work.conn.exec_driver_sql(
            ("EXPLAIN QUERY PLAN " if lite else "EXPLAIN ") + statement, parameters
        )
        lines = [str(row[-1]).strip() for row in found]
        large = ("person", "binding", "home", "work_order", "order_entry")
        scan = "SCAN {}" if lite else "Seq Scan on {} "
        return [
            line
            for line in lines
            for table in large
            if scan.format(table) in f"{line} " and "INDEX" not in line
        ]


def _end(closed: bool, at: datetime) -> Mapping[str, Any]:
    if not closed:
        return {"state": "waiting", "close": None, "closed_at": None}
    return {"state": "closed", "close": "resolved", "closed_at": at + timedelta(hours=5)}


def _bulk(work: Work, table: Table, values: Iterator[Mapping[str, Any]]) -> None:
    batch: list[Mapping[str, Any]] = []
    for row in values:
        batch.append(row)
        if len(batch) == BATCH:
            work.conn.execute(insert(table), batch)
            batch = []
    if batch:
        work.conn.execute(insert(table), batch)
