"""Days of standing orders that are skipped or paused, and standing orders that end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from models import tables as t
from models import views
from models.actions.standing import PauseStandingOrder, ResumeStandingOrder, SkipStandingDay
from models.actions.standing_days import RunStandingDay, next_due
from tests.models.dining import LUNCH_DAY, Dining
from tests.models.standing import EVERY_DAY, dining, outcomes, run, save, who

__all__ = ["dining", "who"]


def test_a_day_that_is_skipped_is_not_ordered(dining: Dining, who: views.Resident) -> None:
    save(dining, who, starts_on=LUNCH_DAY + timedelta(days=1))
    day = LUNCH_DAY + timedelta(days=1)
    assert dining.town.do(SkipStandingDay(who.person_id, "lunch", day)) == {"ok": True, "new": True}
    dining.town.clock.forward(days=1)
    run(dining)
    assert outcomes(dining) == [(day, "skipped")]
    assert dining.town.rows(t.meal_order) == []
    assert dining.town.do(SkipStandingDay(who.person_id, "dinner", day))["why"] == "unknown"


def test_a_day_that_is_ordered_is_not_skipped_and_a_skipped_one_again(
    dining: Dining, who: views.Resident
) -> None:
    save(dining, who)
    later = LUNCH_DAY + timedelta(days=5)
    assert dining.town.do(SkipStandingDay(who.person_id, "lunch", LUNCH_DAY))["why"] == "too_late"
    assert [dining.town.do(SkipStandingDay(who.person_id, "lunch", later))["new"] for _ in "12"] == [
        True,
        False,
    ]
    days = [LUNCH_DAY.isoformat(), later.isoformat()]
    waits = dining.town.see(views.standing_on, [who.person_id], days)
    assert waits == [{"person_id": who.person_id, "meal": "lunch", "day": days[1]}]


def test_a_pause_cancels_what_can_be_and_ends_by_itself(dining: Dining, who: views.Resident) -> None:
    save(dining, who)
    last = LUNCH_DAY + timedelta(days=1)
    paused = dining.town.do(PauseStandingOrder(who.person_id, LUNCH_DAY, last))
    assert (paused["standing"], paused["cancelled"], paused["kept"]) == (1, 1, 0)
    dining.town.clock.forward(days=1)
    run(dining)
    assert len(dining.town.rows(t.meal_order)) == 1
    dining.town.clock.forward(days=1)
    run(dining)
    assert outcomes(dining)[-1] == (last + timedelta(days=1), "ordered")


def test_taken_up_again_it_goes_on(dining: Dining, who: views.Resident) -> None:
    save(dining, who, starts_on=LUNCH_DAY + timedelta(days=1))
    dining.town.do(PauseStandingOrder(who.person_id, LUNCH_DAY))
    dining.town.clock.forward(days=1)
    run(dining)
    assert dining.town.rows(t.meal_order) == []
    assert dining.town.do(ResumeStandingOrder(who.person_id))["ordered"] == 1
    assert dining.town.do(ResumeStandingOrder(who.person_id))["why"] == "already"


def test_ended_it_is_over(dining: Dining, who: views.Resident) -> None:
    save(dining, who)
    ended = dining.town.do(PauseStandingOrder(who.person_id, LUNCH_DAY, ends=True))
    assert ended["cancelled"] == 1
    dining.town.clock.forward(days=1)
    run(dining)
    assert [one.state for one in dining.town.rows(t.meal_order)] == ["cancelled"]
    assert dining.town.see(views.standing_of, who.person_id) == []


def test_a_second_pause_and_saving_again_keep_the_first(dining: Dining, who: views.Resident) -> None:
    first = LUNCH_DAY + timedelta(days=2)
    save(dining, who, starts_on=LUNCH_DAY + timedelta(days=1))
    dining.town.do(PauseStandingOrder(who.person_id, first, first + timedelta(days=1)))
    dining.town.do(PauseStandingOrder(who.person_id, first + timedelta(days=3), first + timedelta(days=3)))
    save(dining, who, days=(1, 2, 3, 4, 5, 6, 7))
    pauses = [[0, 1], [3, 3]]
    told = [[(first + timedelta(days=n)).isoformat() for n in one] for one in pauses]
    assert dining.town.see(views.standing_of, who.person_id)[0]["pauses"] == told
    for _ in range(6):
        dining.town.clock.forward(days=1)
        run(dining)
    ordered = [day for day, outcome in outcomes(dining) if outcome == "ordered"]
    assert ordered == [LUNCH_DAY + timedelta(days=n) for n in (1, 4)]


def test_a_pause_without_an_end_is_not_shortened_by_another(dining: Dining, who: views.Resident) -> None:
    save(dining, who, starts_on=LUNCH_DAY + timedelta(days=1))
    for since in (LUNCH_DAY + timedelta(days=2), LUNCH_DAY + timedelta(days=4)):
        dining.town.do(PauseStandingOrder(who.person_id, since))
    save(dining, who)
    for _ in range(5):
        dining.town.clock.forward(days=1)
        run(dining)
    assert outcomes(dining) == [(LUNCH_DAY + timedelta(days=1), "ordered")]


def test_a_pause_that_came_in_between_wins(dining: Dining, who: views.Resident) -> None:
    standing = save(dining, who, starts_on=LUNCH_DAY + timedelta(days=1))["standing_order_id"]
    dining.town.clock.forward(days=1)
    with dining.town.store.work(dining.town.clock.now()) as work:
        due = next_due(work)
    assert due is not None
    changes: list[dict[str, Any]] = [
        {"paused_from": due[1]},
        {"paused_from": due[1] - timedelta(days=1)},
        {"ends_on": due[1] - timedelta(days=1)},
        {"days": [due[1].isoweekday() % 7 + 1]},
        {"state": "ended"},
    ]
    before = {"paused_from": None, "ends_on": None, "days": list(EVERY_DAY)}
    for change in changes:
        with dining.town.store.work(dining.town.clock.now()) as work:
            row = {**before, "state": "active", **change}
            work.conn.execute(update(t.standing_order).where(t.standing_order.c.id == standing).values(row))
        assert dining.town.do(RunStandingDay(*due)) == {"ok": False, "why": "unknown"}
    assert outcomes(dining) == []
    assert dining.town.rows(t.meal_order) == []
