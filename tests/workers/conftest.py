"""A real Valkey for the session, a fresh database for each test; PostgreSQL where LINLI_TEST_DATABASE_URL says."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from bot import redis_client, redis_server
from models import migrate
from models.limits import load_limits
from models.store import open_store
from tests import planted, server
from tests.workers.stage import KEYS, Stage, make_stage
from workers.hands import equip


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Valkey of our own."""
    at = redis_client.place(tmp_path_factory.mktemp("valkey"))
    process = redis_server.start(at)
    yield at.url
    if process is not None:
        process.terminate()
        process.wait(10)
    shutil.rmtree(at.folder, ignore_errors=True)


@pytest.fixture
def redis(valkey: str) -> Iterator[Redis]:
    """An empty Redis, as the relay has it."""
    with redis_client.connect(valkey) as client:
        client.flushall()
        yield client


@pytest.fixture
def worker_redis(valkey: str) -> Iterator[Redis]:
    """A Redis as workers have it. A worker sets signal handlers; they are put back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with redis_client.connect_worker(valkey) as client:
        yield client
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a database of this process's own, or "" when the tests run on SQLite."""
    if not server.given():
        yield ""
        return
    with server.own_database(server.given()) as url:
        migrate.upgrade(url)
        yield url


@pytest.fixture
def database_url(postgresql: str, tmp_path: Path) -> str:
    """Where this test's database is; there is no row in it."""
    if postgresql:
        server.empty(postgresql)
        return postgresql
    shutil.copyfile(planted.migrated(), tmp_path / "test.db")
    return f"sqlite:///{tmp_path}/test.db"


@pytest.fixture
def stage(database_url: str, redis: Redis, tmp_path: Path) -> Iterator[Stage]:
    """The hands of this process."""
    store = open_store(database_url, KEYS, load_limits())
    made = make_stage(store, redis, tmp_path)
    equip(made.hands)
    yield made
    store.engine.dispose()
