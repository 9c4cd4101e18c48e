"""Statements that are run without SQLAlchemy give what SQLAlchemy gives, and raise what it raises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, Select, bindparam, event, insert, select, text
from sqlalchemy.exc import (
    IntegrityError,
    MultipleResultsFound,
    NoResultFound,
    SQLAlchemyError,
    StatementError,
)

from models import ready as ready_statements
from models import store as store_module
from models import tables as t
from models.ready import Rows, run
from models.store import Store, open_store
from tests.chat import MORNING, found
from tests.models.test_no_scans import RESIDENT
from tests.town import KEYS

MADE_UP = re.compile(r"_[0-9]+$")
NAIVE = datetime(2026, 11, 23)  # noqa: DTZ001
COUNT = insert(t.counter).inline()
BY_NAME = select(t.counter.c.name, t.counter.c.value).where(t.counter.c.name == bindparam("which"))
ALL = select(t.counter.c.name, t.counter.c.value).order_by(t.counter.c.name)
OTHERS_END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
SAID = (*RESIDENT, "厨房水管漏水", "3 号楼 2 单元 602", "1")


def named(row: Any) -> dict[str, Any]:
    """The columns with names; others are given one by SQLAlchemy, and read by their place."""
    return {name: value for name, value in row._mapping.items() if not MADE_UP.search(name)}


def test_every_statement_of_a_talk_reads_what_sqlalchemy_reads(
    tmp_path: Any, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    community = found(tmp_path, database_url if database_url.startswith("postgresql") else "")
    compared: set[str] = set()
    different: list[Any] = []

    def both(conn: Connection, statement: Executable, values: Mapping[str, Any]) -> Rows:
        mine = run(conn, statement, values)
        if isinstance(statement, Select):
            theirs = conn.execute(statement, values).all()
            pairs = zip(mine, theirs, strict=True)
            different.extend(
                (str(statement), one, other)
                for one, other in pairs
                if tuple(one) != tuple(other) or not named(other).items() <= dict(one._mapping).items()
            )
            compared.add(str(statement))
        return mine

    monkeypatch.setattr(store_module, "run", both)
    resident = community.resident("ou-wang")
    assert all(resident.says(words) for words in SAID)
    assert different == []
    assert len(compared) > 20


def test_columns_that_are_left_out_take_what_they_always_take(store: Store) -> None:
    row = {"name": "ready", "value": 3}
    with store.work(MORNING) as work:
        work.run(COUNT, row)
        key = {
            "key": "k",
            "channel": "c",
            "sender": "s",
            "payload": "{}",
            "received_at": MORNING,
            "next_at": MORNING,
        }
        made = work.made(t.inbox, key)
        assert work.conn.execute(select(t.inbox.c.state, t.inbox.c.attempts)).one() == ("new", 0)
        assert work.made(t.inbox, key) is None
        assert made is not None
        assert work.run(BY_NAME, {"which": "ready"}).one() == ("ready", 3)


def test_nothing_stands_for_no_row_and_too_many_are_refused(store: Store) -> None:
    with store.work(MORNING) as work:
        none = work.run(BY_NAME, {"which": "nobody"})
        assert (none.first(), none.scalar(), list(none)) == (None, None, [])
        with pytest.raises(NoResultFound):
            none.one()
        for name in ("ready-a", "ready-b"):
            work.run(COUNT, {"name": name, "value": 1})
        with pytest.raises(MultipleResultsFound):
            work.run(ALL, {}).scalar_one()


def test_what_the_database_refuses_is_an_error_of_sqlalchemy_without_the_values(store: Store) -> None:
    with pytest.raises(IntegrityError) as refused, store.work(MORNING) as work:  # noqa: PT012
        work.run(COUNT, {"name": "ready-secret", "value": 1})
        work.run(COUNT, {"name": "ready-secret", "value": 1})
    assert refused.value.params is None
    with store.look(MORNING) as work:
        assert work.run(BY_NAME, {"which": "ready-secret"}).first() is None


def test_a_naive_time_is_refused(store: Store) -> None:
    by_time = select(t.inbox.c.id).where(t.inbox.c.received_at > bindparam("at"))
    with pytest.raises((ValueError, StatementError)), store.work(MORNING) as work:
        work.run(by_time, {"at": NAIVE})


def test_a_connection_that_breaks_is_given_up(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        with pytest.raises(SQLAlchemyError), store.work(MORNING) as work:  # noqa: PT012
            work.conn.connection.driver_connection.close()
            work.run(ALL, {})
        return
    with pytest.raises(SQLAlchemyError), store.work(MORNING) as work:  # noqa: PT012
        raw: Any = work.conn.connection.driver_connection
        raw.close()
        work.run(ALL, {})
    with store.look(MORNING) as work:
        assert work.run(BY_NAME, {"which": "nobody"}).first() is None


def test_one_connection_that_broke_renews_all(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite's connections do not break")
    url = store.engine.url.render_as_string(hide_password=False)
    untried = open_store(
        url, KEYS, {}, seconds=lambda: 0.0
    )  # as in production: what was used lately is not tried
    with untried.work(MORNING) as first, untried.work(MORNING) as second:
        for one in (first, second):
            one.run(ALL, {})
    with store.engine.connect() as conn:
        conn.execute(OTHERS_END)
    with pytest.raises(SQLAlchemyError), untried.work(MORNING) as work:
        work.run(ALL, {})
    for _ in range(3):
        with untried.work(MORNING) as work:
            work.run(ALL, {})
    untried.engine.dispose()


def test_a_look_ends_well_without_a_statement_and_after_a_broken_connection(store: Store) -> None:
    with store.look(MORNING):
        pass
    with store.look(MORNING) as work:
        raw: Any = work.conn.connection.driver_connection
        raw.close()
        with pytest.raises(SQLAlchemyError):
            work.run(ALL, {})
    with store.look(MORNING) as work:
        assert work.run(BY_NAME, {"which": "nobody"}).first() is None


def test_whoever_listens_hears_every_statement(store: Store) -> None:
    heard: list[str] = []
    with store.work(MORNING) as work:
        event.listen(work.conn, "before_cursor_execute", lambda *said: heard.append(said[2]))
        work.run(BY_NAME, {"which": "nobody"})
    assert len(heard) == 1


def test_a_list_after_in_is_left_to_sqlalchemy(store: Store) -> None:
    several = select(t.counter.c.name).where(t.counter.c.name.in_(bindparam("names", expanding=True)))
    with store.work(MORNING) as work:
        work.run(COUNT, {"name": "ready-a", "value": 1})
        assert work.run(several, {"names": ["ready-a", "ready-b"]}).scalar_one() == "ready-a"
        assert work.run(several, {"names": []}).first() is None


def test_looking_forgets_no_prepared_statement(store: Store) -> None:
    """psycopg forgets them all with a ROLLBACK of its own; a look ends by one that it does not see."""
    if store.engine.dialect.name != "postgresql":
        with store.look(MORNING) as work:
            work.run(COUNT, {"name": "ready-looked", "value": 1})
        with store.look(MORNING) as work:
            assert work.run(BY_NAME, {"which": "ready-looked"}).first() is None
        return
    for _ in range(7):
        for _ in range(store.engine.pool.size()):  # type: ignore[attr-defined]
            with store.look(MORNING) as work:
                work.run(BY_NAME, {"which": "nobody"})
                work.run(COUNT, {"name": "ready-looked", "value": 1})
    with store.look(MORNING) as work:
        assert work.run(BY_NAME, {"which": "ready-looked"}).first() is None
        raw: Any = work.conn.connection.driver_connection
        assert raw._prepared._names


def test_what_is_ready_is_kept_by_statement_and_names(store: Store) -> None:
    ready_statements._made.cache_clear()
    with store.work(MORNING) as work:
        for _ in range(3):
            work.run(BY_NAME, {"which": "nobody"})
        assert ready_statements._made.cache_info().currsize == 1
