"""The database is away for a while: what was acknowledged is stored afterwards, once, and answers come in time."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy.engine import make_url

from bot.clock import real_seconds
from models import tables as t
from tests.faults.cluster import own_cluster
from tests.faults.conftest import Build
from tests.faults.house import House
from tests.faults.proxy import Mode, Proxy
from tests.running.processes import ROOT, until

ANSWER = 4.5  # seconds; the platform gives up after 5
FROZEN = 8  # seconds
Outage = Callable[[House], AbstractContextManager[None]]


@contextmanager
def locked(house: House) -> Iterator[None]:
    """Another process writes to the SQLite file and does not come to an end."""
    path = make_url(house.database_url).database or ""
    argv = [sys.executable, "-m", "tests.faults.lock_database", path]
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        yield
        assert holder.stdin is not None
        holder.stdin.close()


@dataclass
class Town:
    """Residents who write now and then, and what came of it."""

    house: House
    outage: float
    residents: int
    answers: list[tuple[str, int | None, float]] = field(default_factory=list)
    ends_at: float = 0.0

    def write(self) -> None:
        """Everybody writes, one thing after another, until the outage is over."""
        self.ends_at = real_seconds() + self.outage
        with ThreadPoolExecutor(self.residents) as phones:
            list(phones.map(self._one, range(self.residents)))

    def _one(self, number: int) -> None:
        openid, said = self.house.resident(f"住户 {number}"), 0
        while real_seconds() < self.ends_at:
            said += 1
            for delivery in self.house.says(openid, f"第 {number} 位的第 {said} 句"):
                key = delivery["sent"].split("<MsgId>")[1].split("<")[0]
                self.answers += [(key, one["status"], one["seconds"]) for one in delivery["attempts"]]

    @property
    def acknowledged(self) -> set[str]:
        """The platform's numbers of the messages that were answered with 200."""
        return {key for key, status, _ in self.answers if status == 200}

    @property
    def slowest(self) -> float:
        """Seconds."""
        return max(seconds for _, _, seconds in self.answers)


def stored(house: House) -> Counter[str]:
    """How often each message is in the inbox, by the platform's number."""
    return Counter(row.key.rpartition(":")[2] for row in house.rows(t.inbox))


def prove(house: House, town: Town, outage: Outage) -> None:
    """Play the outage and compare what was acknowledged with what is there."""
    with outage(house):
        town.write()
    spool = house.folder / "spool"
    spooled = len(list(spool.glob("*.json")))
    house.revive()
    until(lambda: not list(spool.glob("*.json")), "the spool to be replayed", 60)
    found = stored(house)
    print(
        f"{town.outage} s without database: {len(town.acknowledged)} acknowledged, {spooled} of them spooled, "
        f"{len(town.acknowledged - found.keys())} lost, slowest answer {town.slowest} s"
    )
    assert town.acknowledged
    assert spooled, "the database was away"
    assert town.acknowledged <= found.keys()
    assert set(found.values()) == {1}
    assert town.slowest < ANSWER


LENGTHS = [
    pytest.param(5, 4, id="short"),
    pytest.param(10, 4, id="long", marks=pytest.mark.faults),
    pytest.param(10, 24, id="many", marks=pytest.mark.faults),
]


@pytest.mark.parametrize(("seconds", "residents"), LENGTHS)
def test_what_is_acknowledged_is_stored_though_sqlite_is_locked(
    build: Build, seconds: int, residents: int
) -> None:
    house = build()
    house.start_platforms()
    house.start_web(LINLI_WEB_PROCESSES="2")
    house.start_hands("talk")
    prove(house, Town(house, seconds, residents), locked)
    house.move_clock(31)
    until(lambda: not house.count(t.inbox, t.inbox.c.state == "new"), "everything to be played", 60)


@pytest.mark.faults
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("mode", ["refuse", "hang"])
@pytest.mark.parametrize("residents", [4, 24])
def test_what_is_acknowledged_is_stored_though_postgresql_is_away(
    build: Build, database_url: str, mode: Mode, residents: int
) -> None:
    url = make_url(database_url)
    proxy = Proxy(url.port or 5432)
    through = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)

    @contextmanager
    def away(_: House) -> Iterator[None]:
        proxy.set(mode)
        yield
        proxy.set("ok")

    try:
        house = build(database_url=database_url, behind=through, real=True)
        house.start_platforms()
        house.start_web(LINLI_WEB_PROCESSES="2")
        house.start_hands("talk")
        house.says(house.resident("住户"), "您好")  # connections are open
        prove(house, Town(house, 10, residents), away)
    finally:
        proxy.close()


@pytest.mark.faults
@pytest.mark.parametrize("residents", [4, 24])
def test_what_is_acknowledged_is_stored_though_postgresql_stands_still(build: Build, residents: int) -> None:
    """Stopped processes take connections and answer nothing; the server's own limits do not help then."""
    with own_cluster() as cluster:
        assert cluster, "install PostgreSQL's server: initdb and pg_ctl freeze one of the test's own"
        house = build(database_url=cluster.url, real=True)
        house.start_platforms()
        house.start_web(LINLI_WEB_PROCESSES="2")
        house.start_hands("talk")
        house.says(house.resident("住户"), "您好")  # connections are open
        prove(house, Town(house, FROZEN, residents), lambda _: cluster.frozen())
        house.close()


def test_without_room_on_the_disk_nothing_is_acknowledged(build: Build) -> None:
    house = build()
    house.start_platforms()
    house.start_web()
    spool = house.folder / "spool"
    spool.write_text("in the way: nothing can be kept here")
    openid = house.resident("住户")
    with locked(house):
        (delivery,) = house.says(openid, "您好")
        spool.unlink()
        (kept,) = house.says(openid, "您好，又有地方了")
        assert len(list(spool.glob("*.json"))) == 1, "room again: acknowledged, and kept in the spool"
    assert [one["status"] for one in kept["attempts"]] == [200]
    house.start_hands("talk")
    until(lambda: house.count(t.inbox, t.inbox.c.state == "done"), "what was kept to be played", 60)
    assert [one["status"] for one in delivery["attempts"]] == [503] * 4, "asked for again each time"
    assert max(one["seconds"] for one in delivery["attempts"]) < ANSWER
    assert "make room on the disk" in house.log("web")
    assert openid not in house.log("web")
