"""Databases of this process's own on the PostgreSQL of LINLI_TEST_DATABASE_URL."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table, create_engine, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from models import tables as t

DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy
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
    does(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    # Nobody needs to find these rows after a power cut.
    does(server, f"ALTER DATABASE {name} SET synchronous_commit = off")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    does(server, f"DROP DATABASE {name} WITH (FORCE)")


def empty(url: str) -> None:
    """Delete all rows and number from 1 again. TRUNCATE takes a file for each table: most of a second for all."""
    tables = [table.name for table in reversed(t.metadata.sorted_tables)]
    numbers = (
        "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence JOIN pg_class ON oid = seqrelid "
        "WHERE relnamespace = current_schema::regnamespace"
    )
    does(url, "; ".join([*(f"DELETE FROM {name}" for name in tables), numbers]))


def script(rows: Rows) -> str:
    """What fills an empty database with these rows and numbers on after them, to be sent in one piece."""
    parts = []
    for table, found in rows.items():
        whole = insert(table).values(found)
        parts.append(str(whole.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})))
        if "id" in table.c:
            counter = f"pg_get_serial_sequence('{table.name}', 'id')"
            parts.append(f"SELECT setval({counter}, max(id)) FROM {table.name}")
        if table.name in t.NUMBERED:
            parts.append(f"SELECT setval('{t.NUMBERED[table.name].name}', max(number)) FROM {table.name}")
    return "; ".join(parts)


def does(url: str, *statements: str) -> None:
    """Have a server do something, each statement in a transaction of its own."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
