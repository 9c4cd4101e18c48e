"""The same callback four or five times at once: one effect, and the same words each time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.clock import real_seconds
from models import tables as t
from tests.faults.conftest import Build
from tests.faults.house import House, seconds_since

MANY = int(os.environ.get("LINLI_TEST_REPEATS", "2500"))
AT_ONCE = 3  # residents
LATE = 2.4  # seconds; from 2.5 on the words go to the outbox


def _report(house: House, n: int) -> list[list[dict[str, Any]]]:
    """One resident reports something, says where the photos are (nowhere), and a worker claims it."""
    openid = house.resident(f"住户 {n}")
    floor, door = n // 2 % 6 + 1, n % 2 + 1
    words = f"幸福小区{n % 3 + 1}号楼{n // 12 % 2 + 1}单元{floor}0{door}水管漏水，第{n}次"
    first = house.says(openid, words)
    second = house.says(openid, "1")
    return [first, second]


def _words(deliveries: list[dict[str, Any]]) -> set[str]:
    """What the deliveries of one message were answered with; silence counts unless the turn was late."""
    return {
        str(one["answer"]["body"]) if one["answer"] else "silence"
        for one in deliveries
        if one["answer"] or one["attempts"][-1]["seconds"] < LATE
    }


SIZES = [
    pytest.param(40, 5, id="short"),
    pytest.param(200, 5, id="long", marks=pytest.mark.faults),
    pytest.param(MANY, 4, id="many", marks=pytest.mark.faults),
]


@pytest.mark.parametrize(("callbacks", "at_once"), SIZES)
def test_deliveries_at_once_have_one_effect(
    build: Build, database_url: str, callbacks: int, at_once: int
) -> None:
    house = build(database_url=database_url)
    house.start_platforms()
    house.start_web(LINLI_WEB_PROCESSES="2", LINLI_WEB_THREADS="8")
    house.fault("callback/wechat", "duplicate", n=at_once - 1, times=None)
    started = real_seconds()
    with ThreadPoolExecutor(AT_ONCE) as residents:
        sent = [
            one for two in residents.map(lambda n: _report(house, n), range(callbacks // 2)) for one in two
        ]
    took = seconds_since(started)
    assert len(sent) == callbacks
    assert [len(one) for one in sent] == [at_once] * callbacks
    assert max(len(_words(one)) for one in sent) == 1, "the same words each time"
    assert all(one["outcome"] in ("answered", "silent") for deliveries in sent for one in deliveries)
    slowest = max(attempt["seconds"] for one in sent for each in one for attempt in each["attempts"])
    assert house.count(t.inbox, t.inbox.c.state == "done") == house.count(t.inbox) == callbacks
    assert house.count(t.work_order) == callbacks // 2
    assert house.count(t.outbox, t.outbox.c.kind == "new_order") == callbacks // 2
    print(
        f"{callbacks} callbacks, {at_once} each: {house.count(t.inbox)} effects, {took} s, slowest answer {slowest} s"
    )
