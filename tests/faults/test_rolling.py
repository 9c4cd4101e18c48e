"""A new release: web, workers and relay are asked to end and started again, while residents write on."""

from __future__ import annotations

import os
import threading
from collections import Counter
from dataclasses import dataclass, field

import pytest

from bot.clock import real_seconds
from models import tables as t
from tests.faults.conftest import Build
from tests.faults.house import House, seconds_since
from tests.faults.phones import Phones, compare, reports
from tests.faults.test_storm import settled
from tests.running.processes import until

SECONDS = float(os.environ.get("LINLI_TEST_ROLLING", "60"))
EVERY = 5.0
EACH = 5


@dataclass
class Releases:
    """Restarts all processes of ours one after another, every so often. The web keeps its port, as it does always."""

    house: House
    every: float
    most: int
    done: Counter[str] = field(default_factory=Counter)
    failed: list[BaseException] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def roll(self) -> None:
        """Until it is over."""
        try:
            while self.done["relay"] < self.most and not self.over.wait(self.every):
                for name in ("web", "worker-talk", "worker-tell", "relay"):
                    self.house.restart(name)
                    self.done[name] += 1
        except BaseException as failure:
            self.failed.append(failure)


@dataclass
class Crowd:
    """New residents for as long as it lasts, and at least until one release is through."""

    phones: Phones
    releases: Releases
    ends_at: float
    people: list[str] = field(default_factory=list)

    def write(self, first: int, step: int) -> None:
        """One after another, each with a report and some questions."""
        number = first
        while real_seconds() < self.ends_at or not (self.releases.done["relay"] or self.releases.failed):
            openid = self.phones.house.resident(f"住户 {number}")
            self.people.append(openid)
            self.phones.converse(openid, reports(number, EACH))
            number += step


@pytest.mark.parametrize(
    ("seconds", "every", "most", "at_once"),
    [
        pytest.param(1.0, 0.5, 1, 2, id="short"),
        pytest.param(SECONDS, EVERY, 100, 12, id="long", marks=pytest.mark.faults),
    ],
)
def test_nothing_is_lost_while_everything_is_restarted(
    build: Build, database_url: str, seconds: float, every: float, most: int, at_once: int
) -> None:
    house = build(database_url=database_url)
    house.start_platforms()
    house.start_held_web()
    house.start_hands("talk", "tell")
    began, phones, releases = real_seconds(), Phones(house), Releases(house, every, most)
    crowd = Crowd(phones, releases, began + seconds)
    rolling = threading.Thread(target=releases.roll)
    writers = [threading.Thread(target=crowd.write, args=(n, at_once)) for n in range(at_once)]
    for one in (rolling, *writers):
        one.start()
    for one in writers:
        one.join()
    releases.over.set()
    rolling.join()
    assert not releases.failed, releases.failed
    until(settled(house), "everything to be played and told", 120)
    books = compare(phones, crowd.people)
    print(
        f"{dict(releases.done)} restarts, {len(phones.typed)} messages "
        f"({len(phones.typed) / seconds_since(began):.0f} a second): {books.figures()}, "
        f"{len(phones.typed) - len(phones.acknowledged)} typed again, longest wait {max(phones.waits):.1f} s"
    )
    assert books.well(), books
    assert (phones.gave_up, books.unknown) == (0, 0)
    assert house.count(t.work_order) == len(crowd.people)
