"""Runs the storage tests again on the PostgreSQL and Redis that listen on their usual ports of this machine.

Makes a database of its own and drops it; uses Redis database 9. Says plainly what it ran on.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql

HERE = "127.0.0.1"
# What libpq takes from PG* variables first, then what a fresh server usually lets in.
LOGINS = ("", "user=postgres", "user=postgres password=postgres")
REDIS_URL = f"redis://{HERE}:6379/9"
# The tests that take database and Redis from LINLI_TEST_DATABASE_URL and LINLI_TEST_REDIS_URL.
STORAGE = [
    "tests/models",
    "tests/workers",
    "tests/operate",
    "tests/faults/test_repeats.py",
    "tests/running/test_redis_server.py",
]


def _connect() -> psycopg.Connection | None:
    for login in LOGINS:
        try:
            return psycopg.connect(login, host=HERE, dbname="postgres", connect_timeout=3, autocommit=True)
        except psycopg.OperationalError as refused:
            print(f"PostgreSQL: {str(refused).splitlines()[0]}")
    return None


@contextmanager
def fresh_database() -> Iterator[str | None]:
    """The SQLAlchemy address of an empty database, dropped at the end; None when there is no server for it."""
    connection = _connect()
    if connection is None:
        yield None
        return
    name = f"linli_test_{os.getpid()}"
    with connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        user = ":".join(
            quote(part, safe="") for part in (connection.info.user, connection.info.password) if part
        )
        try:
            yield f"postgresql+psycopg://{user}@{HERE}:{connection.info.port}/{name}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def has_redis() -> bool:
    """Whether a Redis or Valkey answers on its usual port."""
    with redis.Redis.from_url(REDIS_URL, socket_timeout=3, socket_connect_timeout=3) as client:
        try:
            return bool(client.ping())
        except redis.RedisError as refused:
            print(f"Redis: {type(refused).__name__}")
            return False


def main() -> int:
    """Run the tests on what there is; the exit status."""
    with ExitStack() as stack:
        servers = {}
        if database := stack.enter_context(fresh_database()):
            servers["LINLI_TEST_DATABASE_URL"] = database
        if has_redis():
            servers["LINLI_TEST_REDIS_URL"] = REDIS_URL
        names = {"LINLI_TEST_DATABASE_URL": "a real PostgreSQL", "LINLI_TEST_REDIS_URL": "a real Redis"}
        for variable, name in names.items():
            print(f"Storage tests: {'run' if variable in servers else 'NOT run'} on {name}.", flush=True)
        if not servers:
            return 0
        run = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-m", "not faults"]
        run += STORAGE
        # S603: nothing from outside is in the command.
        status = subprocess.run(run, env={**os.environ, **servers}, check=False).returncode  # noqa: S603
        return status


if __name__ == "__main__":
    sys.exit(main())
