"""The canteen of the sample neighbourhood."""

from __future__ import annotations

from datetime import date, timedelta

from models import sample, views
from models import tables as t
from models.rules.diets import ALLERGENS, MARKS
from models.sample_meals import DAYS, plant_canteen, plant_menus
from models.store import Store
from tests.models.dining import Dining
from tests.town import MONDAY_MORNING, TestTown
from workers.duties import DUTIES


def test_menus_are_there_for_two_weeks_and_each_night_for_one_more_day(town: TestTown) -> None:
    dining = Dining(town, DAYS)
    menus = town.rows(t.menu)
    assert {menu.state for menu in menus} == {"published"}
    assert len(menus) == DAYS * 3 - 1, "this morning's breakfast is over"
    timers = town.rows(t.timer, kind="kitchen")
    assert {(one.subject, one.stamp) for one in timers} == {(menu.id, menu.stage) for menu in menus}
    with town.store.work(MONDAY_MORNING) as work:
        assert plant_canteen(work, town.planted) == dining.canteen
        plant_menus(work)
    assert len(town.rows(t.menu)) == len(menus)
    town.clock.forward(days=1)
    (duty,) = (one for one in DUTIES if one.name == "sample_menus")
    with town.store.work(town.clock.now()) as work:
        assert not duty.run(work), "one step is enough"
    assert len(town.rows(t.menu)) == len(menus) + 3
    assert max(menu.day for menu in town.rows(t.menu)) == views_day(town) + timedelta(days=DAYS - 1)


def views_day(town: TestTown) -> date:
    return date.fromisoformat(str(town.see(views.today)))


def test_a_town_without_the_sample_canteen_gets_no_menus(town: TestTown) -> None:
    with town.store.work(MONDAY_MORNING) as work:
        plant_menus(work)
    assert town.rows(t.menu) == []


def test_the_sample_is_served_by_its_canteen(town: TestTown) -> None:
    dining = Dining(town)
    for number, home in enumerate((("幸福小区", "3", "2", "602"), ("阳光花园", "5", "1", "101"))):
        who = town.resident(f"o-{number}", home)
        canteen = town.see(views.canteen_for, who.person_id)
        assert (canteen.id, canteen.name, canteen.is_default) == (dining.canteen, "和平长者食堂", True)
    dishes = town.rows(t.dish)
    assert len(dishes) == 12
    assert all(set(one.marks) <= MARKS.keys() and set(one.allergens) <= ALLERGENS.keys() for one in dishes)
    assert [one.cents for one in town.rows(t.subsidy_tier)] == [300, 500]
    assert len(town.rows(t.meal_route_building)) == 6


def test_the_kitchen_has_a_group_and_people(store: Store) -> None:
    with store.work(MONDAY_MORNING) as work:
        planted = sample.plant(work)
    group = next(one for one in planted.groups if one.name == "和平长者食堂群")
    assert group.members == ("MaFang", "XuLiang")
