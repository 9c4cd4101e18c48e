"""A year of meals in a district that nobody lives in: 42 canteens, 131 estates, and what they ordered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Table, insert

from models import tables as t
from models.actions.desk import SaveUser
from models.store import Work

CANTEENS, ESTATES, COMMUNITIES, STREETS = 42, 131, 80, 8
DISHES = 10  # of a canteen
DAYS = 365
FIRST_DAY = date(2026, 1, 1)
BATCH = 20_000
PAYERS = (("区民政", 300), ("街道", 500), ("慈善会", 200))
BANDS, SHARES = ("<60", "60-69", "70-79", "80-89", "90+", ""), (2, 18, 38, 30, 8, 4)
STATES, OFTEN = ("served", "no_show", "cancelled"), (92, 3, 5)

Row = Mapping[str, Any]


def fill(work: Work, meals: int, seed: int = 7) -> None:
    """So many orders with their dishes, subsidies and ratings, and an admin, a street's and a canteen's user."""
    random = Random(seed)
    for table, rows in (*_places(), *_canteens()):
        _bulk(work, table, rows)
    people = max(meals // 20, CANTEENS)
    _bulk(work, t.person, ({"id": n, "made_at": work.now} for n in range(1, people + 1)))
    _bulk(work, t.meal_order, (_order(n, meals, people, random) for n in range(meals)))
    for table, rows in _hanging(meals, random):
        _bulk(work, table, rows)
    SaveUser("admin", "admin", "hash").run(work)
    SaveUser("street", "street", "hash", area_id=2).run(work)
    SaveUser("canteen", "firm", "hash", unit_id=1).run(work)


def _places() -> Iterator[tuple[Table, Iterator[Row]]]:
    streets = ({"id": 2 + n, "level": "street", "name": f"街道{n}", "parent_id": 1} for n in range(STREETS))
    below = (
        {"id": 10 + n, "level": "community", "name": f"社区{n}", "parent_id": 2 + n % STREETS}
        for n in range(COMMUNITIES)
    )
    estates = ({"id": 1 + n, "name": f"第{n}小区", "area_id": 10 + n % COMMUNITIES} for n in range(ESTATES))
    units = (
        {"id": 1 + n, "kind": "firm", "name": f"食堂{n}", "area_id": 10 + n % COMMUNITIES}
        for n in range(CANTEENS)
    )
    yield t.area, iter([{"id": 1, "level": "district", "name": "区", "parent_id": None}])
    yield t.area, streets
    yield t.area, below
    yield t.estate, estates
    yield t.handling_unit, units


def _canteens() -> Iterator[tuple[Table, Iterator[Row]]]:
    yield (
        t.canteen,
        ({"id": 1 + n, "name": f"第{n}长者食堂", "unit_id": 1 + n} for n in range(CANTEENS)),
    )
    yield (
        t.dish,
        (
            {
                "id": 1 + n,
                "canteen_id": 1 + n // DISHES,
                "name": f"菜{n % DISHES}",
                "cents": 800 + 50 * (n % DISHES),
            }
            for n in range(CANTEENS * DISHES)
        ),
    )
    yield (
        t.subsidy_tier,
        (
            {"id": 1 + n, "name": f"{payer}补贴", "payer": payer, "cents": cents, "starts_on": FIRST_DAY}
            for n, (payer, cents) in enumerate(PAYERS)
        ),
    )
    yield t.menu, (_menu(day, n) for day in range(DAYS) for n in range(CANTEENS))


def _menu(day: int, canteen: int) -> Row:
    on = FIRST_DAY + timedelta(day)
    at = datetime.combine(on, time(3), UTC)
    times = dict.fromkeys(("starts_at", "ends_at", "order_until", "cancel_until"), at)
    of = {"id": 1 + day * CANTEENS + canteen, "canteen_id": 1 + canteen, "day": on, "meal": "lunch"}
    return {**of, "state": "frozen", "capacity": 999, **times}


def _order(n: int, meals: int, people: int, random: Random) -> Row:
    """The n-th: days follow each other, each canteen in its turn, so that nobody eats the same meal twice."""
    day, canteen = n * DAYS // meals, n % CANTEENS
    price = 800 + 50 * (n % DISHES)
    subsidy = _subsidy(n)
    at = datetime.combine(FIRST_DAY + timedelta(day), time(1), UTC)
    return {
        "id": 1 + n, "number": 1 + n, "menu_id": 1 + day * CANTEENS + canteen, "canteen_id": 1 + canteen,
        "day": at.date(), "meal": "lunch", "person_id": 1 + n % people, "state": random.choices(STATES, OFTEN)[0],
        "how": "pickup", "estate_id": 1 + (canteen + CANTEENS * random.randrange(4)) % ESTATES, "portions": 1,
        "price_cents": price, "subsidy_cents": subsidy, "pay_cents": price - subsidy, "pays": "pickup",
        "age_band": random.choices(BANDS, SHARES)[0], "code": f"{n % 1_000_000:06d}", "via": "wechat",
        "made_at": at, "changed_at": at,
    }  # fmt: skip


def _subsidy(n: int) -> int:
    """Of five orders one has no subsidy, four have one payer's."""
    return 0 if n % 5 == 0 else PAYERS[n % len(PAYERS)][1]


def _hanging(meals: int, random: Random) -> Iterator[tuple[Table, Iterator[Row]]]:
    days = {n: FIRST_DAY + timedelta(n) for n in range(DAYS)}
    yield (
        t.meal_order_dish,
        (
            {
                "meal_order_id": 1 + n,
                "dish_id": 1 + (n % CANTEENS) * DISHES + n % DISHES,
                "count": 1,
                "cents": 800,
            }
            for n in range(meals)
        ),
    )
    yield (
        t.meal_subsidy,
        (
            {
                "meal_order_id": 1 + n,
                "subsidy_tier_id": 1 + n % len(PAYERS),
                "day": days[n * DAYS // meals],
                "cents": _subsidy(n),
            }
            for n in range(meals)
            if _subsidy(n)
        ),
    )
    at = datetime.combine(FIRST_DAY, time(10), UTC)
    yield (
        t.meal_rating,
        (
            {"meal_order_id": 1 + n, "asked_at": at, "at": at, "score": random.randint(1, 5)}
            for n in range(0, meals, 10)
        ),
    )


def _bulk(work: Work, table: Table, rows: Iterator[Row]) -> None:
    while batch := list(islice(rows, BATCH)):
        work.conn.execute(insert(table), batch)
