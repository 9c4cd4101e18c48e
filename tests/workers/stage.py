"""A small stage for the workers: channels that only note down, a fixed clock, rows made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

from cryptography.fernet import Fernet
from redis import Redis
from sqlalchemy import Row, Table, insert, select, update

from bot.clock import FixedClock
from bot.message import Heard, Receipt, Reply, Told
from bot.ports import Answer, Callback, Flags, Tools
from bot.refusals import NotGenuine, NotTold
from models import tables as t
from models.limits import load_limits
from models.store import FieldKeys, Store, To, open_store
from workers.hands import Hands

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
KEYS = FieldKeys((Fernet.generate_key(),), b"index key for tests")
NAMES = {"lift": "电梯"}
ORDER: dict[str, Any] = {
    "number": 1024,
    "category": "lift",
    "place": "幸福小区 3 号楼 电梯",
    "urgency": "normal",
    "summary_group": "电梯停了",
    "unit": "安居物业",
    "worker": "李华",
    "words": "配件下午到",
    "bot": "小邻",
}
EMERGENCY = {**ORDER, "urgency": "emergency"}


@dataclass
class FakeChannel:
    """A channel that notes what it is told. `script`: what happens to the next messages; None means taken."""

    name: str
    flags: Flags
    told: list[Told] = field(default_factory=list)
    script: list[NotTold | None] = field(default_factory=list)
    always: NotTold | None = None
    media: dict[str, Any] = field(default_factory=dict)
    kind: ClassVar[str] = "fake"

    @classmethod
    def build(cls, name: str, config: Mapping[str, str], tools: Tools) -> Self:
        return cls(name, Flags(hears=False, speaks_first=True))

    def verify(self, callback: Callback) -> Answer:
        raise NotGenuine

    def hear(self, callback: Callback) -> Heard:
        raise NotGenuine

    def answer(self, callback: Callback, heard: Heard | None, reply: Reply) -> Answer:
        return Answer(200, b"")

    def tell(self, told: Told) -> Receipt:
        refusal = self.script.pop(0) if self.script else self.always
        if refusal is not None:
            raise refusal
        self.told.append(told)
        return Receipt(f"job-{len(self.told)}" if told.rung == "template" else "")

    def fetch(self, media: str) -> bytes:
        found = self.media[media]
        if isinstance(found, Exception):
            raise found
        return bytes(found)

    def secrets(self) -> tuple[str, ...]:
        return ()


OA = Flags(hears=True, speaks_first=True, rungs=("customer_service", "template"))
ROBOT = Flags(hears=False, speaks_first=True, mentions=True, rungs=("robot",))


@dataclass
class Stage:
    """The hands with everything they hold, and short ways to make and read rows."""

    store: Store
    hands: Hands
    clock: FixedClock
    oa: FakeChannel
    robot: FakeChannel
    drained: list[tuple[str, str]]

    def insert(self, table: Table, **values: Any) -> int:
        with self.store.work(self.clock.now()) as work:
            made = work.conn.execute(insert(table).values(**values).returning(table.c.id))
            return int(made.scalar_one())

    def change(self, table: Table, row_id: int, **values: Any) -> None:
        with self.store.work(self.clock.now()) as work:
            work.conn.execute(update(table).where(table.c.id == row_id).values(**values))

    def row(self, table: Table, row_id: int) -> Row[Any]:
        with self.store.look(self.clock.now()) as work:
            return work.conn.execute(select(table).where(table.c.id == row_id)).one()

    def rows(self, table: Table) -> list[Row[Any]]:
        with self.store.look(self.clock.now()) as work:
            return list(work.conn.execute(select(table)).all())

    def account(self, address: str = "o-1", *, talk: int = 0, tap: int = 0, **more: Any) -> int:
        """A resident's account with this many messages left in its open windows."""
        now = self.clock.now()
        person = self.insert(t.person, made_at=now)
        windows = {
            "talk_left": talk,
            "talk_ends_at": now + timedelta(hours=48) if talk else None,
            "tap_left": tap,
            "tap_ends_at": now + timedelta(minutes=1) if tap else None,
        }
        base = {"channel": "wechat_oa", "address": address, "person_id": person, "made_at": now}
        return self.insert(t.account, **{**base, **windows, **more})

    def group(self) -> int:
        """A bound group; its robot is the channel `robot`."""
        now = self.clock.now()
        unit = self.insert(t.handling_unit, kind="firm", name=f"物业 {len(self.rows(t.handling_unit))}")
        bot = self.insert(t.bot, name=f"bot{unit}", unit_id=unit, config_sealed="-")
        base = {"bot_id": bot, "unit_id": unit, "name": "维修群", "chat": f"chat-{unit}"}
        return self.insert(t.work_group, **base, robot_key_sealed="-", bound_at=now)

    def order(self) -> int:
        number = 1024 + len(self.rows(t.work_order))
        return self.insert(
            t.work_order, number=number, category="lift", summary="电梯停了", opened_at=self.clock.now()
        )

    def tell(
        self,
        kind: str,
        facts: Mapping[str, Any] = ORDER,
        *,
        account: int | None = None,
        group: int | None = None,
        order: int | None = None,
    ) -> int:
        with self.store.work(self.clock.now()) as work:
            return work.tell(To(account, group), kind, facts, order_id=order)

    def message(self, message_id: int) -> Row[Any]:
        return self.row(t.outbox, message_id)


def make_stage(store: Store, redis: Redis, folder: Path, clock: FixedClock | None = None) -> Stage:
    """A stage whose only channels are "wechat_oa" and the robot of every group."""
    clock = clock or FixedClock(NOW)
    oa, robot = FakeChannel("wechat_oa", OA), FakeChannel("wecom_robot", ROBOT)
    drained: list[tuple[str, str]] = []

    def channels(name: str) -> FakeChannel:
        return {"wechat_oa": oa, "wecom_robot": robot}[name.partition(":")[0]]

    def drain(channel: str, sender: str) -> None:
        drained.append((channel, sender))

    hands = Hands(store, clock, channels, redis, folder, drain, names=NAMES)
    return Stage(store, hands, clock, oa, robot, drained)


def make_store(url: str) -> Store:
    """The database at `url` with all its tables."""
    store = open_store(url, KEYS, load_limits())
    t.metadata.create_all(store.engine)
    return store
