"""Bodies and jobs that nobody can read among a thousand good ones: the good ones are done, the workers live on."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from bot import redis_client
from models import tables as t
from tests.faults.conftest import Build
from tests.faults.house import HOST, House
from tests.faults.malformed import INSIDE, JOBS, OUTSIDE
from tests.faults.phones import Phones, compare, reports
from tests.faults.test_storm import settled
from tests.running.processes import until
from workers import jobs

GOOD = int(os.environ.get("LINLI_TEST_GOOD", "1000"))
EACH = 5


def poison_jobs(house: House) -> None:
    """Seven malformed jobs in each queue."""
    assert house.valkey
    with redis_client.connect(house.valkey.url) as client:
        for queue in ("talk", "tell"):
            for name, fields in JOBS.items():
                jobs.enqueue(client, queue, [(f"bad-{queue}-{name}", "workers.outbox.deliver", [[1]])])
                client.hset(f"rq:job:bad-{queue}-{name}", mapping=dict(fields))


def poison_bodies(house: House) -> list[int]:
    """What each malformed body was answered with."""
    openid = house.resident("住户")
    answers = []
    for xml in INSIDE:
        deliveries = house.emu(f"residents/{openid}/raw", xml=xml)["deliveries"]
        answers += [one["status"] for one in deliveries[0]["attempts"]]
    url = f"http://{HOST}:{house.port}/callback/wechat"
    return answers + [requests.post(url, data=body, timeout=5).status_code for body in OUTSIDE]


@pytest.mark.faults
def test_a_thousand_good_ones_are_done(build: Build, database_url: str) -> None:
    house = build(database_url=database_url)
    house.start_platforms()
    house.start_web(LINLI_WEB_PROCESSES="2")
    house.start_hands("talk", "tell")
    workers = dict(house.processes)
    phones, scripts = Phones(house), [reports(n, EACH) for n in range(GOOD // EACH)]
    with ThreadPoolExecutor(2) as hands:
        poisoned = hands.submit(poison_bodies, house)
        hands.submit(poison_jobs, house).result()
        people = phones.play(scripts, 8)
        answers = poisoned.result()
    until(settled(house), "everything to be told", 120)
    books = compare(phones, people)
    dead = [name for name, process in workers.items() if process.poll() is not None]
    done = house.count(t.inbox, t.inbox.c.state == "done")
    kept = house.count(t.inbox, t.inbox.c.state == "poison")
    print(
        f"{len(INSIDE) + len(OUTSIDE)} malformed bodies and {2 * len(JOBS)} malformed jobs "
        f"among {len(phones.typed)}: {done} done, {kept} kept as poison, {len(dead)} workers dead, {books.figures()}"
    )
    assert answers == [200] * len(INSIDE) + [403] * len(OUTSIDE)
    assert (done, kept, dead) == (len(phones.typed), len(INSIDE), [])
    assert books.well(), books
