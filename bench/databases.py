"""Databases of the bench's own, made for one measurement and dropped after it."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import sqlalchemy
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

SERVER = os.environ.get("LINLI_TEST_DATABASE_URL", "postgresql+psycopg://127.0.0.1:5432/postgres")
_numbers = itertools.count(1)


@contextmanager
def fresh(kind: str) -> Iterator[tuple[Path, str]]:
    """An empty folder and the URL of an empty database: "SQLite" in that folder, or "PostgreSQL"."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        if kind == "SQLite":
            yield Path(folder), f"sqlite:///{folder}/linli.db"
            return
        name = f"linli_bench_{os.getpid()}_{next(_numbers)}"
        _on_server(f"CREATE DATABASE {name}")
        try:
            yield Path(folder), make_url(SERVER).set(database=name).render_as_string(hide_password=False)
        finally:
            _on_server(f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(statement: str) -> None:
    engine = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@cache
def _postgresql() -> str:
    """Version and durability of the server; empty when there is none."""
    engine = create_engine(SERVER, connect_args={"connect_timeout": 2})
    try:
        with engine.connect() as connection:
            names = ("server_version", "fsync", "synchronous_commit")
            told = [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]
    except SQLAlchemyError:
        return ""
    finally:
        engine.dispose()
    return f"PostgreSQL {told[0]} (fsync {told[1]}, synchronous_commit {told[2]})"


def kinds() -> tuple[str, ...]:
    """The databases that are here."""
    return ("SQLite", "PostgreSQL") if _postgresql() else ("SQLite",)


def described() -> str:
    """The databases with their versions and durability."""
    here = sqlalchemy.create_engine("sqlite://").connect()
    with here:
        sqlite = here.execute(text("select sqlite_version()")).scalar_one()
    return f"SQLite {sqlite} (WAL, synchronous FULL), {_postgresql() or 'no PostgreSQL on loopback'}"
