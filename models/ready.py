"""Statements of nearly every turn, made ready once and then run without what SQLAlchemy does each time.

SQLAlchemy writes the SQL, once for each statement and set of values, and says how values are converted; running it
goes to the driver. On PostgreSQL that costs a quarter of what `Connection.execute` costs (docs/performance.md,
decision 0022). Only statements that are built once are run this way, for what is ready is kept by the statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import ClauseElement, Connection, Dialect, Executable
from sqlalchemy.engine import Row, result_tuple
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import ReturnsRows

CURSORS = "linli_cursors"
MOST = 1000  # statements that are kept ready; a turn needs some fifty

_VALUE = re.compile(r"%\((\w+)\)s")  # as psycopg wants a value named

Conversion = Callable[[Any], Any]
Place = TypeVar("Place")


class Rows:
    """What a statement gave, read like a result of SQLAlchemy. `rowcount`: how many rows it changed or gave."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[Row[*tuple[Any, ...]]], rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def __iter__(self) -> Iterator[Row[*tuple[Any, ...]]]:
        return iter(self._rows)

    def all(self) -> Sequence[Row[*tuple[Any, ...]]]:
        """Every row."""
        return self._rows

    def first(self) -> Row[*tuple[Any, ...]] | None:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def one(self) -> Row[*tuple[Any, ...]]:
        """The only row. Raises NoResultFound, MultipleResultsFound."""
        if len(self._rows) > 1:
            raise MultipleResultsFound("one row was wanted, and there are more")
        if not self._rows:
            raise NoResultFound("one row was wanted, and there is none")
        return self._rows[0]

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """The first column of the only row. Raises NoResultFound, MultipleResultsFound."""
        return self.one()[0]


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A statement as one kind of database wants it.

    `order`: names of the values where they go by position; `fixed`: values that the statement brings along;
    `binders`, `readers`: how values (by name) and columns (by position) are converted; `row`: makes a row, None where
    nothing comes back.
    """

    sql: str
    order: tuple[str, ...]
    fixed: Mapping[str, Any]
    binders: tuple[tuple[str, Conversion], ...]
    readers: tuple[tuple[int, Conversion], ...]
    row: Callable[[Sequence[Any]], Row[*tuple[Any, ...]]] | None

    def bound(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        given = {**self.fixed, **values}
        for name, convert in self.binders:
            given[name] = convert(given[name])
        return [given[name] for name in self.order] if self.order else given

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Row[*tuple[Any, ...]]]:
        """Rows from what the driver gives."""
        if self.row is None:
            return []
        return [self.row(self._read(one) if self.readers else one) for one in found]

    def _read(self, found: Sequence[Any]) -> Sequence[Any]:
        row = list(found)
        for at, convert in self.readers:
            row[at] = convert(row[at])
        return row


def run(conn: Connection, statement: Executable, values: Mapping[str, Any]) -> Rows:
    """Run a statement that was built once, in the connection's transaction.

    SQLAlchemy runs it where somebody listens to the statements of the connection, and where IN takes a list, whose
    length changes the SQL. Raises SQLAlchemyError as `Connection.execute` does.
    """
    ready = _ready(conn, statement, values)
    if ready is None:
        result = conn.execute(statement, values)
        return Rows(result.all() if result.returns_rows else [], result.rowcount)
    return _execute(conn, ready, values)


def _execute(conn: Connection, ready: Ready, values: Mapping[str, Any]) -> Rows:
    if not conn.in_transaction():
        conn.begin()
    raw: Any = conn.connection.driver_connection
    try:
        cursor = _cursor(conn, raw, ready)
        cursor.execute(ready.sql, ready.bound(values))
        return Rows(ready.rows(cursor.fetchall() if ready.row else ()), cursor.rowcount)
    except conn.dialect.loaded_dbapi.Error as failure:
        raise _told(conn, ready, failure) from failure


def run_last(conn: Connection, last: Sequence[tuple[Executable, Mapping[str, Any]]]) -> None:
    """Run statements of which nothing is read; on PostgreSQL as one, where each of them writes another table.

    There each is a WITH of the last one (its documentation of data-modifying statements in WITH: they are carried
    out to their end, whether or not anything is read, and do not see what the others do).
    """
    made = [_ready(conn, *one) for one in last]
    found = [one for one in made if one is not None]
    if len(found) < max(len(last), 2) or conn.dialect.name != "postgresql" or not _apart(last):
        for statement, values in last:
            run(conn, statement, values)
        return
    named = {_named(at, name): value for at, (_, row) in enumerate(last) for name, value in row.items()}
    _execute(conn, _joined(tuple(found)), named)


def _apart(last: Sequence[tuple[Executable, Mapping[str, Any]]]) -> bool:
    tables = [statement.table for statement, _ in last if isinstance(statement, UpdateBase)]
    return len(set(tables)) == len(last)


def _named(at: int, name: str) -> str:
    return f"{name}__{at}"


@lru_cache(MOST)
def _joined(parts: tuple[Ready, ...]) -> Ready:
    sqls = [_VALUE.sub(rf"%(\1__{at})s", part.sql) for at, part in enumerate(parts)]
    above = ", ".join(f"w{at} AS ({sql})" for at, sql in enumerate(sqls[:-1]))
    return Ready(
        sql=f"WITH {above} {sqls[-1]}",
        order=(),
        fixed={
            _named(at, name): value for at, part in enumerate(parts) for name, value in part.fixed.items()
        },
        binders=tuple(
            (_named(at, name), convert) for at, part in enumerate(parts) for name, convert in part.binders
        ),
        readers=(),
        row=None,
    )


def _ready(conn: Connection, statement: Executable, values: Mapping[str, Any]) -> Ready | None:
    """None: SQLAlchemy must run it."""
    if conn.dispatch.before_cursor_execute:
        return None
    return _made(statement, tuple(values), _Dialect(conn.dialect))


def _cursor(conn: Connection, raw: Any, ready: Ready) -> Any:
    """On PostgreSQL the cursor that ran it last on this connection: psycopg knows from then how to read it."""
    if conn.dialect.name != "postgresql":
        return raw.cursor()
    cursors: dict[Ready, Any] = conn.info.setdefault(CURSORS, {})
    cursor = cursors.get(ready)
    if cursor is None:
        if len(cursors) >= MOST:
            cursors.clear()
        cursor = cursors[ready] = raw.cursor()
    return cursor


def _told(conn: Connection, ready: Ready, failure: Exception) -> BaseException:
    """The error as SQLAlchemy would tell it, without the values; a connection that broke is given up, and all others
    of the pool with it, for they broke too."""
    dialect = conn.dialect
    gone = dialect.is_disconnect(failure, conn.connection, None)  # type: ignore[arg-type]
    told = DBAPIError.instance(ready.sql, None, failure, dialect.loaded_dbapi.Error, True, gone, dialect)
    if gone:
        conn.invalidate(failure)
        conn.engine.dispose()
    return told


@dataclass(frozen=True)
class _Dialect:
    """A dialect known by its name: every engine has its own, and all of one name write the same SQL."""

    itself: Dialect

    def __hash__(self) -> int:
        return hash(self.itself.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Dialect) and self.itself.name == other.itself.name


@lru_cache(MOST)
def _made(statement: Executable, names: tuple[str, ...], speaks: _Dialect) -> Ready | None:
    dialect, spoken = speaks.itself, cast(ClauseElement, statement)
    compiled = cast(SQLCompiler, spoken.compile(dialect=dialect, column_keys=list(names)))
    if any(bind.expanding for bind in compiled.binds.values()):
        return None
    fixed = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}
    fixed |= {column.key: _value(column.default) for column in compiled.insert_prefetch}
    columns = spoken.exported_columns if isinstance(spoken, ReturnsRows) else None
    kinds = [column.type for column in columns or ()]
    return Ready(
        sql=str(compiled),
        order=tuple(compiled.positiontup or ()) if compiled.positional else (),
        fixed=fixed,
        binders=_conversions(
            (
                (name, bind.type.dialect_impl(dialect).bind_processor(dialect))
                for name, bind in compiled.binds.items()
            )
        ),
        readers=_conversions(
            enumerate(kind.dialect_impl(dialect).result_processor(dialect, None) for kind in kinds)
        ),
        row=result_tuple(columns.keys()) if columns else None,
    )


def _conversions(found: Iterable[tuple[Place, Conversion | None]]) -> tuple[tuple[Place, Conversion], ...]:
    return tuple((place, convert) for place, convert in found if convert is not None)


def _value(default: Any) -> Any:
    """What a column takes that is left out: the value, or what the function gives (list, dict)."""
    return default.arg if default.is_scalar else default.arg(None)
