"""However a meal for good is paused, taken up, taken back for a day and saved anew: wanted days alone are ordered."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.clock import FixedClock
from models import tables as t
from models import views
from models.actions.standing import (
    PauseStandingOrder,
    ResumeStandingOrder,
    SaveStandingOrder,
    SkipStandingDay,
)
from models.actions.standing_days import next_due
from tests.models.dining import LUNCH_DAY, Dining
from tests.planted import open_planted
from tests.town import KEYS, MONDAY_MORNING, TestTown
from workers.standing import order_next

DAYS = tuple(LUNCH_DAY + timedelta(days=n) for n in range(6))
DAY = st.sampled_from(DAYS)


class Pauses(RuleBasedStateMachine):
    """Lunch every day for six days, and what somebody says about it while time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        store, planted = open_planted(Path(self.folder.name) / "pauses.db", KEYS, MONDAY_MORNING)
        self.town = TestTown(store, FixedClock(MONDAY_MORNING), planted)
        self.dining = Dining(self.town, days=7)
        self.who = self.dining.diner().person_id
        self.paused: set[date] = set()
        self.skipped: set[date] = set()
        self.since: date | None = None
        self.cancelled: set[date] = set()
        self.save()

    def teardown(self) -> None:
        self.town.store.engine.dispose()
        self.folder.cleanup()

    def ordered(self) -> set[date]:
        return {row.day for row in self.town.rows(t.meal_order) if row.state == "placed"}

    def due(self) -> None:
        more = True
        while more:
            with self.town.store.work(self.town.clock.now()) as work:
                more = order_next(work)

    @rule()
    def save(self) -> None:
        week = (1, 2, 3, 4, 5, 6, 7)
        assert self.town.do(SaveStandingOrder(self.who, self.dining.canteen, "lunch", week, "pickup"))["ok"]

    @rule(since=DAY, length=st.integers(1, 3))
    def pause(self, since: date, length: int) -> None:
        before, until = self.ordered(), since + timedelta(days=length - 1)
        assert self.town.do(PauseStandingOrder(self.who, since, until))["ok"]
        self.paused |= {day for day in DAYS if since <= day <= until and day not in before - self.ordered()}
        self.cancelled |= before - self.ordered()

    @rule(since=DAY)
    def pause_for_good(self, since: date) -> None:
        before = self.ordered()
        assert self.town.do(PauseStandingOrder(self.who, since))["ok"]
        self.since = min(since, self.since or since)
        self.cancelled |= before - self.ordered()

    @rule(day=DAY)
    def skip(self, day: date) -> None:
        if self.town.do(SkipStandingDay(self.who, "lunch", day))["ok"]:
            self.skipped.add(day)

    @rule()
    def resume(self) -> None:
        with self.town.store.look(self.town.clock.now()) as work:
            now = views.today(work)
        self.town.do(ResumeStandingOrder(self.who))
        self.paused, self.since = {day for day in self.paused if day < now}, None

    @rule()
    def a_day_goes_by(self) -> None:
        if self.town.clock.now() < MONDAY_MORNING + timedelta(days=5):
            self.town.clock.forward(days=1)
            self.due()

    @invariant()
    def wanted_days_alone_are_ordered(self) -> None:
        off = {day for day in DAYS if self.since and day >= self.since} | self.skipped | self.cancelled
        done = {row.day: row.outcome for row in self.town.rows(t.standing_day)}
        for day in DAYS:
            if done.get(day) == "ordered" and day in self.ordered():
                assert day not in self.skipped
            elif day in off | self.paused:
                assert day not in self.ordered()
            elif day in done:
                assert done[day] in ("had_one", "late"), f"{day} is wanted"
        with self.town.store.look(self.town.clock.now()) as work:
            found = next_due(work)
        assert found is None or found[1] not in off | self.paused


TestPauses = Pauses.TestCase
TestPauses.settings = settings(max_examples=8, stateful_step_count=15, deadline=None)
