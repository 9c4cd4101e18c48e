"""Workers killed (SIGKILL) in the midst of a job, over the whole chain: relay, Redis, worker, platform.

A person is told exactly once, or the row says plainly that nobody knows ("unknown").
"""

from __future__ import annotations

from typing import Any

import pytest

from bot import spool
from bot.message import Heard
from models import tables as t
from models.actions.outbox import note_heard
from models.actions.people import EnsureAccount
from models.store import To
from tests.faults.conftest import Build
from tests.faults.house import House
from tests.faults.killing import POINTS, kill_at
from tests.running.processes import until

LONG = pytest.mark.faults
LEASE, CUT_OFF = 31, 61  # seconds until the relay hands out again, and until a cut-off sending is settled
WORDS = "幸福小区3号楼2单元602水管爆了"


def left_behind(house: House, openid: str, *said: str) -> None:
    """Messages that were acknowledged from the spool and never played."""
    for number, words in enumerate(said, 1):
        at = house.clock.now()
        heard = Heard("wechat_oa", f"left:{openid}:{number}", openid, "text", at, text=words)
        record = {"channel": "wechat_oa", "key": heard.key, "sender": openid, "payload": heard.to_json()}
        spool.put(house.folder / "spool", {**record, "received_at": at.isoformat()})


def told(house: House, chat: str, part: str) -> int:
    """How many messages of a chat hold these words."""
    return sum(part in str(message.body) for message in house.chat(chat))


@pytest.mark.parametrize(
    "point", [pytest.param(one, marks=() if one == "written" else LONG) for one in POINTS]
)
def test_a_killed_worker_plays_a_message_once_and_tells_once(build: Build, point: str) -> None:
    house = build()
    openid = house.resident("住户")
    house.emulator.extensions["emulator"].windows.grant(openid, "message")
    stuck = ("-m", "tests.faults.stuck", "worker", "talk")
    house.start_hands("tell")
    house.start("worker-talk", *stuck, LINLI_TEST_STUCK=str(house.folder))
    (house.folder / point).touch()
    left_behind(house, openid, WORDS, "1")
    until(lambda: house.count(t.inbox) == 2, "the spool to be replayed")
    house.move_clock(5)  # a callback has its turn first
    kill_at(house, point)
    house.kill("worker-talk")
    house.start("worker-talk")
    house.move_clock(LEASE)
    until(lambda: told(house, f"resident/{openid}", "登记好了"), "the resident to be told")
    house.move_clock(LEASE)
    until(lambda: house.count(t.outbox, t.outbox.c.state.in_(("queued", "sending"))) == 0, "rest")
    assert house.count(t.work_order) == 1
    assert house.count(t.inbox, t.inbox.c.state == "done") == 2
    assert told(house, f"resident/{openid}", "登记好了") == 1
    assert told(house, "group/wrLinliAnju", "1001") == 1
    assert {row.state for row in house.rows(t.outbox)} == {"accepted"}


@pytest.mark.parametrize(
    ("where", "arrives"),
    [("message/custom/send", True), pytest.param("stable_token", False, marks=LONG)],
)
def test_a_worker_killed_while_telling_a_resident(build: Build, where: str, arrives: bool) -> None:
    """Nobody knows whether the resident has it: the row says so, and it is not told again."""
    house = build()
    openid = house.resident("住户")
    house.emulator.extensions["emulator"].windows.grant(openid, "message")
    house.fault(where, "hang", seconds=3, times=1)
    house.start_hands("tell")
    with house.store.work(house.clock.now()) as work:
        account = EnsureAccount("wechat_oa", openid).run(work)["account_id"]
        note_heard(work, account, "text")
        facts = {"number": 1001, "category": "lift", "unit": "安居物业", "worker": "李华", "words": "明早来"}
        work.tell(To(account_id=account), "order_reply", facts)
    hits = house.emulator.extensions["emulator"].faults
    until(lambda: not hits.all(), "the platform to hang")
    house.kill("worker-tell")
    until(lambda: told(house, f"resident/{openid}", "明早来") == arrives, "the platform to finish")
    house.start("worker-tell")
    house.move_clock(CUT_OFF)
    until(lambda: house.rows(t.outbox)[0].state != "sending", "the row to be settled")
    house.move_clock(LEASE)
    after(house, lambda work: work.tell(To(account_id=account), "order_reply", {**facts, "words": "另一句"}))
    until(lambda: told(house, f"resident/{openid}", "另一句"), "a later message", 60)
    until(lambda: house.rows(t.outbox)[1].state != "sending", "its mark")
    assert [row.state for row in house.rows(t.outbox)] == ["unknown", "accepted"]
    assert told(house, f"resident/{openid}", "明早来") == arrives


def after(house: House, do: Any) -> None:
    """Do something in the database."""
    with house.store.work(house.clock.now()) as work:
        do(work)


@LONG
def test_a_worker_killed_while_telling_an_emergency(build: Build) -> None:
    """Twice is better than never."""
    house = build()
    house.fault("webhook/send", "hang", seconds=3, times=1)
    house.start_hands("tell")
    facts = {
        "number": 1001, "category": "lift", "place": "幸福小区 3 号楼 电梯", "urgency": "emergency",
        "summary_group": "有人被困", "unit": "安居物业", "bot": "小邻",
    }  # fmt: skip
    group = next(one for one in house.town.groups if one.bot == "anju")
    after(house, lambda work: work.tell(To(work_group_id=group.id), "new_order", facts))
    hits = house.emulator.extensions["emulator"].faults
    until(lambda: not hits.all(), "the platform to hang")
    house.kill("worker-tell")
    until(lambda: told(house, f"group/{group.chat}", "有人被困") == 1, "the platform to finish")
    house.start("worker-tell")
    house.move_clock(CUT_OFF)
    until(lambda: house.rows(t.outbox)[0].state == "accepted", "the second telling")
    assert told(house, f"group/{group.chat}", "有人被困") == 2
