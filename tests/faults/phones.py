"""Residents who type, read what comes back and type on; and what became of every word, as the platform saw it."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bot.clock import real_seconds
from bot.message import Reply
from models import tables as t
from tests.faults.house import House

POLL = 0.1  # seconds between two looks at a phone
TYPED_AGAIN = 30  # times; the phone says that the account cannot be reached
ASK = "进度"  # answered every time, and in the same words
MSG_ID = re.compile(r"<MsgId>(\d+)")


def reports(number: int, words: int) -> list[str]:
    """What one resident types: a report, its confirmation, and questions; `words` messages in all."""
    floor, door = number // 2 % 6 + 1, number % 2 + 1
    where = f"幸福小区{number % 3 + 1}号楼{number // 12 % 2 + 1}单元{floor}0{door}"
    return [f"{where}水管漏水，第{number}次", "1", *[ASK] * (words - 2)]


@dataclass
class Typed:
    """One message on its way: what the platform saw of it."""

    openid: str
    key: str
    acknowledged: bool
    answered: bool
    seconds: float
    seen: str


@dataclass
class Phones:
    """Residents at the same time, each reading an answer before typing on. `patience`: seconds for an answer.

    `impatient`: who typed on without one. Whether it came after all is for compare() to say.
    """

    house: House
    patience: float = 180.0
    typed: list[Typed] = field(default_factory=list)
    impatient: list[tuple[str, str]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    gave_up: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def play(self, scripts: Sequence[Sequence[str]], at_once: int) -> list[str]:
        """Everybody types their script, `at_once` people at a time; their openids."""
        people = [self.house.resident(f"住户 {n}") for n in range(len(scripts))]
        with ThreadPoolExecutor(at_once) as hands:
            list(hands.map(self.converse, people, scripts))
        return people

    def converse(self, openid: str, script: Sequence[str]) -> None:
        """One resident's talk."""
        for words in script:
            before = self.read(openid)
            began = real_seconds()
            if not self._gets_through(openid, words):
                self.gave_up += 1
                return
            if not self._reads(openid, before, began):
                self.impatient.append((openid, words))

    def read(self, openid: str) -> int:
        """How many messages of the account this phone shows."""
        return sum(one.sender == "account" for one in self.house.chat(f"resident/{openid}"))

    def _gets_through(self, openid: str, words: str) -> bool:
        """Type until the platform could deliver it."""
        for _ in range(TYPED_AGAIN):
            deliveries = self.house.says(openid, words)
            with self._lock:
                self.typed.append(seen(openid, deliveries))
            if deliveries[0]["outcome"] in ("answered", "silent"):
                return True
            threading.Event().wait(random.uniform(0.3, 1.0))
        return False

    def _reads(self, openid: str, before: int, began: float) -> bool:
        while real_seconds() - began < self.patience:
            if self.read(openid) > before:
                self.waits.append(real_seconds() - began)
                return True
            threading.Event().wait(POLL)
        return False

    @property
    def acknowledged(self) -> set[str]:
        """The platform's numbers of all messages that were acknowledged, in whichever delivery."""
        return {one.key for one in self.typed if one.acknowledged}


def seen(openid: str, deliveries: Sequence[dict[str, Any]]) -> Typed:
    """What became of one message, of all its copies and repeats."""
    attempts = [one for delivery in deliveries for one in delivery["attempts"]]
    found = MSG_ID.search(deliveries[0]["sent"])
    assert found
    return Typed(
        openid,
        found[1],
        acknowledged=any(one["status"] == 200 for one in attempts),
        answered=deliveries[0]["outcome"] == "answered",
        seconds=max(one["seconds"] for one in attempts),
        seen="; ".join(
            ", ".join(
                f"{one['status'] or one['error']} after {one['seconds']} s" for one in delivery["attempts"]
            )
            for delivery in deliveries
        ),
    )


@dataclass(frozen=True)
class Books:
    """What the database holds against what the platform saw; every figure but `unknown` should be nothing.

    `lost`: acknowledged and not stored. `doubled`: keys stored twice, orders opened twice, words pushed twice.
    `silent`: acknowledged, and its answer reached no phone. `unknown`: pushes in doubt, which staff see.
    """

    lost: set[str]
    doubled: list[str]
    silent: list[str]
    unknown: int

    def figures(self) -> str:
        """The figures, for a report."""
        return (
            f"{len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.silent)} unanswered, "
            f"{self.unknown} pushes unknown"
        )

    def well(self) -> bool:
        """Whether nothing was lost, doubled or left unanswered."""
        return not (self.lost or self.doubled or self.silent)


def compare(phones: Phones, people: Sequence[str]) -> Books:
    """Close the books."""
    house = phones.house
    rows = {row.key.rpartition(":")[2]: row for row in house.rows(t.inbox)}
    stored = Counter(row.key for row in house.rows(t.inbox))
    doubled = [key for key, times in stored.items() if times > 1]
    orders = Counter(row.summary for row in house.rows(t.work_order))
    doubled += [summary for summary, times in orders.items() if times > 1]
    silent = [
        f"never played: {key}" for key in phones.acknowledged if key in rows and rows[key].state != "done"
    ]
    answered = {one.key for one in phones.typed if one.answered}
    how = {one.key: one.seen for one in phones.typed}
    silent += [
        f"passive words that nobody saw: {key} ({how[key]})"
        for key in phones.acknowledged & rows.keys()
        if rows[key].reply_by == "passive" and key not in answered and Reply.from_json(rows[key].reply).words
    ]
    pushed, unsure = _pushes(house)
    for openid in people:
        shown = sum(one.via == "custom" for one in house.chat(f"resident/{openid}"))
        if shown > pushed[openid] + unsure[openid]:
            doubled.append(f"pushed twice to {openid}")
        if shown < pushed[openid]:
            silent.append(f"pushed and not shown: {openid}")
    doubled += [f"group told twice of {number}" for number in _told_twice(house)]
    return Books(phones.acknowledged - rows.keys(), doubled, silent, sum(unsure.values()))


def _pushes(house: House) -> tuple[Counter[str], Counter[str]]:
    """By openid: the pushes that the platform took, and those that nobody knows about."""
    addresses = {row.id: row.address for row in house.rows(t.account)}
    sent = [row for row in house.rows(t.outbox) if row.account_id is not None]
    taken, unsure = ("accepted", "delivered"), ("unknown", "sending")
    pushed = Counter(
        addresses[row.account_id] for row in sent if row.state in taken and row.rung != "passive"
    )
    return pushed, Counter(addresses[row.account_id] for row in sent if row.state in unsure)


def _told_twice(house: House) -> list[str]:
    """Orders of which a group was told twice as new."""
    told = Counter(
        found[1]
        for group in house.town.groups
        for message in house.chat(f"group/{group.chat}")
        if (found := re.search(r"第(\d+)次", str(message.body)))
    )
    return [number for number, times in told.items() if times > 1]
