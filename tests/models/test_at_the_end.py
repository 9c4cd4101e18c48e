"""What a turn writes last goes with its commit: in order, all of it or nothing, and errors are the commit's."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from models import tables as t
from models.store import Store
from tests.chat import MORNING

ADD = insert(t.counter).inline()
RAISE = update(t.counter).where(t.counter.c.name == bindparam("which")).values(value=t.counter.c.value * 2)


def values(store: Store) -> dict[str, int]:
    with store.look(MORNING) as work:
        rows = work.conn.execute(select(t.counter.c.name, t.counter.c.value)).all()
    return {row.name: row.value for row in rows if row.name.startswith("end-")}


def test_all_of_it_is_written_in_order(store: Store) -> None:
    with store.work(MORNING) as work:
        work.at_the_end(ADD, {"name": "end-a", "value": 4})
        work.at_the_end(RAISE, {"which": "end-a"})
        work.conn.execute(ADD, {"name": "end-b", "value": 1})
    assert values(store) == {"end-a": 8, "end-b": 1}


def test_what_is_wrong_with_one_of_them_undoes_everything_and_is_told(store: Store) -> None:
    with pytest.raises(SQLAlchemyError), store.work(MORNING) as work:  # noqa: PT012
        work.conn.execute(ADD, {"name": "end-a", "value": 1})
        work.at_the_end(ADD, {"name": "end-b", "value": 1})
        work.at_the_end(ADD, {"name": "end-b", "value": 2})
        work.at_the_end(ADD, {"name": "end-c", "value": 3})
    for _ in range(store.engine.pool.size()):  # type: ignore[attr-defined]
        assert values(store) == {}  # whichever connection is taken
    with store.work(MORNING) as work:
        work.at_the_end(ADD, {"name": "end-c", "value": 3})
    assert values(store) == {"end-c": 3}


def test_a_turn_that_fails_writes_nothing_of_it(store: Store) -> None:
    with pytest.raises(RuntimeError), store.work(MORNING) as work:  # noqa: PT012
        work.at_the_end(ADD, {"name": "end-a", "value": 1})
        raise RuntimeError
    assert values(store) == {}


def test_a_server_that_breaks_off_meanwhile_is_an_error_like_any_other(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        with pytest.raises(SQLAlchemyError), store.work(MORNING) as work:  # noqa: PT012
            work.conn.connection.driver_connection.close()
            work.at_the_end(ADD, {"name": "end-a", "value": 1})
        return
    with pytest.raises(SQLAlchemyError), store.work(MORNING) as work:  # noqa: PT012
        mine = work.conn.execute(select(func.pg_backend_pid())).scalar_one()
        with store.work(MORNING) as other:
            other.conn.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
        work.at_the_end(ADD, {"name": "end-a", "value": 1})
    assert values(store) == {}
    with store.work(MORNING) as work:
        work.at_the_end(ADD, {"name": "end-b", "value": 1})
    assert values(store) == {"end-b": 1}
