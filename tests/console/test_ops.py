"""Alive, ready, counted, and the clock that can be moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from bot.clock import FixedClock, SystemClock
from handlers.ops import Ops, make_blueprint
from models import tables as t
from models.limits import load_limits
from models.store import FieldKeys, Store, open_store

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
SECRET = "ops-secret"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(
        f"sqlite:///{tmp_path}/linli.db", FieldKeys((Fernet.generate_key(),), b"index"), load_limits()
    )
    t.metadata.create_all(opened.engine)
    yield opened
    opened.engine.dispose()


def client(store: Store, behind: Callable[[], bool] = lambda: False, **more: Any) -> FlaskClient:
    app = Flask("test")
    clock = FixedClock(NOW)
    more = {"secret": SECRET, "beats": {"relay": 15}, **more}
    app.register_blueprint(make_blueprint(Ops(store, clock, behind, wall=clock, **more)))
    return app.test_client()


def beat(store: Store, name: str, seconds_ago: float) -> None:
    with store.work(NOW) as work:
        work.conn.execute(insert(t.beat).values(name=name, at=NOW - timedelta(seconds=seconds_ago)))


def away(tmp_path: Path) -> Store:
    """A database that does not answer."""
    return open_store(f"sqlite:///{tmp_path}/none/linli.db", FieldKeys((Fernet.generate_key(),), b""), {})


def test_a_process_is_alive_without_a_database(tmp_path: Path) -> None:
    assert client(away(tmp_path)).get("/healthz").status_code == 200


def test_ready_when_all_is_well(store: Store) -> None:
    beat(store, "relay", 14)
    answer = client(store).get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"ready": True, "checks": {"database": "ok", "migrations": "ok", "relay": "ok"}}


@pytest.mark.parametrize(("seconds", "said"), [(15, "silent for 15 s"), (None, "never heard of")])
def test_not_ready_while_the_relay_is_silent(store: Store, seconds: int | None, said: str) -> None:
    if seconds is not None:
        beat(store, "relay", seconds)
    answer = client(store).get("/readyz")
    assert answer.status_code == 503
    assert said in answer.json["checks"]["relay"]  # type: ignore[index]


def test_every_worker_must_be_heard(store: Store) -> None:
    beat(store, "relay", 1)
    answer = client(store, beats={"relay": 15, "worker:talk": 60}).get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["relay"] == "ok"  # type: ignore[index]


def test_not_ready_without_the_newest_migration(store: Store) -> None:
    t.metadata.drop_all(store.engine)
    answer = client(store, behind=lambda: True).get("/readyz")
    assert answer.status_code == 503
    assert "migrate" in answer.json["checks"]["migrations"]  # type: ignore[index]


def test_not_ready_without_a_database_and_no_traceback(tmp_path: Path) -> None:
    answer = client(away(tmp_path)).get("/readyz")
    assert answer.status_code == 503
    assert "LINLI_DATABASE_URL" in answer.json["checks"]["database"]  # type: ignore[index]
    assert client(away(tmp_path)).get("/metrics").status_code == 503


def test_metrics_are_read_from_the_database(store: Store) -> None:
    beat(store, "relay", 3)
    with store.work(NOW) as work:
        row = {"channel": "wechat_oa", "sender": "oSECRET", "next_at": NOW}
        waiting = {"key": "a", "state": "new", "received_at": NOW - timedelta(seconds=9)}
        work.conn.execute(insert(t.inbox).values(**row, **waiting))
        work.conn.execute(insert(t.inbox).values(**row, key="b", state="done", received_at=NOW))
        sent = {
            "kind": "said",
            "facts": {},
            "state": "held",
            "channel": "wechat_oa",
            "made_at": NOW,
            "next_at": NOW,
        }
        work.conn.execute(insert(t.outbox).values(sent))
        work.conn.execute(insert(t.counter).values(name="refused:not_genuine", value=4))
        for rows in (1000, 7):
            gone = {"at": NOW, "why": "retention", "what": "inbox", "rows": rows}
            work.conn.execute(insert(t.erasure).values(gone))
    answer = client(store).get("/metrics")
    lines = answer.get_data(as_text=True).splitlines()
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert {
        'linli_inbox{state="new"} 1.0',
        'linli_erased_rows{what="inbox",why="retention"} 1007.0',
        'linli_outbox{channel="wechat_oa",state="held"} 1.0',
        'linli_oldest_undone_seconds{what="inbox"} 9.0',
        'linli_beat_age_seconds{name="relay"} 3.0',
        'linli_refusals_total{reason="not_genuine"} 4.0',
    } <= set(lines)
    assert 'state="done"' not in answer.get_data(as_text=True)
    assert "oSECRET" not in answer.get_data(as_text=True)


def test_the_clock_is_moved_and_put_right(store: Store) -> None:
    visitor = client(store, clock_moves=True)
    for seconds in (2400, -60, 0):
        answer = visitor.post(
            "/ops/clock", json={"offset_seconds": seconds}, headers={"X-Ops-Secret": SECRET}
        )
        assert answer.status_code == 200
        assert store.clock_offset() == seconds


def test_a_moved_clock_goes_on_while_the_database_is_away() -> None:
    told: list[float | None] = [2400.0, None]
    moved = SystemClock(lambda: told.pop(0))
    before = moved.now()
    moved._read_at = float("-inf")
    assert moved.now() - before < timedelta(minutes=1)
    assert told == []
    away = open_store("postgresql+psycopg://nobody@127.0.0.1:1/nothing", FieldKeys((), b""), {})
    assert away.clock_offset() is None


@pytest.mark.parametrize(
    "headers", [{}, {"X-Ops-Secret": "wrong"}, {"X-Ops-Secret": ""}, {"X-Ops-Secret": "密"}]
)
def test_the_clock_wants_its_secret(store: Store, headers: dict[str, str]) -> None:
    visitor = client(store, clock_moves=True)
    encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    assert visitor.post("/ops/clock", json={"offset_seconds": 5}, headers=encoded).status_code == 403
    assert store.clock_offset() == 0


def test_an_empty_secret_opens_nothing(store: Store) -> None:
    visitor = client(store, clock_moves=True, secret="")
    assert (
        visitor.post("/ops/clock", json={"offset_seconds": 5}, headers={"X-Ops-Secret": ""}).status_code
        == 403
    )


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"offset_seconds": "5"},
        {"offset_seconds": True},
        {"offset_seconds": 1.5},
        {"offset_seconds": 10**12},
    ],
)
def test_the_clock_takes_whole_seconds_only(store: Store, body: Any) -> None:
    visitor = client(store, clock_moves=True)
    answer = visitor.post("/ops/clock", json=body, headers={"X-Ops-Secret": SECRET})
    assert answer.status_code == 400
    assert store.clock_offset() == 0


def test_the_clock_cannot_be_moved_unless_it_is_allowed(store: Store) -> None:
    answer = client(store).post("/ops/clock", json={"offset_seconds": 5}, headers={"X-Ops-Secret": SECRET})
    assert answer.status_code == 404
