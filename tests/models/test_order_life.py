"""Any sequence of steps keeps the promises of an order's life."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.clock import FixedClock
from models import tables as t
from models.actions.answers import Rate
from models.actions.appointment import Appoint, VisitSoon
from models.actions.console_orders import CloseOrder
from models.actions.desk import SaveUser
from models.actions.endings import NotFixed, Withdraw
from models.actions.escalation import Unattended, Unclaimed
from models.actions.helpers import AddHelper, DismissHelper
from models.actions.merge import Merge
from models.actions.orders import AddWords, JoinOrder, Urge
from models.actions.pause import Pause, PauseOver, Resume
from models.actions.staff import (
    Arrive,
    AskResident,
    Assign,
    Claim,
    Finish,
    Progress,
    ReplyResident,
    Return,
)
from models.actions.transfer import Transfer
from tests.planted import open_planted
from tests.town import KEYS, MONDAY_MORNING, TestTown

WORKERS = st.sampled_from(["李华", "王伟", "赵敏", "孙丽"])
PEOPLE = st.sampled_from(["o-1", "o-2", "o-3"])
WORDS = st.sampled_from(["", "好了", "去看过"])


class OrderLife(RuleBasedStateMachine):
    """One order, three residents, four workers, a console user."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        store, planted = open_planted(Path(self.folder.name) / "linli.db", KEYS, MONDAY_MORNING)
        self.town = TestTown(store, FixedClock(MONDAY_MORNING), planted)
        self.ledger: list[Any] = []
        self.stage = 0

    @initialize()
    def open(self) -> None:
        self.order_id = int(self.town.order(self.town.resident("o-1"))["order_id"])
        self.user = int(self.town.do(SaveUser("admin", "admin", "hash"))["user_id"])

    def teardown(self) -> None:
        self.town.store.engine.dispose()
        self.folder.cleanup()

    def worker(self, name: str) -> int:
        return self.town.planted.workers[name]

    def do(self, action: Any) -> None:
        """Every outcome is a value; a refusal changes nothing about the order."""
        before = self.town.row(self.order_id)
        done = self.town.do(action)
        assert isinstance(done["ok"], bool)
        if not done["ok"]:
            assert self.town.row(self.order_id) == before

    @rule(name=WORKERS)
    def claim(self, name: str) -> None:
        self.do(Claim(self.order_id, self.worker(name)))

    @rule(name=WORKERS)
    def arrive(self, name: str) -> None:
        self.do(Arrive(self.order_id, self.worker(name)))

    @rule(name=WORKERS, words=WORDS)
    def speak(self, name: str, words: str) -> None:
        self.do(Progress(self.order_id, self.worker(name), words))
        self.do(AskResident(self.order_id, self.worker(name), words))
        self.do(ReplyResident(self.order_id, self.worker(name), words))

    @rule(name=WORKERS, words=WORDS, end=st.sampled_from(["resolved", "duplicate", "nonsense"]))
    def finish(self, name: str, words: str, end: str) -> None:
        self.do(Finish(self.order_id, self.worker(name), words, end))

    @rule(name=WORKERS, words=WORDS)
    def give_back(self, name: str, words: str) -> None:
        self.do(Return(self.order_id, self.worker(name), words))

    @rule(name=WORKERS, to=WORKERS)
    def transfer(self, name: str, to: str) -> None:
        self.do(Transfer(self.order_id, "worker", self.worker(name), to_worker_id=self.worker(to)))

    @rule(to=st.sampled_from(["安居物业", "和平社区居委会"]))
    def transfer_to_a_unit(self, to: str) -> None:
        unit_id = self.town.planted.units[to]
        self.do(Transfer(self.order_id, "console", self.user, to_unit_id=unit_id))

    @rule(name=WORKERS, words=WORDS, hours=st.sampled_from([-1, 1, 1000]))
    def pause(self, name: str, words: str, hours: int) -> None:
        until = self.town.clock.now() + timedelta(hours=hours)
        self.do(Pause(self.order_id, "worker", self.worker(name), words, until))

    @rule(name=WORKERS)
    def resume(self, name: str) -> None:
        self.do(Resume(self.order_id, "worker", self.worker(name)))

    @rule(name=WORKERS, hours=st.sampled_from([-1, 1, 1000]))
    def appoint(self, name: str, hours: int) -> None:
        at = self.town.clock.now() + timedelta(hours=hours)
        self.do(Appoint(self.order_id, "worker", self.worker(name), at))

    @rule(name=WORKERS, helper=WORKERS)
    def call(self, name: str, helper: str) -> None:
        self.do(AddHelper(self.order_id, "worker", self.worker(name), helper))
        self.do(DismissHelper(self.order_id, "worker", self.worker(helper), name))

    @rule(name=WORKERS, to=st.sampled_from(["和平社区居委会 吴芳", "安居物业 李华"]))
    def call_elsewhere(self, name: str, to: str) -> None:
        self.do(AddHelper(self.order_id, "worker", self.worker(name), to))
        self.do(Finish(self.order_id, self.worker(to.split()[1]), "帮好了"))

    @rule()
    def merge(self) -> None:
        other = self.town.order(self.town.resident("o-4"), summary="电梯也坏了")
        self.do(Merge(self.order_id, other["number"], "console", self.user))

    @rule(stage=st.integers(0, 9))
    def time_passes(self, stage: int) -> None:
        self.do(PauseOver(self.order_id, stage))
        self.do(VisitSoon(self.order_id, stage))

    @rule(name=WORKERS)
    def assign(self, name: str) -> None:
        self.do(Assign(self.order_id, self.worker(name), self.user))

    @rule(words=WORDS)
    def close(self, words: str) -> None:
        self.do(CloseOrder(self.order_id, self.user, words, "explained"))

    @rule(stage=st.integers(0, 6))
    def nobody_claims(self, stage: int) -> None:
        self.do(Unclaimed(self.order_id, stage))

    @rule(stage=st.integers(0, 6))
    def nobody_comes(self, stage: int) -> None:
        self.do(Unattended(self.order_id, stage))

    @rule(openid=PEOPLE)
    def join(self, openid: str) -> None:
        who = self.town.resident(openid)
        self.do(JoinOrder(self.order_id, who.account_id, who.person_id))

    @rule(openid=PEOPLE, words=WORDS)
    def add(self, openid: str, words: str) -> None:
        account_id = self.town.resident(openid).account_id
        self.do(AddWords(self.order_id, account_id, words))
        self.do(Urge(self.order_id, account_id))

    @rule(openid=PEOPLE)
    def withdraw(self, openid: str) -> None:
        self.do(Withdraw(self.order_id, self.town.resident(openid).account_id))

    @rule(openid=PEOPLE)
    def reopen(self, openid: str) -> None:
        self.do(NotFixed(self.order_id, self.town.resident(openid).account_id, "没修好"))

    @rule(openid=PEOPLE, closure=st.integers(0, 3), score=st.integers(0, 6))
    def rate(self, openid: str, closure: int, score: int) -> None:
        self.do(Rate(self.town.resident(openid).account_id, self.order_id, closure, score))

    @rule(hours=st.sampled_from([0.01, 1, 100]))
    def wait(self, hours: float) -> None:
        self.town.clock.forward(hours=hours)

    @invariant()
    def promises_are_kept(self) -> None:
        row = self.town.row(self.order_id)
        assert (row.state == "closed") == (row.close is not None) == (row.closed_at is not None)
        assert row.state == "closed" or (row.state == "waiting") == (row.holder_id is None)
        assert row.state != "claimed" or row.claimed_at is not None
        assert (row.arrived_at is None) or row.state in ("arrived", "paused", "closed")
        assert (row.paused_until is not None) == (row.state == "paused")
        assert (row.visit_at is None) == (row.visit_ends_at is None)
        assert row.visit_at is None or row.state in ("claimed", "arrived", "paused")
        assert row.merged_into_id is None or row.close == "duplicate"
        assert row.stage >= self.stage
        self.stage = row.stage
        holder = next((one for one in self.town.rows(t.worker) if one.id == row.holder_id), None)
        assert row.state == "closed" or holder is None or holder.unit_id == row.unit_id

    @invariant()
    def the_ledger_only_grows(self) -> None:
        ledger = self.town.rows(t.order_entry, work_order_id=self.order_id)
        assert ledger[: len(self.ledger)] == self.ledger
        self.ledger = ledger

    @invariant()
    def who_waits_has_a_timer_or_a_person(self) -> None:
        row = self.town.row(self.order_id)
        stamps = {one.stamp for one in self.town.rows(t.timer, subject=self.order_id)}
        assert row.state not in ("waiting", "paused") or row.stage in stamps

    @invariant()
    def nobody_helps_with_what_is_closed_or_their_own(self) -> None:
        row = self.town.row(self.order_id)
        helping = [one.worker_id for one in self.town.rows(t.order_helper) if one.done_at is None]
        assert row.state != "closed" or not helping
        assert row.holder_id not in helping


TestOrderLife = OrderLife.TestCase
TestOrderLife.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
