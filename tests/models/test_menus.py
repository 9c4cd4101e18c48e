"""Canteens, menus and their dishes: what may be set, what is published, and that nothing ordered is taken away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from models import tables as t
from models import views
from models.actions.canteens import (
    DropEstateCanteen,
    ForgetCanteenDay,
    SaveCanteen,
    SaveCanteenDay,
    SaveEstateCanteen,
    SaveSlot,
)
from models.actions.desk import SaveUser
from models.actions.menus import CopyMenus, MenuDish, PublishMenus, SaveDish, SaveMenu, WithdrawMenu
from models.views import canteens
from tests.models.kitchen import EVERY_DAY, SLOTS, Kitchen, kitchen
from tests.town import TestTown, clock, database_url, migrated, store, town

__all__ = ["clock", "database_url", "migrated", "store", "town"]

WEEK = timedelta(days=7)


@pytest.fixture
def cook(town: TestTown) -> Kitchen:
    return kitchen(town)


def taken(cook: Kitchen, menu_id: int, dish: str, count: int) -> None:
    """Let so many portions be ordered."""
    with cook.town.store.work(cook.town.clock.now()) as work:
        md = t.menu_dish.c
        this = (md.menu_id == menu_id) & (md.dish_id == cook.dishes[dish])
        work.conn.execute(update(t.menu_dish).where(this).values(taken=count))
        work.conn.execute(update(t.menu).where(t.menu.c.id == menu_id).values(taken=count))


def ordered(cook: Kitchen, menu_id: int, state: str = "placed", person_id: int | None = None) -> int:
    """Let somebody have ordered."""
    row: dict[str, Any] = {
        "number": 1,
        "person_id": person_id,
        "menu_id": menu_id,
        "canteen_id": cook.canteen,
        "day": cook.day,
        "meal": "lunch",
    }
    row |= {
        "how": "pickup",
        "portions": 1,
        "price_cents": 800,
        "pay_cents": 800,
        "pays": "pickup",
        "code": "1",
    }
    now = cook.town.clock.now()
    with cook.town.store.work(now) as work:
        made = insert(t.meal_order).values(**row, state=state, via="console", made_at=now, changed_at=now)
        order_id = int(work.conn.execute(made.returning(t.meal_order.c.id)).scalar_one())
        dish = {"meal_order_id": order_id, "dish_id": cook.dishes["麻婆豆腐"], "count": 1, "cents": 800}
        work.conn.execute(insert(t.meal_order_dish).values(dish))
    if state == "placed":
        taken(cook, menu_id, "麻婆豆腐", 1)
    return order_id


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("meal", {"meal": "supper"}),
        ("days", {"days": ()}),
        ("days", {"days": (0,)}),
        ("starts", {"starts": "12:60"}),
        ("ends", {"ends": "24:01"}),
        ("ends", {"ends": "11:00"}),
        ("ends", {"ends": "00:00"}),
        ("order_until", {"order_until": "13:01"}),
        ("cancel_until", {"cancel_until": "x"}),
        ("capacity", {"capacity": 0}),
        ("delivery_cents", {"delivery_cents": -1}),
        ("canteen_id", {"canteen_id": 999}),
    ],
)
def test_a_slot_that_cannot_be_is_refused_beside_its_field(
    cook: Kitchen, field: str, values: dict[str, Any]
) -> None:
    before = cook.town.rows(t.meal_slot)
    fine: dict[str, Any] = {"canteen_id": cook.canteen, "meal": "lunch", "days": EVERY_DAY, **SLOTS["lunch"]}
    refused = cook.town.do(SaveSlot(**{**fine, **values}))
    assert refused["field"] == field
    assert cook.town.rows(t.meal_slot) == before


def test_noon_and_midnight_differ(cook: Kitchen) -> None:
    lunch = cook.town.rows(t.meal_slot, canteen_id=cook.canteen, meal="lunch")[0]
    late = {**SLOTS["lunch"], "starts": "12:00", "ends": "24:00", "order_until": "00:00"}
    assert cook.town.do(SaveSlot(cook.canteen, "lunch", EVERY_DAY, **late, slot_id=lunch.id))["ok"]
    (menu,) = cook.town.rows(t.menu, id=cook.menu("lunch", cook.day + timedelta(days=1)))
    assert menu.starts_at.isoformat() == "2026-03-03T04:00:00+00:00"
    assert menu.ends_at.isoformat() == "2026-03-03T16:00:00+00:00"
    assert menu.order_until.isoformat() == "2026-03-02T16:00:00+00:00"


def test_an_estate_has_one_default_and_keeps_one(cook: Kitchen) -> None:
    town, estate = cook.town, cook.town.planted.estates["阳光花园"]
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(t.estate_canteen.delete().where(t.estate_canteen.c.estate_id == estate))
    others = [
        int(town.do(SaveCanteen(name, town.planted.units["安居物业"]))["id"])
        for name in ("西门食堂", "南门食堂")
    ]
    first, second, third = (
        town.do(SaveEstateCanteen(estate, one, is_default=default))["id"]
        for one, default in ((cook.canteen, False), (others[0], False), (others[1], True))
    )

    def default() -> list[int]:
        return [row.canteen_id for row in town.rows(t.estate_canteen, estate_id=estate) if row.is_default]

    assert default() == [others[1]]
    assert town.do(SaveEstateCanteen(estate, others[1], False, third))["ok"]
    assert default() == [others[1]]  # nobody else is the default
    assert town.do(SaveEstateCanteen(estate, others[0], True, second))["ok"]
    assert default() == [others[0]]
    assert town.do(SaveEstateCanteen(estate, others[0]))["field"] == "canteen_id"
    assert town.do(DropEstateCanteen(second))["ok"]
    assert default() == [cook.canteen]
    assert town.do(DropEstateCanteen(first))["ok"]
    assert default() == [others[1]]
    assert town.do(DropEstateCanteen(third))["ok"]
    assert default() == []


def test_a_canteen_with_published_menus_is_not_switched_off(cook: Kitchen) -> None:
    unit, menu_id = cook.town.planted.units["安居物业"], cook.published("dinner")
    off = SaveCanteen("东门食堂", unit, active=False, canteen_id=cook.canteen)
    assert cook.town.do(off)["field"] == "active"
    assert cook.town.do(WithdrawMenu(None, menu_id))["ok"]
    assert cook.town.do(off)["ok"]


def test_a_menu_is_planned_changed_and_published(cook: Kitchen) -> None:
    town, meat, tofu = cook.town, cook.dishes["红烧肉"], cook.dishes["麻婆豆腐"]
    first = town.do(SaveMenu(None, cook.canteen, cook.day, "dinner", (MenuDish(meat),)))
    assert first["state"] == "draft"
    again = SaveMenu(None, cook.canteen, cook.day, "dinner", (MenuDish(tofu, 700, 5), MenuDish(meat)), 30)
    assert town.do(again)["menu_id"] == first["menu_id"]
    (menu,) = town.see(canteens.menus_of, cook.canteen, cook.day, cook.day)
    assert [(one.name, one.cents, one.portions) for one in menu.dishes] == [
        ("麻婆豆腐", 700, 5),
        ("红烧肉", 1500, None),
    ]
    assert (menu.capacity, menu.state) == (30, "draft")
    assert town.do(PublishMenus(None, (menu.id,))) == {"ok": True, "published": 1, "left": []}
    (row,) = town.rows(t.menu, id=menu.id)
    (timer,) = [one for one in town.rows(t.timer) if (one.kind, one.subject) == ("kitchen", menu.id)]
    assert (row.state, timer.stamp, timer.due_at) == ("published", row.stage, row.order_until)
    assert town.do(PublishMenus(None, (menu.id,)))["published"] == 0


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"day": date(2026, 3, 1)}, "too_late"),
        ({"meal": "supper"}, "not_served"),
        ({"dishes": ()}, "needs_words"),
        ({"dishes": (MenuDish(9999),)}, "unknown"),
        ({"capacity": 0}, "unknown"),
        ({"canteen_id": 9999}, "unknown"),
    ],
)
def test_a_menu_that_cannot_be_leaves_nothing(cook: Kitchen, values: dict[str, Any], why: str) -> None:
    fine = {"user_id": None, "canteen_id": cook.canteen, "day": cook.day, "meal": "dinner"}
    fine["dishes"] = (MenuDish(cook.dishes["红烧肉"]),)
    before = cook.town.rows(t.menu)
    assert cook.town.do(SaveMenu(**{**fine, **values}))["why"] == why
    assert cook.town.rows(t.menu) == before


def test_a_dish_twice_or_switched_off_is_not_planned(cook: Kitchen) -> None:
    meat = cook.dishes["红烧肉"]
    twice = SaveMenu(None, cook.canteen, cook.day, "dinner", (MenuDish(meat), MenuDish(meat)))
    assert cook.town.do(twice)["field"] == "dishes"
    cook.menu("dinner", cook.day, "麻婆豆腐")
    assert cook.town.do(SaveDish(None, cook.canteen, "红烧肉", 1500, active=False, dish_id=meat))["ok"]
    off = SaveMenu(None, cook.canteen, cook.day, "dinner", (MenuDish(meat),))
    assert cook.town.do(off)["field"] == "dishes"


def test_what_is_ordered_stays_on_the_menu(cook: Kitchen) -> None:
    menu_id = cook.published("dinner")
    taken(cook, menu_id, "红烧肉", 3)
    meat, tofu = (MenuDish(cook.dishes[name]) for name in ("红烧肉", "麻婆豆腐"))

    def save(*dishes: MenuDish, capacity: int = 80) -> dict[str, Any]:
        return cook.town.do(SaveMenu(None, cook.canteen, cook.day, "dinner", dishes, capacity))

    before = cook.town.rows(t.menu_dish)
    assert save(tofu) == {"ok": False, "why": "taken", "field": "dishes", "dish": "红烧肉", "taken": 3}
    assert save(MenuDish(meat.dish_id, None, 2))["why"] == "taken"
    assert save(meat, capacity=2) == {"ok": False, "why": "taken", "field": "capacity", "taken": 3}
    assert cook.town.rows(t.menu_dish) == before
    assert save(MenuDish(meat.dish_id, 1600, 3), capacity=3)["state"] == "published"
    assert [row.taken for row in cook.town.rows(t.menu_dish, menu_id=menu_id)] == [3]


def test_a_frozen_menu_stays_as_it_is(cook: Kitchen) -> None:
    menu_id = cook.published("dinner")
    with cook.town.store.work(cook.town.clock.now()) as work:
        work.conn.execute(update(t.menu).where(t.menu.c.id == menu_id).values(state="frozen"))
    meat = (MenuDish(cook.dishes["红烧肉"]),)
    assert cook.town.do(SaveMenu(None, cook.canteen, cook.day, "dinner", meat))["why"] == "too_late"


@pytest.mark.parametrize("state", ["frozen", "withdrawn", "draft"])
def test_a_menu_that_was_counted_is_never_published_again(cook: Kitchen, state: str) -> None:
    """The kitchen's count is made once for good: by whatever way the row came to its state, nothing reopens it."""
    menu_id = cook.published("dinner")
    with cook.town.store.work(cook.town.clock.now()) as work:
        counted = {"state": state, "frozen_at": work.now, "version": 1}
        work.conn.execute(update(t.menu).where(t.menu.c.id == menu_id).values(counted))
    (before,) = cook.town.rows(t.menu, id=menu_id)
    left = [{"menu_id": menu_id, "why": "closed"}]
    assert cook.town.do(PublishMenus(None, (menu_id,))) == {"ok": True, "published": 0, "left": left}
    assert cook.town.rows(t.menu, id=menu_id) == [before]


def test_what_nobody_could_order_is_not_published(cook: Kitchen) -> None:
    late = cook.menu("breakfast")  # ordered until yesterday evening
    assert cook.town.do(PublishMenus(None, (late, 9999)))["left"] == [
        {"menu_id": late, "why": "too_late"},
        {"menu_id": 9999, "why": "unknown"},
    ]


def test_a_closed_day_is_not_planned_and_not_announced_over_menus(cook: Kitchen) -> None:
    day = cook.day + timedelta(days=1)
    menu_id = cook.published("lunch", day)
    closed = SaveCanteenDay(None, cook.canteen, day, False, "停电")
    assert cook.town.do(closed)["field"] == "opens"
    assert cook.town.do(WithdrawMenu(None, menu_id))["ok"]
    assert cook.town.do(closed)["ok"]
    meat = (MenuDish(cook.dishes["红烧肉"]),)
    again = SaveMenu(None, cook.canteen, day, "lunch", meat)
    assert cook.town.do(again) == {"ok": False, "why": "not_served", "closed": True}
    assert cook.town.do(ForgetCanteenDay(None, cook.canteen, day))["ok"]
    assert cook.town.do(again)["state"] == "draft"
    assert cook.town.do(SaveCanteenDay(None, cook.canteen, date(2026, 3, 1), False))["why"] == "too_late"


def test_a_holiday_is_served_only_where_it_is_said(cook: Kitchen) -> None:
    holiday, meat = date(2026, 4, 5), (MenuDish(cook.dishes["红烧肉"]),)  # 清明节
    on_it = SaveMenu(None, cook.canteen, holiday, "lunch", meat)
    assert cook.town.do(on_it)["why"] == "not_served"
    cook.town.do(SaveCanteenDay(None, cook.canteen, holiday, True))
    assert cook.town.do(on_it)["ok"]


def test_a_week_is_copied_where_nothing_is_planned(cook: Kitchen) -> None:
    assert cook.town.do(CopyMenus(None, cook.canteen, cook.day + WEEK))["why"] == "not_found"
    for meal in ("lunch", "dinner"):
        cook.menu(meal)
    cook.menu("lunch", cook.day + WEEK, "麻婆豆腐")
    assert cook.town.do(SaveDish(None, cook.canteen, "红烧肉", 1600, dish_id=cook.dishes["红烧肉"]))["ok"]
    assert cook.town.do(CopyMenus(None, cook.canteen, cook.day + WEEK))["copied"] == 1
    lunch, dinner = cook.town.see(canteens.menus_of, cook.canteen, cook.day + WEEK, cook.day + WEEK)
    assert [one.name for one in lunch.dishes] == ["麻婆豆腐"]
    assert [(one.name, one.cents) for one in dinner.dishes] == [("红烧肉", 1600), ("麻婆豆腐", 800)]
    assert cook.town.do(CopyMenus(None, cook.canteen, cook.day + WEEK))["copied"] == 0


def test_a_withdrawn_menu_takes_no_orders_and_may_come_back_as_a_draft(cook: Kitchen) -> None:
    menu_id = cook.published("dinner")
    ordered(cook, menu_id, "cancelled")
    (stage,) = (row.stage for row in cook.town.rows(t.menu, id=menu_id))
    assert cook.town.do(WithdrawMenu(None, menu_id))["ok"]
    (row,) = cook.town.rows(t.menu, id=menu_id)
    assert (row.state, row.stage) == ("withdrawn", stage + 1)
    assert cook.menu("dinner") == menu_id
    assert cook.town.rows(t.menu, id=menu_id)[0].state == "draft"


def test_a_withdrawn_menu_is_no_draft_while_orders_stand_or_once_the_kitchen_had_its_count(
    cook: Kitchen,
) -> None:
    menu_id = cook.published("dinner")
    ordered(cook, menu_id)
    assert cook.town.do(WithdrawMenu(None, menu_id, orders=True))["ok"]
    meat = (MenuDish(cook.dishes["红烧肉"]), MenuDish(cook.dishes["麻婆豆腐"]))
    again = SaveMenu(None, cook.canteen, cook.day, "dinner", meat)
    assert cook.town.do(again) == {"ok": False, "why": "taken", "field": "withdrawn", "taken": 1}
    taken(cook, menu_id, "麻婆豆腐", 0)
    with cook.town.store.work(cook.town.clock.now()) as work:
        this = update(t.menu).where(t.menu.c.id == menu_id)
        work.conn.execute(this.values(frozen_at=work.now))
    assert cook.town.do(again) == {"ok": False, "why": "too_late", "field": "withdrawn"}
    assert cook.town.rows(t.menu, id=menu_id)[0].state == "withdrawn"


def test_a_menu_with_orders_is_withdrawn_only_knowingly(cook: Kitchen) -> None:
    menu_id = cook.published("dinner")
    order_id = ordered(cook, menu_id)
    assert cook.town.do(WithdrawMenu(None, menu_id)) == {"ok": False, "why": "taken", "orders": 1}
    for _ in range(2):  # whoever was interrupted goes on with what is left
        assert cook.town.do(WithdrawMenu(None, menu_id, orders=True)) == {"ok": True, "orders": [order_id]}


def test_only_who_runs_the_canteen_may_plan(cook: Kitchen) -> None:
    town, menu_id = cook.town, cook.menu("dinner")
    day, meat = cook.day, (MenuDish(cook.dishes["红烧肉"]),)
    firms = {
        login: int(town.do(SaveUser(login, "firm", "hash", unit_id=town.planted.units[unit]))["user_id"])
        for login, unit in (("mine", "安居物业"), ("theirs", "阳光物业"))
    }

    def actions(user: int) -> list[Any]:
        return [
            SaveMenu(user, cook.canteen, day, "dinner", meat),
            SaveDish(user, cook.canteen, "白米饭", 200),
            SaveDish(user, cook.canteen, "红烧肉", 1, dish_id=meat[0].dish_id),
            SaveCanteenDay(user, cook.canteen, day + WEEK, False),
            ForgetCanteenDay(user, cook.canteen, day + WEEK),
            CopyMenus(user, cook.canteen, day + WEEK),
            WithdrawMenu(user, menu_id),
        ]

    watched = (t.menu, t.menu_dish, t.dish, t.canteen_day, t.audit)
    before = [town.rows(table) for table in watched]
    for action in actions(firms["theirs"]):
        assert town.do(action)["why"] == "unknown", action
    assert town.do(PublishMenus(firms["theirs"], (menu_id,)))["published"] == 0
    assert [town.rows(table) for table in watched] == before
    assert town.do(PublishMenus(firms["mine"], (menu_id,)))["published"] == 1
    for action in actions(firms["mine"]):
        assert town.do(action)["ok"], action
    assert {row.what for row in town.rows(t.audit)} == {
        "menu_saved", "dish_saved", "canteen_day", "menu_published", "menu_withdrawn",
    }  # fmt: skip


def test_an_area_runs_its_own_canteens_and_orders_from_those_that_serve_it(cook: Kitchen) -> None:
    here = views.User(
        "community", areas=frozenset({7}), estates=frozenset({cook.town.planted.estates["幸福小区"]})
    )
    far = views.User("community", areas=frozenset({7}), estates=frozenset())
    assert cook.town.see(canteens.own_canteens, here) == ()
    assert cook.canteen in [one.id for one in cook.town.see(canteens.canteens_seen, here)]
    assert cook.town.see(canteens.canteens_seen, far) == ()
    menu_id = cook.menu("dinner")
    assert cook.town.see(canteens.own_menu, here, menu_id) is None
    assert cook.town.see(canteens.own_menu, views.User("admin"), menu_id).id == menu_id
