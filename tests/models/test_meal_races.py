"""Many hands, one meal: nothing is sold twice, counted twice or paid twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from models import tables as t
from models import views
from models.actions.meals import CancelMeal, ChangeMeal, PlaceMeal
from models.store import open_store
from tests.models.dining import Dining
from tests.town import KEYS, LIMITS, TestTown

PEOPLE = 50
OLD = date(1940, 5, 1)


@pytest.fixture
def dining(town: TestTown, database_url: str) -> Iterator[Dining]:
    """A canteen with many connections, and patience: SQLite lets writers in one by one."""
    store = open_store(database_url, KEYS, LIMITS, pool=16, wait_seconds=60)
    one = Dining(TestTown(store, town.clock, town.planted))
    yield one
    assert one.faults() == []
    store.engine.dispose()


def at_once(doing: Sequence[Callable[[], Any]]) -> list[Any]:
    """What comes of doing all of these at the same time."""
    with ThreadPoolExecutor(len(doing)) as pool:
        return [future.result() for future in [pool.submit(one) for one in doing]]


def _orders(dining: Dining, people: Sequence[views.Resident], **more: Any) -> list[dict[str, Any]]:
    def order(who: views.Resident) -> Callable[[], Any]:
        return lambda: dining.place(who, **more)

    return at_once([order(who) for who in people])


def _people(dining: Dining, many: int = PEOPLE) -> list[views.Resident]:
    return [dining.diner(number) for number in range(many)]


def _seen_before(dining: Dining, who: views.Resident) -> views.Resident:
    """Somebody whose account is there already: making it would put them in a row by itself."""
    dining.cancel(dining.place(who)["meal_order_id"])
    return who


def _whys(done: Sequence[dict[str, Any]]) -> Counter[str]:
    return Counter(one.get("why", "ok") for one in done)


def test_the_last_portion_of_a_meal_goes_to_one_of_fifty(dining: Dining) -> None:
    people = _people(dining)
    dining.set(dining.lunch, capacity=1)
    done = _orders(dining, people)
    assert _whys(done) == {"ok": 1, "full": PEOPLE - 1}
    assert len(dining.town.rows(t.meal_order)) == 1


def test_the_last_portion_of_a_dish_goes_to_one_of_fifty(dining: Dining) -> None:
    people, (first, last) = _people(dining), (dining.on_lunch()[0], dining.on_lunch()[-1])
    dining.limit(last, 1)
    done = _orders(dining, people, dishes={first: 1, last: 1})
    assert _whys(done) == {"ok": 1, "sold_out": PEOPLE - 1}
    assert dining.town.rows(t.menu, id=dining.lunch)[0].taken == 2, "nothing is kept of what was refused"


def test_two_orders_of_one_person_at_once_are_one(dining: Dining) -> None:
    who = _seen_before(dining, dining.diner())
    done = at_once([lambda: dining.place(who)] * 5)
    assert _whys(done) == {"ok": 1, "already": 4}
    assert len({one["meal_order_id"] for one in done}) == 1


def test_the_last_subsidised_meal_of_a_week_is_taken_once(dining: Dining) -> None:
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.subsidy_tier).values(weekly_most=1))
    who = _seen_before(dining, dining.diner(born=OLD))
    menus = [row.id for row in dining.town.rows(t.menu, state="published")]
    dishes = {row.menu_id: {row.dish_id: 1} for row in dining.town.rows(t.menu_dish)}

    def order(menu: int) -> Callable[[], Any]:
        return lambda: dining.town.do(PlaceMeal(menu, who.person_id, dishes[menu], "pickup"))

    done = at_once([order(menu) for menu in menus])
    assert _whys(done) == {"ok": len(menus)}
    assert sorted(one["subsidy_cents"] for one in done)[-2:] == [0, 300]


def test_cancelling_five_times_gives_back_once(dining: Dining) -> None:
    order = dining.place(dining.diner())["meal_order_id"]
    done = at_once([lambda: dining.cancel(order)] * 5)
    assert _whys(done) == {"ok": 1, "already": 4}


def test_what_the_kitchen_counts_is_orders_less_cancellations(dining: Dining) -> None:
    """Fifty order, change and cancel while the cut-off passes."""
    people, (first, last) = _people(dining), (dining.on_lunch()[0], dining.on_lunch()[-1])
    placed = [dining.place(who)["meal_order_id"] for who in people[:34]]
    do = dining.town.do

    def hand(number: int) -> Callable[[], Any]:
        if number < 17:
            return lambda: do(CancelMeal(placed[number]))
        if number < 34:
            return lambda: do(ChangeMeal(placed[number], {first: 1, last: 1}))
        return lambda: dining.place(people[number], {first: 2})

    hands = [hand(number) for number in range(PEOPLE)]
    frozen = at_once([*hands[::2], dining.freeze, *hands[1::2]])[PEOPLE // 2]
    assert frozen["ok"]
    (count,) = dining.town.rows(t.kitchen_count)
    live = [row for row in dining.town.rows(t.meal_order) if row.state != "cancelled"]
    assert count.orders == frozen["orders"] == len(live), "orders less cancellations"
    assert sum(count.counts.values()) == dining.town.rows(t.menu, id=dining.lunch)[0].taken
    assert sum(count.counts.values()) == sum(row.portions for row in live)
    assert dining.place(dining.diner(60))["why"] == "too_late"
