"""Everything dies again and again while residents write: nothing lost, nothing done twice, nobody left unanswered."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy.engine import make_url

from bot.clock import real_seconds
from models import tables as t
from tests.faults.chaos import Chaos
from tests.faults.cluster import own_cluster
from tests.faults.conftest import GIVEN, Build
from tests.faults.house import House, seconds_since
from tests.faults.phones import Phones, compare, reports
from tests.faults.proxy import Proxy
from tests.running.processes import until

MESSAGES = int(os.environ.get("LINLI_TEST_STORM", "10000"))
EACH = 10  # messages a resident types in the long form
CRASHES = 5
TENTH = 0.1  # of the messages are delivered twice
STUCK = 1.5  # real seconds without any progress, after which the clock is moved
LEASE = 31
AWAY = 1.5  # seconds for which broken connections stay refused


@dataclass(frozen=True)
class Database:
    """Where the long form keeps its data, and how it is crashed. `how`: for the report."""

    url: str
    behind: str
    how: str
    crash: Callable[[], None] | None


@contextmanager
def crashing_database() -> Iterator[Database]:
    """A PostgreSQL of our own; else the given one behind a proxy that breaks connections; else SQLite, never away."""
    with ExitStack() as ends:
        cluster = ends.enter_context(own_cluster())
        if cluster:
            yield Database(cluster.url, "", "own PostgreSQL, pg_ctl -m immediate", cluster.crash)
        elif GIVEN.startswith("postgresql"):
            url = make_url(GIVEN)
            proxy = Proxy(url.port or 5432)
            ends.callback(proxy.close)
            through = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)

            def cut() -> None:
                proxy.set("refuse")
                threading.Event().wait(AWAY)
                proxy.set("ok")

            yield Database(GIVEN, through, "given PostgreSQL, connections broken by a proxy", cut)
        else:
            yield Database("", "", "SQLite, no PostgreSQL here to crash", None)


def settled(house: House) -> Callable[[], bool]:
    """Whether everything heard is played and every answer told. The clock is moved while nothing else moves."""
    last: list[float] = [real_seconds(), -1]

    def look() -> bool:
        house.revive()
        waiting = house.count(t.inbox, t.inbox.c.state == "new")
        mine = t.outbox.c.account_id.is_not(None) & t.outbox.c.state.in_(("queued", "sending"))
        waiting += house.count(t.outbox, mine) + len(list((house.folder / "spool").glob("*.json")))
        if waiting != last[1]:
            last[:] = [real_seconds(), waiting]
        elif real_seconds() - last[0] > STUCK:
            house.move_clock(LEASE)
            last[0] = real_seconds()
        return not waiting

    return look


def weather(house: House, chaos: Chaos, messages: int, each: int, at_once: int, how: str) -> None:
    """The storm, and the books afterwards."""
    house.fault("callback/wechat", "duplicate", n=1, times=None, probability=TENTH, seed=7)
    phones, people = Phones(house), math.ceil(messages / each)
    began = real_seconds()
    with chaos.raging():
        openids = phones.play([reports(n, each) for n in range(people)], at_once)
    stormed = seconds_since(began)
    until(settled(house), "everything to be played and told", 300)
    books = compare(phones, openids)
    print(
        f"{len(phones.typed)} messages of {people} residents, a tenth doubled, {how}; killed {dict(chaos.kills)}: "
        f"{len(phones.acknowledged)} acknowledged, {books.figures()}, "
        f"{len(phones.typed) - len(phones.acknowledged)} typed again, {len(phones.impatient)} typed on, "
        f"longest wait {max(phones.waits):.1f} s; {stormed} s of storm, {seconds_since(began)} s in all"
    )
    assert phones.gave_up == 0
    assert books.well(), books
    opened = house.count(t.work_order)
    assert people - books.unknown <= opened <= people, "one order each"


def test_a_short_storm(build: Build) -> None:
    house = build()
    house.start_platforms()
    house.start_web(LINLI_WEB_PROCESSES="2")
    house.start_hands("talk", "tell")
    weather(house, Chaos(house, every=0.4, forgets=True, most=5), 100, 5, 4, "SQLite, Redis forgets")


@pytest.mark.faults
@pytest.mark.parametrize("forgets", [False, True], ids=["redis keeps", "redis forgets"])
def test_a_long_storm(build: Build, forgets: bool) -> None:
    with crashing_database() as database:
        house = build(database_url=database.url, behind=database.behind)
        house.start_platforms()
        house.start_web(LINLI_WEB_PROCESSES="2")
        house.start_hands("talk", "tell")
        every = max(MESSAGES / 800, 5.0)  # seconds, so that all fit in at up to 160 messages a second
        chaos = Chaos(house, 2.0, forgets, database.crash, CRASHES, every)
        redis = "Redis forgets" if forgets else "Redis keeps"
        weather(house, chaos, MESSAGES, EACH, 24, f"{database.how}, {redis}")
        assert chaos.kills["postgresql"] == (CRASHES if database.crash else 0)
        house.close()
