"""Databases of this process's own on the PostgreSQL of LINLI_TEST_DATABASE_URL."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Table, create_engine, insert, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from models import tables as t

_numbers = itertools.count(1)
Rows = Mapping[Table, Sequence[Mapping[str, Any]]]


def given() -> str:
    """The server the tests are to run on; "" without one."""
    url = os.environ.get("LINLI_TEST_DATABASE_URL", "")
    return url if url.startswith("postgresql") else ""


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """The URL of an empty database, dropped at the end."""
    # Several folders import one fixture, and each has its own.
    name = f"linli_own_{os.getpid()}_{next(_numbers)}"
    _does(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    # Nobody needs to find these rows after a power cut.
    _does(server, f"ALTER DATABASE {name} SET synchronous_commit = off")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    _does(server, f"DROP DATABASE {name} WITH (FORCE)")


def empty(url: str) -> None:
    """Delete all rows and number from 1 again. TRUNCATE takes a file for each table: most of a second for all."""
    tables = [table.name for table in reversed(t.metadata.sorted_tables)]
    numbers = (
        "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S' "
        "AND relnamespace = current_schema::regnamespace"
    )
    _does(url, "; ".join([*(f"DELETE FROM {name}" for name in tables), numbers]))


def fill(engine: Engine, rows: Rows) -> None:
    """Put whole rows into an empty database, and number on after them."""
    with engine.begin() as conn:
        for table, found in rows.items():
            conn.execute(insert(table), found)
            if "id" in table.c:
                last = (
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"
                )
                conn.execute(text(last))


def _does(server: str, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
