"""A lunch rush: everybody orders within minutes, and some dishes are not enough for all who want them.

Encrypted callbacks to the real web processes; what was sold is added up afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from bench import account, databases
from bench.client import Load, send, send_at
from bench.installation import Installation
from bench.measuring import Row, milliseconds
from bot.clock import local
from models import tables as t
from models.actions.consent import Consent, ShowNotice
from models.sample_meals import plant_whole
from models.store import Work

CONNECTIONS, STEADY_CONNECTIONS = 16, 128
BETWEEN = 64  # others write between somebody's order and their 1
SCARCE = 3  # there is a scarce dish for one in so many of those who want it
ROUNDS = 7  # of answering with 1 what is offered instead of a dish that is gone
MEALS = {"lunch": "午餐", "dinner": "晚餐"}
NO_LIMIT = 100_000


def rows(elders: int, seconds: float) -> Iterator[Row]:
    """`elders` order lunch evenly within `seconds`, which stand for ten minutes, and dinner as fast as it goes."""
    if "PostgreSQL" not in databases.kinds():
        return
    with databases.fresh("PostgreSQL") as place:
        rush = Rush(Installation(*place), elders)
        try:
            rush.prepare()
            port = rush.installation.start_web()
            send(port, list(account.requests(rush.warming(), 10**8)), CONNECTIONS)
            yield from _lunch(rush, port, seconds)
            yield from _dinner(rush, port)
        finally:
            rush.installation.close()


def _lunch(rush: Rush, port: int, seconds: float) -> Iterator[Row]:
    rate = 2 * rush.elders / seconds
    loads = [send_at(port, requests, rate, STEADY_CONNECTIONS) for requests in rush.rounds("lunch", number=1)]
    yield _row(f"{rush.elders:,} elders order lunch within {seconds:.0f} s, {rate:.0f} turns/s", loads)
    yield rush.sold("lunch")


def _dinner(rush: Rush, port: int) -> Iterator[Row]:
    loads = [send(port, requests, CONNECTIONS) for requests in rush.rounds("dinner", number=10**6)]
    turns = sum(len(load.latencies) for load in loads) / sum(load.seconds for load in loads)
    yield _row(f"the same for dinner as fast as it goes: {turns:.0f} turns/s", loads)
    yield rush.sold("dinner")


def _row(what: str, loads: Sequence[Load]) -> Row:
    latencies = [one for load in loads for one in load.latencies]
    silent = len(latencies) - sum(load.answered for load in loads)
    words = f"{silent} without words, {sum(load.failed for load in loads)} refused"
    return Row(what, milliseconds(latencies, 0.5, 0.99), f"{len(latencies)} turns, {words}")


@dataclass
class Rush:
    """The installation and who orders there, tomorrow's lunch and dinner."""

    installation: Installation
    elders: int
    menus: dict[str, int] = field(default_factory=dict)
    wants: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = [f"oRush{number:023d}" for number in range(self.elders)]

    def prepare(self) -> None:
        """Everybody has a home, has agreed to the notice and is 65 to 94 years old; half want the first dish."""
        people = self.installation.know([*self.names, *self._others()])
        with self.installation.store.work(self.installation.clock.now()) as work:
            for account_id in people:
                version = work.limits["consent_version"]
                ShowNotice(account_id, version).run(work)
                Consent(account_id, version).run(work)
            plant_whole(work)
            self._settle(work, people)
            for meal in MEALS:
                self._open(work, meal)

    def _others(self) -> list[str]:
        return [f"oWarm{number:023d}" for number in range(30)]

    def _settle(self, work: Work, accounts: Sequence[int]) -> None:
        homes = list(work.conn.execute(select(t.home.c.id).order_by(t.home.c.id)).scalars())
        whose = select(t.account.c.person_id).where(t.account.c.id.in_(accounts)).order_by(t.account.c.id)
        people, year = list(work.conn.execute(whose).scalars()), local(work.now).year
        lives = [
            {"person_id": one, "home_id": homes[n % len(homes)], "state": "verified", "made_at": work.now}
            for n, one in enumerate(people)
        ]
        facts = [
            json.dumps({"born": f"{year - 65 - n % 30}-01-01", "groups": []}) for n in range(len(people))
        ]
        proven = [
            {
                "person_id": one,
                "facts_sealed": work.seal(said),
                "verified_at": work.now,
                "changed_at": work.now,
            }
            for one, said in zip(people, facts, strict=True)
        ]
        work.conn.execute(insert(t.binding), lives)
        work.conn.execute(insert(t.entitlement), proven)

    def _open(self, work: Work, meal: str) -> None:
        m, d = t.menu.c, t.menu_dish.c
        tomorrow = local(work.now).date() + timedelta(days=1)
        there = select(m.id).where(m.day == tomorrow, m.meal == meal, m.state == "published")
        self.menus[meal] = work.conn.execute(there).scalar_one()
        of_menu = select(d.dish_id, t.dish.c.name).join_from(t.menu_dish, t.dish)
        dishes = work.conn.execute(of_menu.where(d.menu_id == self.menus[meal]).order_by(d.place)).all()
        first, second, *others = [name for _, name in dishes]
        pattern = [first, second, first, others[0], first, others[-1]]
        self.wants[meal] = [pattern[n % len(pattern)] for n in range(self.elders)]
        work.conn.execute(update(t.menu).where(m.id == self.menus[meal]).values(capacity=NO_LIMIT))
        for dish_id, name in dishes:
            wanted = self.wants[meal].count(name)
            portions = wanted // SCARCE if name in (first, second) else None
            this = (d.menu_id == self.menus[meal], d.dish_id == dish_id)
            work.conn.execute(update(t.menu_dish).where(*this).values(portions=portions))

    def warming(self) -> list[tuple[str, str]]:
        """What others say before the measurement, so that statements are compiled: they order nothing."""
        return [(name, words) for words in ("订餐", "后天午餐", "取消") for name in self._others()]

    def rounds(self, meal: str, number: int) -> Iterator[list[bytes]]:
        """Everybody's order and the 1 that confirms it; then 1 again from those who could not have their dish."""
        orders = [
            (name, f"明天{MEALS[meal]}{dish}一份，自取")
            for name, dish in zip(self.names, self.wants[meal], strict=True)
        ]
        said: list[tuple[str, str]] = []
        for place in range(self.elders + BETWEEN):
            said += orders[place : place + 1]
            said += [
                (name, "1") for name in self.names[place - BETWEEN : place - BETWEEN + 1] if place >= BETWEEN
            ]
        for again in range(ROUNDS):
            if not said:
                return
            yield list(account.requests(said, number + again * 10**5))
            said = [(name, "1") for name in self._hungry(meal)]

    def _hungry(self, meal: str) -> list[str]:
        o, a = t.meal_order.c, t.account.c
        fed = select(a.address).join_from(t.meal_order, t.account, a.id == o.account_id)
        with self.installation.store.look(self.installation.clock.now()) as work:
            found = set(work.conn.execute(fed.where(o.menu_id == self.menus[meal])).scalars())
        return [name for name in self.names if name not in found]

    def sold(self, meal: str) -> Row:
        """What was ordered of what there was. Raises AssertionError when a sum does not agree."""
        menu = self.menus[meal]
        with self.installation.store.look(self.installation.clock.now()) as work:
            dishes, ordered = self._dishes(work, menu), self._ordered(work, menu)
            taken, orders = work.conn.execute(
                select(t.menu.c.taken, func.count(t.meal_order.c.id.distinct()))
                .join_from(t.menu, t.meal_order)
                .where(t.menu.c.id == menu)
                .group_by(t.menu.c.taken)
            ).one()
        assert {dish: one[1] for dish, one in dishes.items() if one[1]} == ordered, (dishes, ordered)
        assert sum(ordered.values()) == taken, (ordered, taken)
        scarce = [(sold, there) for there, sold in dishes.values() if there is not None]
        assert all(sold <= there for sold, there in scarce), scarce
        words = "、".join(f"{sold} of {there}" for sold, there in scarce).replace("、", " and ")
        return Row(f"sold for {meal}", f"{orders:,} orders; of the scarce dishes {words}, none oversold")

    def _dishes(self, work: Work, menu: int) -> dict[int, tuple[int | None, int]]:
        d = t.menu_dish.c
        rows = work.conn.execute(select(d.dish_id, d.portions, d.taken).where(d.menu_id == menu))
        return {dish: (portions, taken) for dish, portions, taken in rows}

    def _ordered(self, work: Work, menu: int) -> dict[int, Any]:
        o, d = t.meal_order.c, t.meal_order_dish.c
        live = select(d.dish_id, func.sum(d.count)).join_from(t.meal_order_dish, t.meal_order)
        live = live.where(o.menu_id == menu, o.state != "cancelled").group_by(d.dish_id)
        return {dish: int(count) for dish, count in work.conn.execute(live)}
