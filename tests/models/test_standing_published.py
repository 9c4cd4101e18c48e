"""A menu that comes late is ordered from at once, also where the diner has heard that there would be none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import tables as t
from models import views
from models.actions.menus import MenuDish, PublishMenus, SaveMenu, WithdrawMenu
from models.actions.people import Unfollow
from models.actions.standing import PauseStandingOrder, SaveStandingOrder, SkipStandingDay
from models.actions.standing_days import RunStandingMenu
from models.actions.standing_woken import STANDING_TIMER
from tests.models.dining import LUNCH_DAY, Dining
from tests.town import TestTown
from workers.standing import order_next


@pytest.fixture
def dining(town: TestTown) -> Iterator[Dining]:
    """Tomorrow's lunch is planned, but not shown to anybody."""
    one = Dining(town)
    one.set(one.lunch, state="draft")
    yield one
    assert one.faults() == []


@pytest.fixture
def who(dining: Dining) -> views.Resident:
    """Somebody who has lunch every day."""
    one = dining.diner()
    week = (1, 2, 3, 4, 5, 6, 7)
    saved = SaveStandingOrder(
        one.person_id, dining.canteen, "lunch", week, "pickup", account_id=one.account_id
    )
    assert dining.town.do(saved)["ordered"] == 0
    return one


def tick(dining: Dining, before: timedelta) -> None:
    """The duty so long before orders end."""
    dining.at(dining.town.rows(t.menu, id=dining.lunch)[0].order_until - before)
    more = True
    while more:
        with dining.town.store.work(dining.town.clock.now()) as work:
            more = order_next(work)


def publish(dining: Dining) -> None:
    """Show it, and do what timers were set for."""
    done = dining.town.do(PublishMenus(None, (dining.lunch,)))
    assert (done["published"], done["left"]) == (1, [])
    ring(dining)


def ring(dining: Dining) -> None:
    """What the worker does with timers that are due: each once."""
    now = dining.town.clock.now()
    for row in dining.town.rows(t.timer, kind=STANDING_TIMER):
        if row.done_at is None and row.next_at <= now:
            dining.town.do(RunStandingMenu(row.subject, row.stamp))
            with dining.town.store.work(now) as work:
                work.conn.execute(update(t.timer).where(t.timer.c.id == row.id).values(done_at=now))


def outcomes(dining: Dining) -> list[str]:
    return [row.outcome for row in dining.town.rows(t.standing_day) if row.day == LUNCH_DAY]


def live(dining: Dining) -> list[Any]:
    return [row for row in dining.town.rows(t.meal_order) if row.state == "placed"]


def test_a_menu_published_after_it_was_given_up_is_ordered_and_told(
    dining: Dining, who: views.Resident
) -> None:
    tick(dining, timedelta(hours=3, minutes=30))
    assert outcomes(dining) == ["closed"]
    dining.at(dining.town.clock.now() + timedelta(minutes=30))
    publish(dining)
    assert outcomes(dining) == ["ordered"]
    (order,) = live(dining)
    missed, told = dining.town.told()
    assert (missed.kind, missed.facts["end"]) == ("standing_missed", "closed")
    assert (told.kind, told.facts["end"], told.facts["code"]) == ("standing_instead", "opened", order.code)
    tick(dining, timedelta(minutes=1))
    assert (len(dining.town.told()), len(live(dining))) == (2, 1)


def test_a_menu_published_between_two_hours_of_the_duty_is_not_late(
    dining: Dining, who: views.Resident
) -> None:
    dining.at(dining.town.rows(t.menu, id=dining.lunch)[0].order_until - timedelta(minutes=20))
    publish(dining)
    assert (outcomes(dining), len(live(dining)), dining.town.told()) == (["ordered"], 1, [])


def test_a_menu_published_again_is_ordered_from_at_once_too(dining: Dining, who: views.Resident) -> None:
    dining.at(dining.town.rows(t.menu, id=dining.lunch)[0].order_until - timedelta(minutes=40))
    dining.town.do(PublishMenus(None, (dining.lunch,)))
    dining.town.do(WithdrawMenu(None, dining.lunch))
    ring(dining)
    assert live(dining) == []
    dining.at(dining.town.clock.now() + timedelta(minutes=5))
    dishes = tuple(MenuDish(one) for one in dining.on_lunch())
    assert dining.town.do(SaveMenu(None, dining.canteen, LUNCH_DAY, "lunch", dishes))["state"] == "draft"
    publish(dining)
    assert (outcomes(dining), len(live(dining))) == (["ordered"], 1)


def test_the_next_hour_of_the_duty_orders_too_where_no_timer_did(dining: Dining, who: views.Resident) -> None:
    tick(dining, timedelta(hours=5))
    dining.town.do(PublishMenus(None, (dining.lunch,)))
    tick(dining, timedelta(hours=3))
    assert (outcomes(dining), len(live(dining))) == (["ordered"], 1)


@pytest.mark.parametrize("how", ["skip", "pause"])
def test_a_day_that_was_taken_back_meanwhile_stays_so(dining: Dining, who: views.Resident, how: str) -> None:
    tick(dining, timedelta(hours=5))
    dining.town.do(PublishMenus(None, (dining.lunch,)))
    off = {
        "skip": SkipStandingDay(who.person_id, "lunch", LUNCH_DAY),
        "pause": PauseStandingOrder(who.person_id, LUNCH_DAY, LUNCH_DAY),
    }
    assert dining.town.do(off[how])["ok"]
    tick(dining, timedelta(hours=3))
    assert live(dining) == []


def test_who_ordered_by_hand_meanwhile_has_one_meal(dining: Dining, who: views.Resident) -> None:
    tick(dining, timedelta(hours=5))
    dining.town.do(PublishMenus(None, (dining.lunch,)))
    dining.place(who)
    tick(dining, timedelta(hours=3))
    assert (outcomes(dining), len(live(dining))) == (["had_one"], 1)


def test_who_has_no_account_is_called_again(dining: Dining, who: views.Resident) -> None:
    dining.town.do(Unfollow(who.account_id))
    tick(dining, timedelta(hours=5))
    publish(dining)
    (item,) = dining.town.rows(t.desk_item)
    assert ["没有订上" in item.words, "已经订上" in item.words] == [True, True]


def test_a_menu_of_some_days_later_waits_for_the_duty(dining: Dining, who: views.Resident) -> None:
    ahead = dining.town.rows(t.menu, id=dining.lunch)[0].order_until - timedelta(days=3)
    with dining.town.store.work(ahead) as work:
        assert PublishMenus(None, (dining.lunch,)).run(work)["published"] == 1
    assert STANDING_TIMER not in {row.kind for row in dining.town.rows(t.timer)}
