"""Seals every `*_sealed` column anew, and makes every `*_index` column anew, in batches that may be cut off."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Column, Table, bindparam, or_, select, update

from bot.clock import SystemClock
from models import tables as t
from models.rules.lookup import name_key
from models.store import Store, Work

AT_ONCE = 500  # rows of one transaction: a writer on SQLite waits for tenths of a second

# How the text under an index column is written before it is indexed; the others are indexed as they are.
FORMS: Mapping[str, Callable[[str], str]] = {"name_index": name_key}


@dataclass
class Sealed:
    """What was found: `changed` rows were sealed anew, `unreadable` rows ("person 12") no key opens."""

    seen: int = 0
    changed: int = 0
    unreadable: list[str] = field(default_factory=list)


def sealed_columns() -> dict[Table, list[Column[str]]]:
    """Every column of ciphertext; by the law of models/tables its name ends in _sealed."""
    found = {
        table: [one for one in table.columns if one.name.endswith("_sealed")]
        for table in t.metadata.tables.values()
    }
    return {table: columns for table, columns in found.items() if columns}


def seal_anew(store: Store, fernet: tuple[str, ...]) -> Sealed:
    """Seal whatever is not sealed with the first key. May be cut off anywhere, and run again."""
    newest, every = Fernet(fernet[0]), MultiFernet([Fernet(key) for key in fernet])
    found = Sealed()
    for table, columns in sealed_columns().items():
        after: int | None = 0
        while after is not None:
            with store.work(SystemClock().now()) as work:
                after = _batch(work, table, columns, after, newest, every, found)
    return found


def _batch(
    work: Work,
    table: Table,
    columns: list[Column[str]],
    after: int,
    newest: Fernet,
    every: MultiFernet,
    found: Sealed,
) -> int | None:
    """One batch of rows; the last one's id, None when there are no more."""
    filled = or_(*(column.is_not(None) for column in columns))
    rows = work.conn.execute(
        select(table.c.id, *columns)
        .where(table.c.id > after, filled)
        .order_by(table.c.id)
        .limit(AT_ONCE)
        .with_for_update()
    ).all()
    changes = []
    for row in rows:
        found.seen += 1
        try:
            fresh = [_anew(value, newest, every) for value in row[1:]]
        except InvalidToken:
            found.unreadable.append(f"{table.name} {row.id}")
            continue
        if fresh != list(row[1:]):
            changes.append({"row": row.id, **dict(zip((one.name for one in columns), fresh, strict=True))})
    if changes:
        this = update(table).where(table.c.id == bindparam("row"))
        work.conn.execute(this.values({one: bindparam(one.name) for one in columns}), changes)
        found.changed += len(changes)
    return rows[-1].id if rows else None


def _anew(value: str | None, newest: Fernet, every: MultiFernet) -> str | None:
    if not value:
        return value
    try:
        newest.decrypt(value.encode())
    except InvalidToken:
        return every.rotate(value.encode()).decode()
    return value


class OtherForm(Exception):
    """An index column is not the index of its sealed text in any form that is known here. Names the column."""


def indexed_columns() -> Iterator[tuple[Table, Column[str], Column[str]]]:
    """Every index column with the sealed column that it is of."""
    for table in t.metadata.tables.values():
        for one in table.columns:
            if one.name.endswith("_index"):
                yield table, one, table.c[one.name.removesuffix("_index") + "_sealed"]


def index_anew(store: Store, fernet: tuple[str, ...], old: str, new: str) -> int:
    """Make every index with the key `new`, in one transaction; how many rows. Doing it again does no harm.

    Raises OtherForm when an index is that of `old` (or `new`) in no form we know: then nothing has changed.
    """
    every, count = MultiFernet([Fernet(key) for key in fernet]), 0
    with store.work(SystemClock().now()) as work:
        for table, index, sealed in indexed_columns():
            form, this = FORMS.get(index.name, str), update(table).where(table.c.id == bindparam("row"))
            for rows in _pages(work, table, index, sealed):
                changes = []
                for row in rows:
                    was, value = row[1], row[2]
                    text = form(every.decrypt((value or "").encode()).decode())
                    fresh = blind(new, text)
                    if was not in (blind(old, text), fresh):
                        raise OtherForm(f"{table.name}.{index.name}")
                    changes.append({"row": row.id, "fresh": fresh})
                work.conn.execute(this.values({index: bindparam("fresh")}), changes)
                count += len(changes)
    return count


def _pages(work: Work, table: Table, index: Column[str], sealed: Column[str]) -> Iterator[Sequence[Any]]:
    """The rows that have an index, some at a time."""
    query = select(table.c.id, index, sealed).where(index.is_not(None)).order_by(table.c.id).limit(AT_ONCE)
    rows: Sequence[Any] = work.conn.execute(query).all()
    while rows:
        yield rows
        rows = work.conn.execute(query.where(table.c.id > rows[-1].id)).all()


def blind(key: str, text: str) -> str:
    """The index of a text as models/store.py makes it."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
