"""Which dishes a standing order has: those wished for, else the usual; what is sold out or no good is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update

from models import tables as t
from models import views
from models.actions.diets import SaveDiet
from models.actions.people import Unfollow
from models.rules.standing import basket
from tests.models.dining import LUNCH_DAY, Dining
from tests.models.kitchen import kitchen
from tests.models.standing import dining, outcomes, run, save, who

__all__ = ["dining", "who"]


def sold_out(dining: Dining, *dishes: int) -> None:
    """Nothing is left of these at tomorrow's lunch; of none that are named: of all."""
    d = t.menu_dish.c
    gone = update(t.menu_dish).where(d.menu_id == dining.lunch)
    gone = gone.where(d.dish_id.in_(dishes)) if dishes else gone
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(gone.values(portions=d.taken))


def test_what_is_sold_out_is_told_once_with_what_to_do(dining: Dining, who: views.Resident) -> None:
    dish = dining.on_lunch()[0]
    sold_out(dining)
    save(dining, who, dishes={str(dish): 1})
    run(dining)
    assert outcomes(dining) == [(LUNCH_DAY, "sold_out")]
    (told,) = dining.town.told("standing_missed")
    assert (told.account_id, told.facts["end"], told.facts["day"]) == (
        who.account_id,
        "sold_out",
        "3 月 3 日",
    )


def ordered_dishes(dining: Dining) -> list[tuple[int, int]]:
    return [(row.dish_id, row.count) for row in dining.town.rows(t.meal_order_dish)]


def test_the_dish_that_was_wished_for_is_ordered(dining: Dining, who: views.Resident) -> None:
    dish = dining.on_lunch()[1]
    save(dining, who, dishes={str(dish): 2})
    assert ordered_dishes(dining) == [(dish, 2)]
    assert dining.town.told() == []
    (known,) = dining.town.see(views.standing_of, who.person_id)
    assert known["dishes"] == f"{dining.town.rows(t.dish, id=dish)[0].name} 2 份"


@pytest.mark.parametrize("why", ["missing", "sold_out", "diet"])
def test_without_the_dish_it_is_the_usual_and_the_diner_is_told(
    dining: Dining, who: views.Resident, why: str
) -> None:
    usual, wish = dining.on_lunch()[-1], dining.on_lunch()[0]
    dining.place(who, {usual: 1})
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.meal_order).values(day=LUNCH_DAY - timedelta(days=9), state="served"))
        if why == "missing":
            work.conn.execute(delete(t.menu_dish).where(t.menu_dish.c.dish_id == wish))
        if why == "diet":
            work.conn.execute(update(t.dish).where(t.dish.c.id == wish).values(allergens=["peanut"]))
    if why == "sold_out":
        sold_out(dining, wish)
    if why == "diet":
        dining.town.do(SaveDiet(who.person_id, (), ("peanut",), account_id=who.account_id))
    save(dining, who, dishes={str(wish): 1})
    run(dining)
    assert outcomes(dining) == [(LUNCH_DAY, "ordered")]
    assert ordered_dishes(dining) == [(usual, 1), (usual, 1)]
    (told,) = dining.town.told()
    name = {row.id: row.name for row in dining.town.rows(t.dish)}
    assert (told.kind, told.account_id, told.facts["end"]) == ("standing_instead", who.account_id, why)
    assert (told.facts["wish"], told.facts["dishes"]) == (name[wish], f"{name[usual]} 1 份")
    assert told.facts["code"] == dining.town.rows(t.meal_order)[-1].code


def test_nobody_is_called_about_another_dish(dining: Dining, who: views.Resident) -> None:
    dining.town.do(Unfollow(who.account_id))
    wish = dining.on_lunch()[0]
    sold_out(dining, wish)
    save(dining, who, dishes={str(wish): 1})
    assert outcomes(dining) == [(LUNCH_DAY, "ordered")]
    assert (dining.town.told(), dining.town.rows(t.desk_item)) == ([], [])


def test_a_wish_is_for_dishes_of_that_canteen_and_no_more_than_one_may_have(
    dining: Dining, who: views.Resident
) -> None:
    dish, elsewhere = dining.on_lunch()[0], kitchen(dining.town).dishes["红烧肉"]
    assert save(dining, who, dishes={str(elsewhere): 1})["why"] == "unknown"
    assert save(dining, who, dishes={str(dish): 0})["why"] == "unknown"
    refused = save(dining, who, dishes={str(dish): 11})
    assert (refused["why"], refused["most"]) == ("cap", 10)
    assert dining.town.rows(t.standing_order) == []


def test_a_clash_with_the_diet_is_told(dining: Dining, who: views.Resident) -> None:
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.dish).values(allergens=["peanut"]))
    dining.town.do(SaveDiet(who.person_id, (), ("peanut",), account_id=who.account_id))
    save(dining, who)
    assert outcomes(dining) == [(LUNCH_DAY, "diet")]
    assert dining.town.rows(t.meal_order) == []


DISHES = st.lists(
    st.builds(
        lambda left, clash: {"left": left, "clash": clash},
        st.none() | st.integers(0, 3),
        st.sampled_from(["", "含花生"]),
    ),
    max_size=5,
)
SOME = st.dictionaries(st.integers(0, 6), st.integers(1, 3), max_size=3)


@given(SOME, SOME, DISHES, st.integers(0, 4))
def test_a_basket_is_on_the_menu_left_and_harmless(
    wanted: dict[int, int], usual: dict[int, int], dishes: list[dict[str, Any]], room: int
) -> None:
    menu = [{"dish_id": number, **one} for number, one in enumerate(dishes)]
    found, why = basket(wanted, usual, menu, room)
    assert found or why in ("sold_out", "diet")
    assert why in ("", "sold_out", "diet", "missing")
    for dish, count in found.items():
        assert not menu[dish]["clash"]
        assert menu[dish]["left"] is None or menu[dish]["left"] >= count
    assert sum(found.values()) <= room
    assert not (found and found == wanted and why and wanted != usual)
    if wanted and found and not why:
        assert found == wanted
