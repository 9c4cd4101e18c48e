"""Whether a turn costs the same in a town of a thousand people and in one of 330,000."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Table, insert, text

from bench import databases
from bench.measuring import Row
from bench.turns import Inline, community_on, talk
from dialogs import NOTICE
from handlers.turns import Turns
from models import tables as t
from models.store import Work
from tests.chat import Community

TOWNS = (1_000, 330_000)
BATCH = 20_000
FIRST = 1_000_000  # ids of what is made here, out of the way of the sample's; 100 to a building, 2,500 to an estate
OLD_ORDERS = 3  # people to an order that was closed long ago


def rows(people: int, rounds: int) -> Iterator[Row]:
    """The same turns in a small town and in a large one, turn about."""
    for kind in databases.kinds():
        with ExitStack() as stack:
            towns = {size: stack.enter_context(_town(kind, size)) for size in TOWNS}
            seconds: dict[int, list[float]] = {size: [] for size in TOWNS}
            for number in range(rounds):
                for size, (community, turns) in towns.items():
                    seconds[size] += talk(community, turns, f"grown-{number}", people)
        small, large = (statistics.mean(seconds[size]) * 1e6 for size in TOWNS)
        words = f"{small:.0f} µs with {TOWNS[0]:,} people, {large:.0f} µs with {TOWNS[1]:,}"
        yield Row(f"a resident's turn, {kind}", words, f"{large / small:.2f}")


@contextmanager
def _town(kind: str, size: int) -> Iterator[tuple[Community, Turns]]:
    """A town of `size` people with their homes and their orders of long ago."""
    with databases.fresh(kind) as (folder, url), community_on(folder, url, kind) as community:
        with community.store.work(community.clock.now()) as work:
            fill(work, size)
        with community.store.engine.begin() as connection:
            connection.execute(text("ANALYZE"))
        turns = Turns(community.store, community.clock, Inline(), folder / "spool")
        talk(community, turns, "warm", 5)
        yield community, turns


def fill(work: Work, size: int) -> None:
    """People with accounts, talks and homes, and closed orders with their ledger, inbox and outbox rows."""
    unit = work.conn.execute(text("select min(id) from handling_unit")).scalar_one()
    for first in range(FIRST, FIRST + size, BATCH):
        ids = range(first, min(first + BATCH, FIRST + size))
        for table, made in _batch(ids, unit, work.now):
            if made:
                work.conn.execute(insert(table), made)


def _batch(ids: range, unit: int, now: Any) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    buildings = [n for n in ids if n % 100 == 0]
    heard = {"channel": "wechat_oa", "state": "done", "received_at": now, "next_at": now, "done_at": now}
    yield t.person, [{"id": n, "made_at": now} for n in ids]
    yield (
        t.account,
        [
            {"id": n, "channel": "wechat_oa", "address": f"o-old-{n}", "person_id": n, "made_at": now}
            for n in ids
        ],
    )
    yield t.conversation, [{"account_id": n, "state": "{}", "turn": 3, "changed_at": now} for n in ids]
    yield t.estate, [{"id": n, "name": f"旧小区{n}"} for n in ids if n % 2500 == 0]
    yield (
        t.building,
        [{"id": n, "estate_id": n - n % 2500, "key": f"x{n}", "name": f"{n} 号楼"} for n in buildings],
    )
    yield (
        t.home,
        [{"id": n, "building_id": n - n % 100, "unit": "1", "room": str(n % 100 + 101)} for n in ids],
    )
    yield t.binding, [{"person_id": n, "home_id": n, "made_at": now} for n in ids]
    yield (
        t.consent,
        [{"account_id": n, "purpose": "notice", "version": NOTICE.version, "at": now} for n in ids],
    )
    yield t.inbox, [{**heard, "key": f"old:{n}", "sender": f"o-old-{n}", "payload": "{}"} for n in ids]
    yield from _orders([n for n in ids if n % OLD_ORDERS == 0], unit, now)


def _orders(orders: list[int], unit: int, now: Any) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Orders of these people that were closed long ago, with their ledger, followers and messages."""
    closed = {"state": "closed", "close": "resolved", "closed_at": now, "opened_at": now, "unit_id": unit}
    told = {"kind": "order_finished", "facts": {}, "state": "accepted", "next_at": now, "made_at": now}
    yield (
        t.work_order,
        [
            {**closed, "id": n, "number": n, "category": "lift", "summary": "电梯坏了", "reporter_id": n}
            for n in orders
        ],
    )
    yield (
        t.order_entry,
        [{"work_order_id": n, "at": now, "step": "open", "by": "resident", "by_id": n} for n in orders],
    )
    yield (
        t.order_follower,
        [{"work_order_id": n, "account_id": n, "person_id": n, "made_at": now} for n in orders],
    )
    yield t.outbox, [{**told, "account_id": n, "work_order_id": n} for n in orders]
