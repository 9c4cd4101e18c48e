"""A town with a canteen, in a test's hands: menus, diners, what they order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from models import tables as t
from models import views
from models.actions.kitchen import Freeze
from models.actions.meals import CancelMeal, ChangeMeal, PlaceMeal
from models.sample_meals import plant_canteen, plant_menus
from tests.town import TestTown

LUNCH_DAY = date(2026, 3, 3)  # the day after MONDAY_MORNING
DOORS = tuple(
    ("幸福小区", building, unit, f"{floor}0{door}")
    for building in ("1", "2", "3")
    for unit in ("1", "2")
    for floor in range(1, 7)
    for door in (1, 2)
)


class Dining:
    """The canteen of the sample neighbourhood, and tomorrow's lunch: 120 portions, of one dish 20."""

    def __init__(self, town: TestTown, days: int = 2) -> None:
        self.town = town
        with town.store.work(town.clock.now()) as work:
            self.canteen = plant_canteen(work, town.planted)
            plant_menus(work, days)
        self.lunch = self.menu("lunch")

    def at(self, moment: datetime) -> None:
        """Go on to that moment."""
        self.town.clock.forward(seconds=(moment - self.town.clock.now()).total_seconds())

    def menu(self, meal: str, day: date = LUNCH_DAY) -> int:
        """The menu of that meal."""
        return int(self.town.rows(t.menu, meal=meal, day=day)[0].id)

    def dish(self, name: str) -> int:
        """A dish's id."""
        return int(self.town.rows(t.dish, name=name)[0].id)

    def on_lunch(self) -> list[int]:
        """The dishes of tomorrow's lunch; the first is the one of 20 portions where there is such a one."""
        rows = self.town.rows(t.menu_dish, menu_id=self.lunch)
        return [row.dish_id for row in sorted(rows, key=lambda row: (row.portions is None, row.place))]

    def diner(
        self,
        number: int = 0,
        *,
        born: date | None = None,
        groups: tuple[str, ...] = (),
        verified: bool = True,
    ) -> views.Resident:
        """Somebody with a home; with `born` or `groups` staff have checked what they may have."""
        who = self.town.resident(f"o-diner-{number}", DOORS[number])
        if born or groups:
            self.entitle(who.person_id, born, groups, verified=verified)
        return who

    def entitle(self, person_id: int, born: date | None, groups: tuple[str, ...], *, verified: bool) -> None:
        """What subsidies go by."""
        facts = json.dumps({"born": born.isoformat() if born else None, "groups": list(groups)})
        now = self.town.clock.now()
        with self.town.store.work(now) as work:
            row = {"person_id": person_id, "facts_sealed": work.seal(facts), "changed_at": now}
            work.conn.execute(insert(t.entitlement).values(**row, verified_at=now if verified else None))
            mine = update(t.binding).where(t.binding.c.person_id == person_id)
            work.conn.execute(mine.values(state="verified"))

    def place(
        self, who: views.Resident, dishes: Mapping[int, int] | None = None, **more: Any
    ) -> dict[str, Any]:
        """Order lunch, by default one portion of its last dish."""
        wanted = dishes or {self.on_lunch()[-1]: 1}
        facts = {"menu_id": self.lunch, "how": "pickup", "account_id": who.account_id} | more
        return self.town.do(PlaceMeal(person_id=who.person_id, dishes=wanted, **facts))

    def change(self, order_id: int, dishes: Mapping[int, int], **more: Any) -> dict[str, Any]:
        """Put other dishes in place."""
        return self.town.do(ChangeMeal(order_id, dishes, **more))

    def cancel(self, order_id: int, **more: Any) -> dict[str, Any]:
        """Cancel it."""
        return self.town.do(CancelMeal(order_id, **more))

    def set(self, menu_id: int, **values: Any) -> None:
        """Change the menu's row."""
        with self.town.store.work(self.town.clock.now()) as work:
            work.conn.execute(update(t.menu).where(t.menu.c.id == menu_id).values(values))

    def freeze(self) -> dict[str, Any]:
        """The cut-off of tomorrow's lunch passes; nobody else's clock moves."""
        menu = self.town.rows(t.menu, id=self.lunch)[0]
        with self.town.store.work(max(menu.order_until, menu.cancel_until)) as work:
            return Freeze(self.lunch, menu.stage).run(work)

    def limit(self, dish_id: int, portions: int) -> None:
        """So many portions of that dish at tomorrow's lunch."""
        d = t.menu_dish.c
        this = update(t.menu_dish).where(d.menu_id == self.lunch, d.dish_id == dish_id)
        with self.town.store.work(self.town.clock.now()) as work:
            work.conn.execute(this.values(portions=portions))

    def balance(self, who: views.Resident) -> int:
        """What is in the account, in cents."""
        rows = self.town.rows(t.meal_account, person_id=who.person_id)
        return int(rows[0].balance_cents) if rows else 0

    def faults(self) -> list[str]:
        """What does not add up: portions of menus and dishes, balances, lines of orders."""
        with self.town.store.look(self.town.clock.now()) as work:
            rows = {table: work.conn.execute(select(table)).all() for table in _COUNTED}
        return [*_portions(rows), *_money(rows)]


_COUNTED = (
    t.menu,
    t.menu_dish,
    t.meal_order,
    t.meal_order_dish,
    t.meal_subsidy,
    t.meal_account,
    t.meal_entry,
)


def _portions(rows: Mapping[Any, list[Any]]) -> list[str]:
    live = {one.id: one for one in rows[t.meal_order] if one.state != "cancelled"}
    of_menu = {menu.id: 0 for menu in rows[t.menu]}
    of_dish = {(one.menu_id, one.dish_id): 0 for one in rows[t.menu_dish]}
    of_order = dict.fromkeys(live, 0)
    for one in rows[t.meal_order_dish]:
        if one.meal_order_id in live:
            menu = live[one.meal_order_id].menu_id
            of_menu[menu] += one[3]
            of_dish[menu, one.dish_id] += one[3]
            of_order[one.meal_order_id] += one[3]
    return [
        *(f"menu {menu.id}" for menu in rows[t.menu] if menu.taken != of_menu[menu.id]),
        *(f"over {menu.id}" for menu in rows[t.menu] if menu.taken > menu.capacity),
        *(
            f"dish {one.dish_id} of menu {one.menu_id}"
            for one in rows[t.menu_dish]
            if one.taken != of_dish[one.menu_id, one.dish_id]
        ),
        *(f"order {one}" for one, count in of_order.items() if count != live[one].portions),
    ]


def _money(rows: Mapping[Any, list[Any]]) -> list[str]:
    faults = []
    for account in rows[t.meal_account]:
        entries = [one.cents for one in rows[t.meal_entry] if one.meal_account_id == account.id]
        if account.balance_cents != sum(entries):
            faults.append(f"account {account.id}")
    for order in rows[t.meal_order]:
        paid = [one.cents for one in rows[t.meal_subsidy] if one.meal_order_id == order.id]
        if order.subsidy_cents != sum(paid):
            faults.append(f"subsidies of {order.id}")
        spent = -sum(
            one.cents for one in rows[t.meal_entry] if one.meal_order_id == order.id and one.kind != "counter"
        )
        owes = order.pay_cents if order.paid_at or order.pays == "bill" else 0
        if spent != (owes if order.state != "cancelled" else 0):
            faults.append(f"payment of {order.id}: {spent} instead of {owes}")
    return faults
