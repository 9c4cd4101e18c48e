"""A canteen with one lunch, made of rows alone: what was ordered there is what a test says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert, update

from models import tables as t
from models.store import Work
from tests.town import TestTown

DAY = date(2026, 3, 2)  # the day on which the town's clock stands, a Monday, at 9:00
NAME, PHONE = "张桂芳", "13812345678"


def local(hour: int, minute: int = 0) -> datetime:
    """A moment of that day, as the clock on the wall says it."""
    return datetime(DAY.year, DAY.month, DAY.day, hour - 8, minute, tzinfo=UTC)


@dataclass
class Lunch:
    """Lunch from 11 to 13 at a canteen of 安居物业, ordered until 9:30: 红烧肉 and 豆腐."""

    town: TestTown
    unit: str = "安居物业"
    canteen: int = 0
    menu: int = 0
    dishes: tuple[int, ...] = ()
    made: int = 0
    codes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        unit = self.town.planted.units[self.unit]
        with self.town.store.work(self.town.clock.now()) as work:
            self.canteen = row(work, t.canteen, name="和平长者食堂", unit_id=unit)
            self.dishes = tuple(
                row(work, t.dish, canteen_id=self.canteen, name=name, cents=1200, marks=marks, allergens=[])
                for name, marks in (("红烧肉", []), ("白菜豆腐", ["soft", "low_salt"]))
            )
            self.menu = self.menu_at(work, "lunch", 11, 13)
            work.remind("kitchen", self.menu, 0, local(9, 30) - work.now)

    def menu_at(self, work: Work, meal: str, starts: int, ends: int, day: date = DAY) -> int:
        """A published menu of both dishes on that day."""
        later = day - DAY
        menu = row(
            work,
            t.menu,
            canteen_id=self.canteen,
            day=day,
            meal=meal,
            state="published",
            capacity=100,
            starts_at=local(starts) + later,
            ends_at=local(ends) + later,
            order_until=local(9, 30) + later,
            cancel_until=local(9) + later,
        )
        for place, dish in enumerate(self.dishes, 1):
            row(work, t.menu_dish, menu_id=menu, dish_id=dish, place=place, cents=1200)
        return menu

    def order(
        self, *counts: int, how: str = "pickup", home: int | None = None, menu: int = 0, **more: Any
    ) -> int:
        """An order of so many of each dish, by somebody with a name and a phone."""
        with self.town.store.work(self.town.clock.now()) as work:
            return self.ordered(work, *counts, how=how, home=home, menu=menu, **more)

    def ordered(
        self,
        work: Work,
        *counts: int,
        how: str = "pickup",
        home: int | None = None,
        menu: int = 0,
        name: str = NAME,
        **more: Any,
    ) -> int:
        """As order(), in this transaction; like every order it locks the menu first."""
        menu = menu or self.menu
        work.conn.execute(
            update(t.menu).where(t.menu.c.id == menu).values(taken=t.menu.c.taken + sum(counts))
        )
        self.made += 1
        sealed = {"name_sealed": work.seal(name), "phone_sealed": work.seal(PHONE)}
        person = row(work, t.person, **sealed, made_at=work.now)
        if home is not None:
            row(work, t.binding, person_id=person, home_id=home, made_at=work.now)
        cents = 1200 * sum(counts)
        self.codes.append(f"{100000 + self.made}")
        values: dict[str, Any] = {
            "number": 5000 + self.made,
            "menu_id": menu,
            "canteen_id": self.canteen,
            "day": DAY,
            "meal": "lunch",
            "person_id": person,
            "how": how,
            "home_id": home if how == "delivery" else None,
            "portions": sum(counts),
            "price_cents": cents,
            "pay_cents": cents,
            "pays": "pickup",
            "code": self.codes[-1],
            "via": "wechat",
            "made_at": work.now,
            "changed_at": work.now,
        }
        order = row(work, t.meal_order, **(values | more))
        for dish, count in zip(self.dishes, counts, strict=False):
            if count:
                row(work, t.meal_order_dish, meal_order_id=order, dish_id=dish, count=count, cents=1200)
        return order

    def cancel(self, order: int, work: Work | None = None) -> None:
        """Cancel it; the menu first."""
        if work is None:
            with self.town.store.work(self.town.clock.now()) as mine:
                self.cancel(order, mine)
            return
        work.conn.execute(update(t.menu).where(t.menu.c.id == self.menu).values(taken=t.menu.c.taken - 1))
        work.conn.execute(update(t.meal_order).where(t.meal_order.c.id == order).values(state="cancelled"))

    def diet(self, order: int, **facts: Any) -> None:
        """What the diner of an order may not eat."""
        person = self.town.rows(t.meal_order, id=order)[0].person_id
        with self.town.store.work(self.town.clock.now()) as work:
            sealed = work.seal(json.dumps(facts))
            row(work, t.dietary_restriction, person_id=person, facts_sealed=sealed, changed_at=work.now)

    def at(self, hour: int, minute: int = 0) -> None:
        """Move the clock to that time of the day."""
        self.town.clock.forward(seconds=(local(hour, minute) - self.town.clock.now()) / timedelta(seconds=1))


def row(work: Work, table: Table, **values: Any) -> int:
    """Insert a row; its id."""
    return int(work.conn.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())
