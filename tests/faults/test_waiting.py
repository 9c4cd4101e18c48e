"""Thousands of messages wait and one resident sends hundreds: the others are answered as if nothing were."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import insert

from bot.clock import real_seconds
from bot.message import Heard
from models import tables as t
from tests.faults.conftest import Build
from tests.faults.house import House, seconds_since
from tests.faults.phones import ASK, reports
from tests.running.processes import until

WAITING = int(os.environ.get("LINLI_TEST_WAITING", "5000"))
FLOOD = WAITING // 10
EACH = 5  # messages of one resident that wait
DOWN = timedelta(minutes=10)
OTHERS = 6  # residents who write meanwhile
P95 = 2.0  # seconds


def left_waiting(house: House, messages: int) -> list[str]:
    """What residents wrote while nobody played anything: a report each, its confirmation, questions."""
    people = [house.resident(f"住户 {n}") for n in range(messages // EACH)]
    scripts = [reports(n, EACH) for n in range(len(people))]
    at = house.clock.now() - DOWN
    said = [
        Heard("wechat_oa", f"waits:{openid}:{turn}", openid, "text", at, text=script[turn])
        for turn in range(EACH)
        for openid, script in zip(people, scripts, strict=True)
    ]
    rows: list[dict[str, Any]] = [
        {"key": one.key, "channel": one.channel, "sender": one.sender, "payload": one.to_json()}
        | {"received_at": at, "next_at": at}
        for one in said
    ]
    for openid in people:
        house.emulator.extensions["emulator"].windows.grant(openid, "message")
    with house.store.work(house.clock.now()) as work:
        work.conn.execute(insert(t.inbox), rows)
    return people


@dataclass
class Others:
    """Residents who write one thing after another, and how long each answer took."""

    house: House
    waits: list[float] = field(default_factory=list)
    over: bool = False

    def write(self, number: int) -> None:
        """Until it is over."""
        openid = self.house.resident(f"邻居 {number}")
        while not self.over:
            (delivery,) = self.house.says(openid, ASK)
            assert delivery["outcome"] == "answered"
            self.waits.append(sum(one["seconds"] for one in delivery["attempts"]))


def flood(house: House, messages: int) -> str:
    """One resident sends and sends, three at a time; the openid."""
    openid = house.resident("话多的住户")
    with ThreadPoolExecutor(3) as fingers:
        list(fingers.map(lambda n: house.says(openid, ASK), range(messages)))
    return openid


def in_order(house: House, sender: str) -> bool:
    """Whether what one person said was done in the order in which it came."""
    rows = sorted(house.rows(t.inbox, t.inbox.c.sender == sender), key=lambda row: row.id)
    return all(one.done_at <= other.done_at for one, other in pairwise(rows))


@pytest.mark.parametrize(
    "waiting", [pytest.param(60, id="short"), pytest.param(WAITING, id="long", marks=pytest.mark.faults)]
)
def test_others_do_not_wait_for_what_is_left_over(build: Build, database_url: str, waiting: int) -> None:
    house = build(database_url=database_url)
    people = left_waiting(house, waiting)
    house.start_web(LINLI_WEB_PROCESSES="2")
    others, short = Others(house), waiting != WAITING
    with ThreadPoolExecutor(OTHERS + 1) as phones:
        writing = [phones.submit(others.write, n) for n in range(2 if short else OTHERS)]
        flooding = phones.submit(flood, house, waiting // 10)
        try:
            began = real_seconds()
            house.start_hands("talk", "tell")
            until(lambda: not house.count(t.inbox, t.inbox.c.state == "new"), "what waits to be played", 600)
            drained = seconds_since(began)
            flooder = flooding.result()
        finally:
            others.over = True
        for one in writing:
            one.result()
    p95 = sorted(others.waits)[int(len(others.waits) * 0.95)]
    print(
        f"{waiting} waiting and one resident sending {waiting // 10}: {len(others.waits)} answers to others, "
        f"p95 {p95:.2f} s, longest {max(others.waits):.2f} s; drained after {drained} s"
    )
    assert house.count(t.inbox, t.inbox.c.state != "done") == 0
    assert house.count(t.inbox, t.inbox.c.sender == flooder) == waiting // 10
    assert all(in_order(house, one) for one in people)
    assert house.count(t.work_order) == len(people), "a confirmation after its report, for each"
    assert short or p95 < P95
