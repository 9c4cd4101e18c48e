"""Rows as lines of JSON that any of our databases can take: moments in ISO 8601, sealed fields as they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Date, Table, func, inspect, select, text
from sqlalchemy.sql.sqltypes import TypeEngine

from models import tables as t
from models.columns import Moment
from models.store import Work

AT_ONCE = 1000  # rows read, or put in, by one statement

_READ: tuple[tuple[type[TypeEngine[Any]], Callable[[str], Any]], ...] = (
    (Moment, datetime.fromisoformat),
    (Date, date.fromisoformat),
)


def everything() -> list[Table]:
    """Every table of ours, in an order that does not change."""
    return [t.metadata.tables[name] for name in sorted(t.metadata.tables)]


def lines(conn: Connection, table: Table) -> Iterator[bytes]:
    """The rows of a table by primary key, one line of JSON each."""
    names = [column.name for column in table.columns]
    rows = conn.execution_options(yield_per=AT_ONCE).execute(
        select(table).order_by(*table.primary_key.columns)
    )
    for row in rows:
        found = {name: _plain(value) for name, value in zip(names, row, strict=True)}
        yield json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def put(work: Work, table: Table, found: Iterable[bytes]) -> int:
    """Insert lines of a table; how many there were. Raises what the database raises."""
    columns = {column.name: _reader(column) for column in table.columns}
    rows = ({name: read(row[name]) for name, read in columns.items()} for row in map(json.loads, found))
    count = 0
    while batch := list(islice(rows, AT_ONCE)):
        work.conn.execute(table.insert(), batch)
        count += len(batch)
    return count


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    for kind, read in _READ:
        if isinstance(column.type, kind):
            return lambda value: None if value is None else read(value)
    return lambda value: value


def counts(conn: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
        for table in everything()
    }


def before_putting(work: Work) -> None:
    """Let rows name others that come later; whether they came is looked at in after_putting()."""
    if work.conn.dialect.name == "sqlite":
        work.conn.execute(text("PRAGMA defer_foreign_keys = ON"))
        return
    work.conn.execute(text("SET LOCAL statement_timeout = 0"))
    _alter_references(work.conn, "DEFERRABLE INITIALLY DEFERRED")


def after_putting(work: Work) -> None:
    """Check every reference, and let ids go on after the greatest one. Raises IntegrityError."""
    if work.conn.dialect.name == "sqlite":
        return  # SQLite checks at the commit, and its ids go on by themselves
    work.conn.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    _alter_references(work.conn, "NOT DEFERRABLE")
    quote = work.conn.dialect.identifier_preparer.quote
    for table in everything():
        if "id" in table.columns:
            sequence = func.pg_get_serial_sequence(quote(table.name), "id")
            work.conn.execute(select(func.setval(sequence, func.max(table.c.id))))


def number_on(work: Work) -> None:
    """Let running numbers go on after the greatest one. May add a row of `counter` that no backup counts."""
    for bearer, numbers in t.NUMBERED.items():
        last = work.conn.execute(select(func.max(t.metadata.tables[bearer].c.number))).scalar()
        if last:
            work.number_after(numbers, last)


def _alter_references(conn: Connection, how: str) -> None:
    quote, found = conn.dialect.identifier_preparer.quote, inspect(conn)
    for table in everything():
        for key in found.get_foreign_keys(table.name):
            name = quote(str(key["name"]))
            conn.execute(text(f"ALTER TABLE {quote(table.name)} ALTER CONSTRAINT {name} {how}"))


def fingerprint(key: str) -> str:
    """By which a key is known again without being told."""
    return hashlib.sha256(b"linli backup:" + key.encode()).hexdigest()[:16]


def fingerprints(fernet: Iterable[str], blind_index: str) -> Mapping[str, list[str]]:
    """Which keys the sealed fields of a backup need."""
    return {"fernet": [fingerprint(key) for key in fernet], "blind_index": [fingerprint(blind_index)]}
