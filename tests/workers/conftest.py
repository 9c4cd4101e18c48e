"""A real Valkey for the session, a fresh database for each test; PostgreSQL where LINLI_TEST_DATABASE_URL says."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bot import redis_server
from models import tables as t
from models.limits import load_limits
from models.store import open_store
from tests.workers.stage import KEYS, Stage, make_stage, make_store
from workers.hands import equip


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Valkey of our own."""
    at = redis_server.place(tmp_path_factory.mktemp("valkey"))
    process = redis_server.start(at)
    yield at.url
    if process is not None:
        process.terminate()
        process.wait(10)
    shutil.rmtree(at.folder, ignore_errors=True)


@pytest.fixture
def redis(valkey: str) -> Iterator[Redis]:
    """An empty Redis, as the relay has it."""
    with redis_server.connect(valkey) as client:
        client.flushall()
        yield client


@pytest.fixture
def worker_redis(valkey: str) -> Iterator[Redis]:
    """A Redis as workers have it. A worker sets signal handlers; they are put back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with redis_server.connect_worker(valkey) as client:
        yield client
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a database of this process's own, or "" when the tests run on SQLite."""
    given = os.environ.get("LINLI_TEST_DATABASE_URL", "")
    if not given.startswith("postgresql"):
        yield ""
        return
    url = make_url(given)
    name = f"{url.database}_workers_{os.getpid()}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text(f'CREATE DATABASE "{name}"'))
    fresh = url.set(database=name).render_as_string(hide_password=False)
    make_store(fresh).engine.dispose()
    yield fresh
    with engine.connect() as conn:
        conn.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and no rows, made once."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    make_store(f"sqlite:///{path}").engine.dispose()
    return path


@pytest.fixture
def database_url(postgresql: str, tmp_path: Path, empty: Path) -> str:
    """Where this test's database is."""
    if not postgresql:
        shutil.copy(empty, tmp_path / "test.db")
    return postgresql or f"sqlite:///{tmp_path}/test.db"


@pytest.fixture
def stage(database_url: str, redis: Redis, tmp_path: Path) -> Iterator[Stage]:
    """The hands of this process."""
    store = open_store(database_url, KEYS, load_limits())
    made = make_stage(store, redis, tmp_path)
    equip(made.hands)
    yield made
    if store.engine.dialect.name == "postgresql":
        with store.engine.begin() as conn:
            conn.execute(text(f"TRUNCATE {', '.join(t.metadata.tables)} RESTART IDENTITY CASCADE"))
    store.engine.dispose()
