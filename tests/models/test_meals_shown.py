"""What diners are shown of meals: what can be ordered, what it costs, what they have ordered."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select, update

from models import tables as t
from models import views
from models.actions.kitchen import Freeze
from models.actions.meal_money import TopUp
from models.actions.menus import MenuDish, SaveMenu
from models.views.kitchen import kitchen_count
from models.views.meal_closed import meals_closed
from tests.models.dining import LUNCH_DAY, Dining

ORDER_ENDS = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)  # 9:30 in Shanghai
OLD = date(1940, 5, 1)


def test_dishes_stand_in_the_order_of_the_menu_in_the_talk_and_in_the_kitchen(dining: Dining) -> None:
    who, town = dining.diner(), dining.town
    on_lunch = sorted(town.rows(t.menu_dish, menu_id=dining.lunch), key=lambda row: row.place)
    order = [row.dish_id for row in reversed(on_lunch)]
    dishes = tuple(MenuDish(row.dish_id, row.cents, row.portions) for row in reversed(on_lunch))
    assert town.do(SaveMenu(None, dining.canteen, LUNCH_DAY, "lunch", dishes))["ok"]
    (shown,) = town.see(views.menus_open, who.person_id, day=LUNCH_DAY, meal="lunch")
    assert [one["dish_id"] for one in shown["dishes"]] == order
    dining.place(who, dict.fromkeys(sorted(order)[:3], 1))
    dining.at(ORDER_ENDS)
    town.do(Freeze(dining.lunch, 1))
    names = {row.id: row.name for row in town.rows(t.dish)}
    cooked = [names[one] for one in order if one in sorted(order)[:3]]
    count = town.see(kitchen_count, views.User("admin"), dining.lunch)
    assert count is not None
    assert [one.dish_id for one in count.dishes] == order
    (told,) = town.told("kitchen_count")
    assert told.facts["dishes"] == [f"{name} 1 份" for name in cooked]


def test_what_can_be_ordered_is_shown_with_prices_and_clashes(dining: Dining) -> None:
    who, town = dining.diner(born=OLD), dining.town
    with town.store.work(town.clock.now()) as work:
        facts = work.seal('{"marks": ["low_salt"], "allergens": ["egg"], "note": ""}')
        row = {"person_id": who.person_id, "facts_sealed": facts, "changed_at": work.now}
        work.conn.execute(insert(t.dietary_restriction).values(row))
    found = town.see(views.menus_open, who.person_id)
    assert [(one["day"], one["meal"]) for one in found] == [
        ("2026-03-02", "lunch"), ("2026-03-02", "dinner"), ("2026-03-03", "breakfast"), ("2026-03-03", "lunch"),
        ("2026-03-03", "dinner"),
    ]  # fmt: skip
    lunch = next(one for one in found if one["menu_id"] == dining.lunch)
    dishes = {one["name"]: one for one in lunch["dishes"]}
    greens = dishes["清炒时蔬"]
    assert (greens["cents"], greens["pay_cents"], greens["left"], greens["clash"]) == (800, 500, None, "")
    assert dishes["家常豆腐"]["clash"] == "不是低盐，您需要低盐"
    assert town.see(views.menu_card, who.person_id, dining.lunch) == lunch
    heads = town.see(views.menus_open, who.person_id, dishes=False)
    assert heads == [{name: one[name] for name in one if name != "dishes"} for one in found]
    only = town.see(views.menus_open, who.person_id, day=LUNCH_DAY, meal="lunch")
    assert [one["menu_id"] for one in only] == [dining.lunch]
    dining.at(ORDER_ENDS)
    assert town.see(views.menus_open, who.person_id, day=LUNCH_DAY, meal="lunch") == []
    assert town.see(views.menu_card, who.person_id, dining.lunch) is None


def test_nothing_is_on_sale_for_people_whom_no_canteen_serves(dining: Dining) -> None:
    nobody = dining.town.resident("o-no-home").person_id
    assert dining.town.see(views.menus_open, nobody) == []
    assert dining.town.see(views.menu_card, nobody, dining.lunch) is None


def test_a_price_is_what_the_order_then_costs(dining: Dining, user: int) -> None:
    who, dishes = dining.diner(born=OLD), {dining.on_lunch()[-1]: 2}
    dining.town.do(TopUp(who.person_id, 5000, user))
    told = dining.town.see(views.price, dining.lunch, who.person_id, dishes, "delivery")
    done = dining.place(who, dishes, how="delivery")
    assert told.pop("balance_cents") == 5000
    assert {name: done[name] for name in told} == told
    assert dining.town.see(views.price, dining.lunch, who.person_id, {999: 1}, "pickup") is None


def test_orders_to_come_and_the_usual(dining: Dining) -> None:
    who, town = dining.diner(), dining.town
    assert town.see(views.usual_of, who.person_id, "lunch") is None
    greens = dining.dish("清炒时蔬")
    done = dining.place(who, {greens: 2}, how="delivery")
    (meal,) = town.see(views.meals_of, who.person_id, LUNCH_DAY)
    assert (meal["number"], meal["dishes"], meal["code"]) == (done["number"], "清炒时蔬 2 份", done["code"])
    assert town.see(views.meals_of, who.person_id, LUNCH_DAY + timedelta(days=1)) == []
    usual = town.see(views.usual_of, who.person_id, "lunch")
    assert (usual["dishes"], usual["dish_ids"], usual["how"]) == (
        {"清炒时蔬": 2},
        {str(greens): 2},
        "delivery",
    )
    dining.cancel(done["meal_order_id"])
    assert town.see(views.meals_of, who.person_id, LUNCH_DAY) == []


@pytest.mark.parametrize(
    ("starts", "ends", "cents"),
    [
        (LUNCH_DAY, LUNCH_DAY, 800),
        (LUNCH_DAY + timedelta(days=1), None, 300),  # of age alone
        (None, LUNCH_DAY - timedelta(days=1), 300),
    ],
)
def test_a_group_counts_on_the_days_for_which_it_holds(
    dining: Dining, starts: date | None, ends: date | None, cents: int
) -> None:
    who, town = dining.diner(born=OLD, groups=("low_income",)), dining.town
    period = [day.isoformat() if day else None for day in (starts, ends)]
    facts = {"born": OLD.isoformat(), "groups": ["low_income"], "periods": {"low_income": period}}
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.entitlement).values(facts_sealed=work.seal(json.dumps(facts))))
    assert dining.place(who, {dining.on_lunch()[-1]: 1})["subsidy_cents"] == cents


def test_an_order_takes_few_statements(dining: Dining) -> None:
    who = dining.diner(born=OLD, groups=("low_income",))
    said: list[str] = []

    def listen(_c: Any, _cursor: Any, statement: str, _p: Any, _x: Any, _many: bool) -> None:
        said.append(statement)

    engine = dining.town.store.engine
    event.listen(engine, "before_cursor_execute", listen)
    done = dining.place(who, {dining.on_lunch()[-1]: 1})
    event.remove(engine, "before_cursor_execute", listen)
    assert done["subsidy_cents"] == 800
    assert len(said) <= 14, "\n".join(said)


def whys(dining: Dining, person_id: int) -> dict[tuple[int, str], dict[str, Any]]:
    """By days from today, and meal."""
    first = LUNCH_DAY - timedelta(days=1)
    rows = dining.town.see(meals_closed, person_id)
    return {((date.fromisoformat(one["day"]) - first).days, one["meal"]): one for one in rows}


def test_why_a_meal_cannot_be_ordered_is_known(dining: Dining) -> None:
    who, after = dining.diner(), LUNCH_DAY + timedelta(days=1)
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.menu).where(t.menu.c.id == dining.lunch).values(state="withdrawn"))
        closed = {"canteen_id": dining.canteen, "day": after, "opens": False, "note": "检修"}
        work.conn.execute(insert(t.canteen_day).values(closed))
        work.conn.execute(update(t.meal_slot).where(t.meal_slot.c.meal == "dinner").values(active=False))
        dinners = select(t.menu.c.id).where(t.menu.c.meal == "dinner")
        work.conn.execute(delete(t.menu_dish).where(t.menu_dish.c.menu_id.in_(dinners)))
        work.conn.execute(delete(t.menu).where(t.menu.c.meal == "dinner"))
    why = whys(dining, who.person_id)
    assert (why[0, "breakfast"]["why"], why[0, "breakfast"]["over"]) == ("late", True)
    assert (0, "lunch") not in why
    assert (why[2, "lunch"]["why"], why[2, "lunch"]["note"]) == ("closed", "检修")
    assert [why[at]["why"] for at in ((1, "lunch"), (1, "dinner"))] == ["withdrawn", "not_served"]
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(delete(t.canteen_day))
    assert whys(dining, who.person_id)[2, "lunch"]["why"] == "no_menu"
