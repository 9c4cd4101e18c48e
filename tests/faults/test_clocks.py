"""Two relays are two clocks: each duty is done once, whoever dies and however the time jumps."""

from __future__ import annotations

import os
import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest

from models import tables as t
from models.actions.clock import MoveClock
from tests.faults.conftest import Build
from tests.faults.house import House
from tests.faults.noting import noted
from tests.faults.phones import Phones, compare, reports
from tests.faults.test_storm import settled
from tests.running.processes import until

NIGHTS = int(os.environ.get("LINLI_TEST_NIGHTS", "4"))
RELAYS = ("relay", "relay-2")
TEN_MINUTES = 600  # seconds
JUMPS = (TEN_MINUTES, -TEN_MINUTES, 0)
AT_LEAST = int(os.environ.get("LINLI_TEST_JUMPS", "12"))
SEEN = 2.0  # seconds between two jumps; processes see one within a second
ROUND = 10  # residents
EACH = 5


def start_relay(house: House, name: str) -> None:
    """A relay that notes its duties."""
    notes = {"LINLI_TEST_NOTES": str(house.folder / "notes")}
    house.start(name, "-m", "tests.faults.noting", "relay", **notes)


def notes_of(house: House) -> Counter[str]:
    """How often each tick was done."""
    path = house.folder / "notes"
    return Counter(path.read_text(encoding="utf-8").split()) if path.exists() else Counter()


def until_three(house: House) -> int:
    """Seconds until the next tick, less five minutes."""
    now = house.clock.now() + timedelta(seconds=1)
    return int((noted.tick(now) + timedelta(days=1) - now).total_seconds()) - TEN_MINUTES // 2


@pytest.mark.faults
def test_two_clocks_tick_once_and_catch_up_once(build: Build, database_url: str) -> None:
    house = build(database_url=database_url)
    house.start_platforms()
    house.start_valkey()
    for name in RELAYS:
        start_relay(house, name)
    until(lambda: notes_of(house), "the first tick", 60)
    expected: list[datetime] = [noted.tick(house.clock.now())]
    for night in range(NIGHTS):
        house.move_clock(until_three(house))
        if night == NIGHTS // 2:
            house.kill(RELAYS[0])  # one is gone, the other goes on
        if night == NIGHTS - 1:
            house.kill(RELAYS[1])  # both are away when the hour comes, for ten minutes
        house.move_clock(TEN_MINUTES)
        if night == NIGHTS - 1:
            assert len(notes_of(house)) == len(expected), "nobody is there to do it"
            for name in RELAYS:
                start_relay(house, name)
        threading.Event().wait(1.1)  # until the processes see the moved clock
        expected.append(noted.tick(house.clock.now()))
        until(lambda: len(notes_of(house)) == len(expected), f"tick {len(expected)}", 60)
    threading.Event().wait(6)  # both have looked once more
    print(
        f"{len(expected)} nights, two clocks, one killed, both away for ten minutes: {dict(notes_of(house))}"
    )
    assert notes_of(house) == {one.isoformat(): 1 for one in expected}
    assert house.count(t.duty_tick, t.duty_tick.c.duty == noted.name) == len(expected)


@pytest.mark.faults
def test_a_clock_that_jumps_loses_nothing(build: Build, database_url: str) -> None:
    house = build(database_url=database_url)
    house.start_platforms()
    house.start_web(LINLI_WEB_PROCESSES="2")
    house.start_hands("talk", "tell")
    house.kill("relay")
    house.move_clock(until_three(house))  # so that the jumps go over the hour of a duty, back and forth
    base, over, jumps = house.moved, threading.Event(), Counter[int]()
    for name in RELAYS:
        start_relay(house, name)

    def jump() -> None:
        while not over.wait(SEEN):
            by = JUMPS[jumps.total() % len(JUMPS)]
            with house.store.work(house.clock.now()) as work:
                MoveClock(base + by).run(work)
            jumps[by] += 1

    jumping = threading.Thread(target=jump)
    jumping.start()
    phones, people = Phones(house), list[str]()
    try:
        while jumps.total() < AT_LEAST:
            people += phones.play([reports(len(people) + n, EACH) for n in range(ROUND)], 2)
    finally:
        over.set()
        jumping.join()
    house.move_clock(2 * TEN_MINUTES)
    until(settled(house), "everything to be played and told", 300)
    books = compare(phones, people)
    print(
        f"{len(phones.typed)} messages, {dict(jumps)} jumps: {books.figures()}, ticks {dict(notes_of(house))}"
    )
    assert books.well(), books
    assert set(notes_of(house).values()) == {1}
    assert house.count(t.work_order) == len(people)
