"""A digit for a meal: asked in the evening, seldom, once, and only of whoever can be reached."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from models import tables as t
from models import views
from models.actions.answers import QuestionShown
from models.actions.meal_rating import AskMealRatings, RateMeal
from models.actions.outbox import note_heard
from models.actions.people import Unfollow
from tests.models.dining import Dining
from tests.town import TestTown

EVENING = datetime(2026, 3, 3, 10, 31, tzinfo=UTC)  # 18:31 in Shanghai


@pytest.fixture
def dining(town: TestTown) -> Dining:
    return Dining(town, days=7)


def ate(dining: Dining, number: int = 0, state: str = "served") -> views.Resident:
    """Somebody who had lunch and wrote to us since."""
    who = dining.diner(number)
    assert dining.place(who)["ok"]
    with dining.town.store.work(dining.town.clock.now()) as work:
        mine = update(t.meal_order).where(t.meal_order.c.person_id == who.person_id)
        work.conn.execute(mine.values(state=state))
        note_heard(work, who.account_id, "text", work.now)
    return who


def ask(dining: Dining) -> int:
    return int(dining.town.do(AskMealRatings())["asked"])


def test_who_ate_is_asked_once_and_the_first_digit_counts(dining: Dining) -> None:
    who, other = ate(dining), ate(dining, 1, "no_show")
    assert ask(dining) == 0  # nothing is over yet
    dining.at(EVENING)
    assert (ask(dining), ask(dining)) == (1, 0)
    (told,) = dining.town.told("meal_rating_asked")
    assert (told.account_id, told.facts["meal"]) == (who.account_id, "午餐")
    dining.town.do(QuestionShown(told.facts["question_id"]))
    (question,) = dining.town.see(views.open_questions, who.account_id)
    assert question.kind == "meal_rating"
    assert dining.town.do(RateMeal(other.account_id, question.subject, 5))["why"] == "unknown"
    assert dining.town.do(RateMeal(who.account_id, question.subject, 6))["why"] == "unknown"
    first = dining.town.do(RateMeal(who.account_id, question.subject, 2))
    assert (first["new"], first["low"]) == (True, True)
    assert dining.town.do(RateMeal(who.account_id, question.subject, 5))["score"] == 2
    assert dining.town.see(views.open_questions, who.account_id) == ()


@pytest.mark.parametrize("state", ["placed", "no_show", "cancelled"])
def test_who_has_not_fetched_it_is_not_asked(dining: Dining, state: str) -> None:
    ate(dining, state=state)
    dining.at(EVENING)
    assert ask(dining) == 0


def test_at_most_twice_a_week(dining: Dining) -> None:
    who = ate(dining)
    dining.at(EVENING)
    asked = [ask(dining)]
    for day in range(1, 4):
        menus = dining.town.rows(t.menu, meal="lunch", day=views_day(dining, day))
        dining.at(menus[0].order_until - timedelta(hours=2))
        dining.lunch = menus[0].id
        dish = dining.on_lunch()[-1]
        assert dining.place(who, {dish: 1})["ok"]
        with dining.town.store.work(dining.town.clock.now()) as work:
            work.conn.execute(update(t.meal_order).values(state="served"))
            note_heard(work, who.account_id, "text", work.now)
        dining.at(EVENING + timedelta(days=day))
        asked.append(ask(dining))
    assert asked == [1, 1, 0, 0]


def views_day(dining: Dining, after: int) -> object:
    return dining.town.rows(t.menu, id=dining.lunch)[0].day + timedelta(days=1 if after else 0)


def test_only_who_can_be_reached_is_asked(dining: Dining) -> None:
    gone, silent, full = (ate(dining, number) for number in range(3))
    dining.town.do(Unfollow(gone.account_id))
    a = t.account.c
    with dining.town.store.work(dining.town.clock.now()) as work:
        work.conn.execute(update(t.account).where(a.id == silent.account_id).values(talk_ends_at=None))
        work.conn.execute(update(t.account).where(a.id == full.account_id).values(talk_left=2))
    dining.at(EVENING)
    assert ask(dining) == 0
    assert dining.town.rows(t.meal_rating) == []
