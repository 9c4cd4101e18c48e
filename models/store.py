"""The database and the unit of work: one turn, one transaction; telling happens after the commit."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    Sequence,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as WaitedTooLong
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.dml import Insert

from models import tables as t
from models.ready import Rows, run, run_last

WRITES = "linli_writes"
IDLE = "linli_idle"
PING_AFTER = 2.0  # seconds
NAP = 8  # milliseconds: SQLite then looks after 1, 3 and 8

# Statements of nearly every turn are built once: building one costs as much as running it.
_TELL = insert(t.outbox).returning(t.outbox.c.id)
_MOVED = select(func.coalesce(func.max(t.moved_clock.c.offset_seconds), 0))


@dataclass(frozen=True, slots=True)
class FieldKeys:
    """Keys of personal fields: Fernet keys, newest first, and the key of the blind index."""

    fernet: tuple[bytes, ...]
    index: bytes


@dataclass(frozen=True, slots=True)
class To:
    """Whom a message is for: a resident's account, a group of staff, or one worker alone in a WeCom app."""

    account_id: int | None = None
    work_group_id: int | None = None
    worker_account_id: int | None = None


@dataclass
class Work:
    """One transaction's hands: the connection, the time, the limits, the keys of personal fields."""

    conn: Connection
    now: datetime
    limits: Mapping[str, Any]
    keys: FieldKeys
    last: list[tuple[Executable, Mapping[str, Any]]] = field(default_factory=list)

    def at_the_end(self, statement: Executable, row: Mapping[str, Any]) -> None:
        """Run it just before the commit, when nothing is read any more and nobody needs anything back.

        On PostgreSQL all of these are one statement, where each writes another table.
        """
        self.last.append((statement, row))

    def run(self, statement: Executable, values: Mapping[str, Any]) -> Rows:
        """Run a statement that is built once for all turns (models/ready.py)."""
        return run(self.conn, statement, values)

    def tell(
        self,
        to: To,
        kind: str,
        facts: Mapping[str, Any],
        *,
        order_id: int | None = None,
        talk_id: int | None = None,
        after: timedelta = timedelta(0),
    ) -> int:
        """Queue one message, to be sent `after` so long; bot/wording.py then turns kind and facts into words."""
        row = {
            "kind": kind,
            "facts": dict(facts),
            "account_id": to.account_id,
            "work_group_id": to.work_group_id,
            "worker_account_id": to.worker_account_id,
            "work_order_id": order_id,
            "person_talk_id": talk_id,
            "next_at": self.now + after,
            "made_at": self.now,
        }
        return int(self.run(_TELL, row).scalar_one())

    def remind(self, kind: str, subject: int, stamp: int, after: timedelta) -> None:
        """Set a timer. It is never cancelled: it goes stale when `stamp` (turn or stage) is past."""
        due = self.now + after
        row = {"kind": kind, "subject": subject, "stamp": stamp, "due_at": due, "next_at": due}
        self.at_the_end(self.insert_once(t.timer), row)

    def insert_once(self, table: Table) -> Insert:
        """An INSERT that does nothing where a unique key is already there. Its rowcount says nothing: see made()."""
        return _insert_once(table, self.conn.dialect.name)

    def made(self, table: Table, row: Mapping[str, Any]) -> int | None:
        """Insert the row once; its id if this transaction is the one that made it. The table needs an `id`."""
        made: int | None = self.run(_made_once(table, self.conn.dialect.name), row).scalar()
        return made

    def next_number(self, numbers: Sequence) -> int:
        """The next running number. On PostgreSQL nobody waits for another's, and a turn that fails leaves one out.

        SQLite has no sequences, but one writer at a time: a row of `counter` does.
        """
        if self.conn.dialect.supports_sequences:
            return int(self.conn.scalar(numbers))
        return self.count(numbers.name, numbers.start or 1)

    def insert_numbered(self, table: Table, numbers: Sequence, row: Mapping[str, Any]) -> Any:
        """Insert the row with the next running number as its `number`; the whole row as it is then."""
        if self.conn.dialect.supports_sequences:
            return self.run(_numbered(table, numbers), row).one()
        numbered = {**row, "number": self.next_number(numbers)}
        return self.run(_numbered(table, None), numbered).one()

    def count(self, name: str, first: int = 1) -> int:
        """One more in a row of `counter`, which is locked until the transaction ends."""
        counted = _counted(self.conn.dialect.name)
        return int(self.run(counted, {"name": name, "value": first}).scalar_one())

    def number_after(self, numbers: Sequence, last: int) -> None:
        """Let next_number() go on after `last`."""
        if self.conn.dialect.supports_sequences:
            self.conn.execute(select(func.setval(numbers.name, last)))
            return
        row = {"name": numbers.name, "value": last}
        first = sqlite.insert(t.counter).values(row)
        self.conn.execute(
            first.on_conflict_do_update(index_elements=[t.counter.c.name], set_={"value": last})
        )

    @cached_property
    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(key) for key in self.keys.fernet])

    def seal(self, text: str) -> str:
        """A personal field as ciphertext (authenticated, randomised)."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def unseal(self, sealed: str | None) -> str:
        """The personal field again; empty for an empty column."""
        return self._fernet.decrypt(sealed.encode()).decode() if sealed else ""

    def unseal_json(self, sealed: str | None) -> dict[str, str]:
        """A sealed JSON object, such as a bot's credentials."""
        return dict(json.loads(self.unseal(sealed) or "{}"))

    def index(self, text: str) -> str:
        """The blind index of a personal field: equal texts have equal indexes; it cannot be turned round."""
        return hmac.new(self.keys.index, text.encode(), hashlib.sha256).hexdigest()


def _insert_into(table: Table, dialect: str) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _insert_once(table: Table, dialect: str) -> Insert:
    # inline: without it SQLAlchemy asks for the new id, and waits for it.
    once: Insert = _insert_into(table, dialect).inline().on_conflict_do_nothing()
    return once


@cache
def _numbered(table: Table, numbers: Sequence | None) -> Any:
    new = insert(table).values({} if numbers is None else {"number": numbers.next_value()})
    return new.returning(*table.c)


@cache
def _counted(dialect: str) -> Insert:
    """A counter's first value, or the next one where it is there."""
    c = t.counter.c
    more = _insert_into(t.counter, dialect).on_conflict_do_update(
        index_elements=[c.name], set_={"value": c.value + 1}
    )
    counted: Insert = more.returning(c.value)
    return counted


@cache
def _made_once(table: Table, dialect: str) -> Insert:
    return _insert_once(table, dialect).returning(table.c.id)


class Store:
    """The database. `limits` is data that actions read (minutes, caps); see models/data/limits.json.

    `wait_seconds`: how long a writer waits for the other threads of this process on SQLite.
    """

    def __init__(
        self, engine: Engine, keys: FieldKeys, limits: Mapping[str, Any], wait_seconds: float = 3.0
    ) -> None:
        self.engine = engine
        self.keys = keys
        self.limits = limits
        self._wait_seconds = wait_seconds
        self._writer = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def work(self, now: datetime) -> Iterator[Work]:
        """One writing transaction: commits when the block ends, rolls back on any exception."""
        with self._turn_to_write(), self.engine.connect() as fresh:
            conn = fresh.execution_options(**{WRITES: True})
            with conn.begin() as transaction:
                work = Work(conn, now, self.limits, self.keys)
                yield work
                run_last(conn, work.last)
                transaction.commit()

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """SQLite takes one writer and lets the others ask again and again: threads that queue are sooner done."""
        if self._writer is None:
            yield
        elif self._writer.acquire(timeout=self._wait_seconds):
            try:
                yield
            finally:
                self._writer.release()
        else:
            raise WaitedTooLong(f"other threads have been writing for {self._wait_seconds} s")

    @contextmanager
    def look(self, now: datetime) -> Iterator[Work]:
        """One reading transaction; on SQLite it takes no write lock. Whatever is written is rolled back."""
        with self.engine.connect() as conn:
            yield Work(conn, now, self.limits, self.keys)
            _roll_back(conn)

    def clock_offset(self) -> float | None:
        """By how many seconds a rehearsal has moved the clock; None while the database is away."""
        try:
            with self.engine.connect() as conn:
                found = run(conn, _MOVED, {}).scalar_one()
                _roll_back(conn)
        except SQLAlchemyError:
            return None
        return float(found)


def open_store(
    url: str,
    keys: FieldKeys,
    limits: Mapping[str, Any],
    *,
    pool: int = 8,
    wait_seconds: float = 3.0,
    seconds: Callable[[], float] | None = None,
) -> Store:
    """Connect lazily: at most `pool` connections; nobody waits over `wait_seconds` for one or for a lock.

    `seconds` tells real time: with it a connection to PostgreSQL is tried before use only after it has been idle.
    """
    parsed = make_url(url)
    arguments: dict[str, Any] = {"pool_size": pool, "max_overflow": 0, "pool_timeout": wait_seconds}
    if parsed.get_backend_name() == "sqlite":
        arguments["connect_args"] = {"timeout": wait_seconds, "check_same_thread": False}
    else:
        milliseconds = int(wait_seconds * 1000)
        options = f"-c lock_timeout={milliseconds} -c statement_timeout={milliseconds * 5} -c timezone=UTC"
        arguments["connect_args"] = {"connect_timeout": max(2, int(wait_seconds)), "options": options}
        arguments["pool_pre_ping"] = seconds is None
    # An error must not repeat what was to be stored: its text may reach a log.
    engine = create_engine(parsed, hide_parameters=True, **arguments)
    if seconds is not None and parsed.get_backend_name() != "sqlite":
        _try_after_idling(engine, seconds)
    if parsed.get_backend_name() == "sqlite":
        _as_sqlite(engine, wait_seconds)
    return Store(engine, keys, limits, wait_seconds)


def _roll_back(conn: Connection) -> None:
    """Undo what was written, which is nothing, and keep the statements that this connection has prepared.

    psycopg forgets all of them when it rolls back, for they may be of tables that were made in the transaction. None
    are here; PostgreSQL itself keeps them (its documentation of PREPARE: for the duration of the session).
    """
    if conn.dialect.name == "postgresql" and conn.in_transaction() and not conn.invalidated:
        raw: Any = conn.connection.driver_connection
        raw.pgconn.exec_(b"ROLLBACK")
    conn.rollback()


def _try_after_idling(engine: Engine, seconds: Callable[[], float]) -> None:
    """What was used a moment ago needs no ping; if it has broken since, the next use says so and all are renewed."""

    @event.listens_for(engine, "checkin")
    def _idle_from_now(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[IDLE] = seconds()

    @event.listens_for(engine, "checkout")
    def _still_there(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if seconds() - record.info.get(IDLE, float("-inf")) < PING_AFTER:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise DisconnectionError("the connection broke while it was idle") from gone


def _as_sqlite(engine: Engine, wait_seconds: float) -> None:
    """WAL, full durability, foreign keys; a writer takes its lock at once, a reader never does."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={NAP}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        if writes and _writes_soon(connection, int(wait_seconds * 1000 / NAP)):
            return
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _writes_soon(connection: Connection, tries: int) -> bool:
    """Whether the write lock was got in so many tries of NAP.

    SQLite itself naps for up to 100 ms between two looks, and whoever naps that long is overtaken for seconds.
    """
    raw: Any = connection.connection.dbapi_connection
    for _ in range(tries):
        with suppress(sqlite3.OperationalError):
            raw.execute("BEGIN IMMEDIATE")
            return True
    return False
