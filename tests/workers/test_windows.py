"""The ledger of the platform's windows, whatever happens in whatever order."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography.fernet import Fernet
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import create_engine, insert, select
from sqlalchemy.pool import StaticPool

from models import tables as t
from models.actions import outbox as ledger
from models.limits import load_limits
from models.store import FieldKeys, Store, To
from tests.workers.stage import NOW, ORDER

LADDERS = {"order_progress": 2, "order_finished": 0}


class Windows(RuleBasedStateMachine):
    """A platform that counts for itself: five in 48 hours after a message, three in a minute after a tap."""

    def __init__(self) -> None:
        super().__init__()
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        t.metadata.create_all(engine)
        self.store = Store(engine, FieldKeys((Fernet.generate_key(),), b"index"), load_limits())
        self.now: datetime = NOW
        self.talk: tuple[datetime, int] = (NOW, 0)
        self.tap: tuple[datetime, int] = (NOW, 0)
        self.claims: list[ledger.Claimed] = []

    @initialize()
    def make(self) -> None:
        with self.store.work(self.now) as work:
            person = work.conn.execute(
                insert(t.person).values(made_at=NOW).returning(t.person.c.id)
            ).scalar_one()
            base = {"channel": "wechat_oa", "address": "o", "person_id": person, "made_at": NOW}
            self.account: int = work.conn.execute(
                insert(t.account).values(**base).returning(t.account.c.id)
            ).scalar_one()

    @rule(seconds=st.sampled_from([1, 20, 61, 3600, 90_000, 172_801]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(kind=st.sampled_from(["text", "photo", "menu", "tap", "follow", "enter"]))
    def hear(self, kind: str) -> None:
        with self.store.work(self.now) as work:
            ledger.note_heard(work, self.account, kind)
        opened = ledger.OPENS.get(kind)
        if opened == "talk" and self.now + timedelta(hours=48) > self.talk[0]:
            self.talk = (self.now + timedelta(hours=48), 5)
        if opened == "tap" and self.now + timedelta(minutes=1) > self.tap[0]:
            self.tap = (self.now + timedelta(minutes=1), 3)

    @rule(kind=st.sampled_from(sorted(LADDERS)))
    def tell(self, kind: str) -> None:
        with self.store.work(self.now) as work:
            message = ledger.read(work, work.tell(To(self.account), kind, ORDER))
            assert message is not None
            rungs = ["customer_service", "held"]
            claimed = ledger.claim(work, message, rungs, LADDERS[kind], overtakes=True)
        assert claimed is not None
        if claimed.purse == "tap":
            ends, left = self.tap
            self.tap = (ends, left - 1)
            assert ends > self.now
        if claimed.purse == "talk":
            ends, left = self.talk
            self.talk = (ends, left - 1)
            assert ends > self.now
            assert left > LADDERS[kind]
        if claimed.rung == "held":
            assert self.talk[1] <= LADDERS[kind] or self.talk[0] <= self.now
            assert self.tap[1] == 0 or self.tap[0] <= self.now
        self.claims.append(claimed)

    @precondition(lambda self: self.claims)
    @rule()
    def refuse(self) -> None:
        claimed = self.claims.pop()
        with self.store.work(self.now) as work:
            ledger.give_back(work, claimed)
        if claimed.purse == "talk" and claimed.purse_ends_at == self.talk[0]:
            self.talk = (self.talk[0], min(self.talk[1] + 1, 5))
        if claimed.purse == "tap" and claimed.purse_ends_at == self.tap[0]:
            self.tap = (self.tap[0], min(self.tap[1] + 1, 3))

    @rule()
    def shut(self) -> None:
        with self.store.work(self.now) as work:
            ledger.close_window(work, self.account)
        self.talk, self.tap = (self.talk[0], 0), (self.tap[0], 0)
        self.claims.clear()

    @invariant()
    def the_ledger_is_never_more_generous_than_the_platform(self) -> None:
        assert self.talk[1] >= 0
        assert self.tap[1] >= 0
        with self.store.look(self.now) as work:
            row = work.conn.execute(select(t.account)).one_or_none()
        if row is not None:
            assert (row.talk_left, row.tap_left) == (self.talk[1], self.tap[1])

    def teardown(self) -> None:
        self.store.engine.dispose()


TestWindows = Windows.TestCase
TestWindows.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
