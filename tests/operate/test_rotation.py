"""Changing keys: at no moment is anything unreadable, and what was cut off is simply run again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot import keys
from bot.clock import SystemClock
from bot.keys import NEXT_FERNET, NEXT_INDEX
from bot.private import NotPrivate
from bot.settings import Settings
from models import tables as t
from models.limits import load_limits
from models.store import Store, open_store
from operate import resealing, rotation
from operate.command import CommandRefused, field_keys
from tests.running.processes import until
from tests.town import MONDAY_MORNING

ROOT = Path(__file__).resolve().parents[2]
PHONES = [f"1380000{n:04}" for n in range(7)]
PATIENCE = 30.0


@contextmanager
def opened(chosen: Settings) -> Iterator[Store]:
    store = open_store(chosen.database_url, field_keys(keys.load_or_make(chosen.keys_file)), load_limits())
    yield store
    store.engine.dispose()


@pytest.fixture
def full(chosen: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Seven people with phones, a bot and a worker without one; two rows make a batch."""
    monkeypatch.setattr(resealing, "AT_ONCE", 2)
    with opened(chosen) as store, store.work(MONDAY_MORNING) as work:
        for phone in PHONES:
            sealed = {"phone_sealed": work.seal(phone), "phone_index": work.index(phone)}
            work.conn.execute(insert(t.person).values(**sealed, made_at=work.now))
        work.conn.execute(insert(t.handling_unit).values(kind="firm", name="安居物业"))
        work.conn.execute(insert(t.worker).values(unit_id=1, name="李华"))
        config = work.seal('{"token": "t"}')
        work.conn.execute(insert(t.bot).values(unit_id=1, name="anju", config_sealed=config))
    return chosen


def readable(chosen: Settings) -> None:
    """Every phone is read, and found by its index, with the keys file as it is now."""
    with opened(chosen) as store, store.look(MONDAY_MORNING) as work:
        p = t.person.c
        rows = work.conn.execute(select(p.phone_sealed, p.phone_index).order_by(p.id)).all()
        assert [work.unseal(row.phone_sealed) for row in rows] == PHONES
        assert [row.phone_index for row in rows] == [work.index(phone) for phone in PHONES]
        assert work.unseal_json(work.conn.execute(select(t.bot.c.config_sealed)).scalar()) == {"token": "t"}


def does(chosen: Settings, what: str, *, stopped: bool = False, sign_out: bool = False) -> None:
    rotation.run(chosen, Namespace(what=what, stopped=stopped, sign_out=sign_out))


def in_file(chosen: Settings) -> dict[str, object]:
    return dict(json.loads(chosen.keys_file.read_text()))


def copies(chosen: Settings) -> list[Path]:
    return sorted(chosen.keys_file.parent.glob("keys-before-*.json"))


def test_every_sealed_column_is_known_by_its_name() -> None:
    named = {
        f"{table.name}.{one.name}" for table, found in resealing.sealed_columns().items() for one in found
    }
    assert {"person.phone_sealed", "bot.config_sealed", "work_group.robot_key_sealed"} <= named
    assert all("id" in table.columns for table in resealing.sealed_columns())
    assert [one.name for _, one, _ in resealing.indexed_columns()] == ["name_index", "phone_index"]


def test_while_nothing_runs_all_is_done_at_once(full: Settings) -> None:
    before = keys.load_or_make(full.keys_file)
    does(full, "rotate", stopped=True)
    after = keys.load_or_make(full.keys_file)
    assert (len(after.fernet), after.fernet[0] in before.fernet) == (1, False)
    assert (after.blind_index, after.sessions, after.ops) == (before.blind_index, before.sessions, before.ops)
    assert full.keys_file.stat().st_mode & 0o777 == 0o600
    readable(full)
    (copy,) = copies(full)
    assert keys.load_or_make(copy) == before
    with opened(full) as store, store.look(MONDAY_MORNING) as work:
        for value in work.conn.execute(select(t.person.c.phone_sealed)).scalars():
            Fernet(after.fernet[0]).decrypt(value.encode())


def test_while_it_runs_no_process_meets_a_key_it_does_not_know(full: Settings) -> None:
    """Processes that were started before each step go on reading and writing until they are restarted."""
    first = field_keys(keys.load_or_make(full.keys_file))
    does(full, "rotate")
    assert NEXT_FERNET in in_file(full)
    second = field_keys(keys.load_or_make(full.keys_file))
    assert second.fernet[0] == first.fernet[0]
    does(full, "rotate")
    third = field_keys(keys.load_or_make(full.keys_file))
    assert (third.fernet[0], set(third.fernet)) == (second.fernet[1], set(second.fernet))
    # One of the second generation still runs, and writes with the old key: both read it.
    for writes, reads in ((second, third), (third, second)):
        store, other = (open_store(full.database_url, held, load_limits()) for held in (writes, reads))
        with store.work(MONDAY_MORNING) as work:
            row = insert(t.person).values(phone_sealed=work.seal("139"), made_at=work.now)
            made = work.conn.execute(row.returning(t.person.c.id)).scalar_one()
        with other.look(MONDAY_MORNING) as work:
            sealed = work.conn.execute(
                select(t.person.c.phone_sealed).where(t.person.c.id == made)
            ).scalar_one()
            assert work.unseal(sealed) == "139"
        with store.work(MONDAY_MORNING) as work:
            work.conn.execute(t.person.delete().where(t.person.c.id == made))
        store.engine.dispose()
        other.engine.dispose()
    readable(full)
    does(full, "rotate")
    assert len(keys.load_or_make(full.keys_file).fernet) == 1
    readable(full)


SLOW = """
import os, signal, sys
import app
from operate import resealing
batch, resealing.AT_ONCE, left = resealing._batch, 2, [int(sys.argv[1])]
def slow(*args):
    done = batch(*args)
    left[0] -= 1
    if left[0] == -1:  # in the middle of a transaction
        print("now", flush=True)
        signal.pause()
    return done
resealing._batch = slow
sys.exit(app.main(["keys", "rotate", "--stopped"]))
"""


@pytest.mark.parametrize("batches", [0, 1, 3])
def test_killed_in_the_middle_and_run_again(full: Settings, batches: int) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    env |= {"LINLI_DATA_DIR": str(full.data_dir), "LINLI_DATABASE_URL": full.database_url}
    command = [sys.executable, "-c", SLOW, str(batches)]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line == "now\n" for line in process.stdout)
        process.send_signal(signal.SIGKILL)
    assert len(in_file(full)["fernet"]) == 2  # type: ignore[arg-type]
    readable(full)

    def rotated() -> bool:
        """PostgreSQL notices a moment later that its client is gone."""
        with suppress(CommandRefused, SQLAlchemyError):
            does(full, "rotate", stopped=True)
            return True
        return False

    until(rotated, "the second rotation", PATIENCE)
    assert len(keys.load_or_make(full.keys_file).fernet) == 1
    assert len(copies(full)) == 1
    readable(full)


def test_a_row_that_no_key_opens_keeps_the_old_keys(full: Settings) -> None:
    with opened(full) as store, store.work(MONDAY_MORNING) as work:
        foreign = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
        work.conn.execute(update(t.worker).values(phone_sealed=foreign))
    with pytest.raises(CommandRefused, match="worker 1"):
        does(full, "rotate", stopped=True)
    assert len(keys.load_or_make(full.keys_file).fernet) == 2
    readable(full)


def test_with_stopped_nothing_may_run(full: Settings) -> None:
    with opened(full) as store, store.work(MONDAY_MORNING) as work:
        work.conn.execute(insert(t.beat).values(name="relay", at=SystemClock().now()))
    for what in ("rotate", "index"):
        with pytest.raises(CommandRefused, match="还有程序在运行"):
            does(full, what, stopped=True)
    assert keys.load_or_make(full.keys_file)
    assert copies(full) == []


def test_cookies_live_for_one_more_change(full: Settings) -> None:
    first = keys.load_or_make(full.keys_file).sessions
    does(full, "cookies")
    second = keys.load_or_make(full.keys_file).sessions
    assert second[1:] == first
    does(full, "cookies")
    third = keys.load_or_make(full.keys_file).sessions
    assert third[1:] == second[:1]
    does(full, "cookies", sign_out=True)
    assert len(keys.load_or_make(full.keys_file).sessions) == 1


def test_the_index_is_made_anew(full: Settings) -> None:
    before = keys.load_or_make(full.keys_file).blind_index
    with pytest.raises(CommandRefused, match="--stopped"):
        does(full, "index")
    does(full, "index", stopped=True)
    assert keys.load_or_make(full.keys_file).blind_index != before
    readable(full)


def test_an_index_that_was_cut_off_lets_nothing_start(
    full: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(Exception):
        pass

    def cut(*_: object) -> None:
        raise PowerCut

    true_replace = rotation.replace_private
    calls = iter([true_replace, cut])
    # Indexed and committed; the last writing of the file is what the power cut takes.
    monkeypatch.setattr(rotation, "replace_private", lambda path, kept: next(calls)(path, kept))
    with pytest.raises(PowerCut):
        does(full, "index", stopped=True)
    assert NEXT_INDEX in in_file(full)
    with pytest.raises(NotPrivate, match="keys index --stopped"):
        keys.load_or_make(full.keys_file)
    monkeypatch.setattr(rotation, "replace_private", true_replace)
    does(full, "index", stopped=True)
    assert NEXT_INDEX not in in_file(full)
    readable(full)


def test_an_index_in_a_form_nobody_knows_changes_nothing(full: Settings) -> None:
    with opened(full) as store, store.work(MONDAY_MORNING) as work:
        odd = {"name_sealed": work.seal("Zhang"), "name_index": work.index("ZHANG")}
        work.conn.execute(update(t.person).where(t.person.c.id == 7).values(odd))
    before = keys.load_or_make(full.keys_file)
    with pytest.raises(CommandRefused, match="name_index"):
        does(full, "index", stopped=True)
    assert keys.load_or_make(full.keys_file) == before
    readable(full)


def test_show_tells_no_key(full: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    does(full, "rotate")
    does(full, "show")
    said = capsys.readouterr().out
    assert "重新启动全部程序" in said
    assert not any(secret in said for secret in keys.load_or_make(full.keys_file).secrets())
