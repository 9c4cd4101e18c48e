"""Workers killed again and again in the midst of sending: nothing is told twice, what is in doubt says so."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from bot.clock import real_seconds
from bot.message import Reply
from models import tables as t
from models.actions.outbox import note_heard
from models.actions.people import EnsureAccount
from models.store import To
from tests.faults.conftest import Build
from tests.faults.house import House, seconds_since
from tests.faults.test_wiped_redis import Leases
from tests.running.processes import until
from workers.outbox import TELLERS

SENDS = int(os.environ.get("LINLI_TEST_SENDS", "1000"))
EACH = 4  # messages a resident; a window takes five
SLOW = 0.05  # seconds the platform takes


def queue(house: House, sends: int) -> list[str]:
    """So many messages to residents; the residents."""
    people = [house.resident(f"住户 {n}") for n in range(-(-sends // EACH))]
    with house.store.work(house.clock.now()) as work:
        for openid in people:
            house.emulator.extensions["emulator"].windows.grant(openid, "message")
            account = EnsureAccount("wechat_oa", openid).run(work)["account_id"]
            note_heard(work, account, "text")
        for n in range(sends):
            account = EnsureAccount("wechat_oa", people[n % len(people)]).run(work)["account_id"]
            work.tell(To(account_id=account), "said", {"reply": Reply(f"第 {n} 条").to_json()})
    return people


@dataclass
class Killer:
    """Kills the worker each time it has told a few more, and starts another."""

    house: House
    few: int
    kills: int = 0
    leases: Leases = field(init=False)
    next_at: int = 0

    def __post_init__(self) -> None:
        self.leases = Leases(self.house)
        self.next_at = random.randint(1, self.few)

    def over(self) -> bool:
        """Whether nothing waits any more."""
        if self.house.count(t.outbox, t.outbox.c.state == "accepted") >= self.next_at:
            self.house.kill("worker-tell")
            self.house.start("worker-tell")
            self.kills += 1
            self.next_at += random.randint(self.few // 2, self.few)
        return self.leases.over()


@pytest.mark.parametrize(
    ("sends", "few"),
    [pytest.param(40, 20, id="short"), pytest.param(SENDS, 30, id="long", marks=pytest.mark.faults)],
)
def test_a_cut_off_sending_is_unknown_and_never_repeated(build: Build, sends: int, few: int) -> None:
    house = build()
    people = queue(house, sends)
    house.fault("message/custom/send", "hang", seconds=SLOW, times=None)
    began = real_seconds()
    house.start_hands("tell")
    killer = Killer(house, few)
    until(killer.over, "every message to be told or in doubt", 600)
    states = Counter(row.state for row in house.rows(t.outbox))
    accepted = house.rows(t.outbox, t.outbox.c.state == "accepted")
    sure = {Reply.from_json(row.facts["reply"]).words for row in accepted}
    told = Counter(
        m.body["text"] for openid in people for m in house.chat(f"resident/{openid}") if m.via == "custom"
    )
    print(
        f"{sends} sends, {killer.kills} kills: {len([one for one in told.values() if one > 1])} told twice, "
        f"{states['unknown']} unknown, of which {len(told.keys() - sure)} had arrived; {seconds_since(began)} s"
    )
    assert set(told.values()) == {1}
    assert sure <= told.keys()
    assert states.total() == sends
    assert states.keys() <= {"accepted", "unknown"}
    assert killer.kills
    assert states["unknown"] <= TELLERS * killer.kills
