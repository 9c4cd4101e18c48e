"""Redis emptied, and killed and started without its file, while orders flow: every group hears of each once."""

from __future__ import annotations

import dataclasses
import shutil
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import insert

from bot import redis_client
from bot.clock import real_seconds
from models import tables as t
from models.actions.orders import OpenOrder
from models.actions.people import EnsureAccount
from models.sample import TownGroup
from tests.faults.conftest import Build
from tests.faults.house import House, seconds_since
from tests.running.processes import until

LEASE = 31  # seconds until what was handed out and lost is handed out again
QUIET = 1.5  # real seconds
A_GROUP = 4  # orders; more in one go would have to wait, since a robot may speak 20 times a minute


def more_firms(house: House, count: int) -> list[tuple[int, str]]:
    """Firms, each with an estate of its own, a route and a group: (estate id, chat)."""
    made, groups, bot = [], [], house.town.bots[0]
    with house.store.work(house.clock.now()) as work:

        def add(table: object, **values: object) -> int:
            return int(work.conn.execute(insert(table).values(values).returning(table.c.id)).scalar_one())  # type: ignore[attr-defined,arg-type]

        for n in range(count):
            name, chat, key = f"第 {n} 物业", f"wrFirm{n}", f"{n:08d}-0000-0000-0000-000000000000"
            unit = add(t.handling_unit, kind="firm", name=name)
            estate = add(t.estate, name=f"第 {n} 小区", aliases=[])
            add(t.route, estate_id=estate, category=None, unit_id=unit, starts_on=date(2024, 1, 1))
            bound = {"bot_id": bot.id, "unit_id": unit, "chat": chat, "bound_at": work.now}
            group = add(t.work_group, name=name, robot_key_sealed=work.seal(key), **bound)
            made.append((estate, chat))
            groups.append(TownGroup(group, chat, name, bot.name, key, ()))
    house.town = dataclasses.replace(house.town, groups=(*house.town.groups, *groups))
    return made


def open_order(house: House, number: int, estate: int) -> None:
    """One resident reports one thing."""
    with house.store.work(house.clock.now()) as work:
        who = EnsureAccount("wechat_oa", f"oResident{number}").run(work)
        summary = f"第 {number} 件事"
        order = OpenOrder(who["account_id"], who["person_id"], "lift", "normal", summary, estate_id=estate)
        assert order.run(work)["new"]


def empty(house: House) -> None:
    """FLUSHALL."""
    assert house.valkey is not None
    with redis_client.connect(house.valkey.url) as client:
        client.flushall()


def lose(house: House) -> None:
    """Kill it, and start it without its file."""
    assert house.valkey is not None
    house.kill("valkey")
    shutil.rmtree(house.valkey.data / "appendonlydir")
    house.start_valkey()


@dataclasses.dataclass
class Leases:
    """Lets leases end: moves the clock whenever nothing has been told for QUIET seconds."""

    house: House
    told: int = -1
    since: float = 0.0

    def over(self) -> bool:
        """Whether nothing waits any more."""
        self.house.revive()
        told = self.house.count(t.outbox, t.outbox.c.state == "accepted")
        if told != self.told:
            self.told, self.since = told, real_seconds()
        elif real_seconds() - self.since > QUIET:
            self.house.move_clock(LEASE)
            self.since = real_seconds()
        return not self.house.count(t.outbox, t.outbox.c.state.in_(("queued", "sending")))


@pytest.mark.parametrize(
    "orders", [pytest.param(60, id="short"), pytest.param(500, id="long", marks=pytest.mark.faults)]
)
def test_every_order_is_told_once_though_redis_is_wiped(build: Build, orders: int) -> None:
    house = build()
    firms = more_firms(house, orders // A_GROUP)
    house.start_platforms()
    house.start_hands("tell")
    started = real_seconds()
    for number in range(orders):
        open_order(house, number, firms[number % len(firms)][0])
        if number == orders // 3:
            until(lambda: house.count(t.outbox, t.outbox.c.state == "accepted"), "the first message")
            empty(house)
        if number == 2 * orders // 3:
            lose(house)
    empty(house)
    until(Leases(house).over, "every message to be told", 240)
    states = Counter(row.state for row in house.rows(t.outbox))
    shown = (message.body["text"] for _, chat in firms for message in house.chat(f"group/{chat}"))
    told = Counter(words.split("“")[1].split("”")[0] for words in shown)
    assert states == {"accepted": orders}
    assert told == {f"第 {number} 件事": 1 for number in range(orders)}
    print(f"{orders} orders, Redis emptied twice and lost once: all told once, {seconds_since(started)} s")
