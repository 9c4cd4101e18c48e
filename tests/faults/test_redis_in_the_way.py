"""Redis refuses, swallows everything or is slow: callbacks do not notice, since the web never speaks to it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from bot import redis_client
from models import tables as t
from tests.faults.conftest import Build
from tests.faults.house import House
from tests.faults.phones import ASK, Phones
from tests.faults.proxy import Mode, Proxy
from tests.running.processes import until

ROUND = int(os.environ.get("LINLI_TEST_CALLBACKS", "200"))  # callbacks of a half round
ROUNDS = 4
AT_ONCE = 4
WITHIN, OR_SECONDS = 1.2, 0.03  # times the undisturbed p99, or so much more


@contextmanager
def proxied(to: object) -> Iterator[Proxy]:
    """A Redis address that counts who connects."""
    proxy = Proxy(to)  # type: ignore[arg-type]  # a port or a path
    try:
        yield proxy
    finally:
        proxy.close()


def address(proxy: Proxy) -> str:
    """What LINLI_REDIS_URL holds."""
    return f"redis://127.0.0.1:{proxy.port}/0"


def test_the_web_never_speaks_to_redis(build: Build) -> None:
    house = build()
    house.start_platforms()
    with proxied(1) as counting:
        counting.set("hang")
        house.start_web(LINLI_REDIS_URL=address(counting))
        phones = Phones(house)
        phones.play([["幸福小区3号楼2单元602水管爆了", "1", ASK, ASK] for _ in range(3)], 3)
        assert house.get("/readyz").status_code in (200, 503)
        assert house.get("/console/").status_code == 200
    assert len(phones.waits) == 12
    assert counting.connections == 0
    assert phones.impatient == []


def p99(seconds: list[float]) -> float:
    """The 99th percentile."""
    return sorted(seconds)[int(len(seconds) * 0.99)]


def half(house: House, people: list[str]) -> list[float]:
    """So many callbacks, and how long each took."""
    with ThreadPoolExecutor(AT_ONCE) as phones:
        sent = phones.map(lambda n: house.says(people[n % len(people)], ASK), range(ROUND))
        return [attempt["seconds"] for one in sent for each in one for attempt in each["attempts"]]


@pytest.mark.faults
@pytest.mark.parametrize("mode", ["refuse", "hang", "slow"])
def test_callbacks_are_as_quick_while_redis_is_in_trouble(build: Build, mode: Mode) -> None:
    house = build()
    house.start_platforms()
    house.start_valkey()
    assert house.valkey
    with proxied(house.valkey.socket) as between, proxied(house.valkey.socket) as counting:
        house.more = {"LINLI_REDIS_URL": address(between)}
        house.start_web(LINLI_WEB_PROCESSES="2", LINLI_REDIS_URL=address(counting))
        house.start_hands("talk", "tell")
        people = [house.resident(f"住户 {n}") for n in range(20)]
        half(house, people)
        quiet: list[float] = []
        troubled: list[float] = []
        for _ in range(ROUNDS):
            for now, into in (("ok", quiet), (mode, troubled)):
                for proxy in (between, counting):
                    proxy.set(now)  # type: ignore[arg-type]  # a Mode
                threading.Event().wait(0.5)
                into += half(house, people)
        between.set("ok")
        house.revive()
        print(
            f"Redis {mode}: p99 {p99(quiet) * 1000:.0f} ms undisturbed, {p99(troubled) * 1000:.0f} ms meanwhile; "
            f"{len(quiet)} and {len(troubled)} callbacks, {counting.connections} connections by the web"
        )
        assert counting.connections == 0
        assert p99(troubled) <= max(p99(quiet) * WITHIN, p99(quiet) + OR_SECONDS)
        assert house.count(t.inbox, t.inbox.c.state != "done") == 0
        house.close()


def test_the_address_would_count(build: Build) -> None:
    """A relay that is given the same address is counted: the figure above can be other than nothing."""
    with proxied(1) as counting, redis_client.connect(address(counting)) as client:
        counting.set("refuse")
        with pytest.raises(Exception, match="onnection"):
            client.ping()
        until(lambda: counting.connections == 1, "the connection to be counted")
