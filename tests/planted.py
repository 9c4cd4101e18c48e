"""SQLite databases that are made once a process and copied for each test: making one takes longer than most tests."""

from __future__ import annotations

import atexit
import filecmp
import functools
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from models import migrate, sample
from models import tables as t
from models.limits import load_limits
from models.sample_meals import plant_whole
from models.store import FieldKeys, Store, open_store
from tests import server


@functools.cache
def _folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="linli-planted-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@functools.cache
def migrated() -> Path:
    """The file of a migrated database without a row."""
    file = _folder() / "migrated.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@functools.cache
def planted(keys: FieldKeys, now: datetime, items: bool = False) -> tuple[Path, sample.Town]:
    """The file of a migrated database with the sample neighbourhood, planted at `now`; and what was planted.

    `items`: its service items, its canteen and menus too.
    """
    file = Path(tempfile.mkdtemp(dir=_folder())) / "planted.db"
    store = open_migrated(file, keys)
    with store.work(now) as work:
        town = plant_whole(work) if items else sample.plant(work)
    store.engine.dispose()
    return file, town


def lay_down(template: Path, store: Store) -> None:
    """Put everything of a template into the store's database, which is migrated and which nobody has opened yet."""
    if server.given():
        server.does(store.engine.url.render_as_string(hide_password=False), _script(template, store.keys))
        return
    file = store.engine.url.database or ""
    assert filecmp.cmp(file, migrated())
    shutil.copyfile(template, file)


@functools.cache
def _script(template: Path, keys: FieldKeys) -> str:
    """What makes all rows of the template elsewhere, tables that others refer to first."""
    store = _opened(template, keys)
    with store.engine.connect() as conn:
        rows = {table: conn.execute(select(table)).mappings().all() for table in t.metadata.sorted_tables}
    store.engine.dispose()
    return server.script({table: [dict(row) for row in found] for table, found in rows.items() if found})


def open_migrated(file: Path, keys: FieldKeys) -> Store:
    """A store in a new file, without a row."""
    shutil.copyfile(migrated(), file)
    return _opened(file, keys)


def open_planted(
    file: Path, keys: FieldKeys, now: datetime, wait_seconds: float = 3.0, items: bool = False
) -> tuple[Store, sample.Town]:
    """A store in a new file with the sample neighbourhood, planted at `now`; and what was planted.

    `wait_seconds`: how long it waits for a lock; `items`: with its service items, its canteen and menus.
    """
    template, town = planted(keys, now, items)
    shutil.copyfile(template, file)
    return _opened(file, keys, wait_seconds), town


def _opened(file: Path, keys: FieldKeys, wait_seconds: float = 3.0) -> Store:
    return open_store(f"sqlite:///{file}", keys, load_limits(), wait_seconds=wait_seconds)
