"""Installations in short folders (a socket's path is short), on SQLite and, when it is given, on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.faults.house import House

Build = Callable[..., House]
GIVEN = os.environ.get("LINLI_TEST_DATABASE_URL", "")
DATABASES = ["sqlite", *(["postgresql"] if GIVEN.startswith("postgresql") else [])]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short temporary folder; sockets of the installation are in it too."""
    made = Path(tempfile.mkdtemp(prefix="ll-"))
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    monkeypatch.setenv("TMPDIR", str(made))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of this test's own: "" for SQLite."""
    if request.param == "sqlite":
        yield ""
        return
    if not GIVEN.startswith("postgresql"):
        pytest.skip("needs a PostgreSQL in LINLI_TEST_DATABASE_URL")
    url = make_url(GIVEN)
    name = f"{url.database}_faults_{os.getpid()}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        conn.execute(text(f'CREATE DATABASE "{name}"'))
    yield url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as conn:
        conn.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@pytest.fixture
def build(folder: Path) -> Iterator[Build]:
    """Builds an installation; everything of it ends with the test."""
    houses: list[House] = []

    def make(**how: object) -> House:
        houses.append(House(folder / "data", **how))  # type: ignore[arg-type]  # House says what it takes
        return houses[-1]

    yield make
    for house in houses:
        house.close()
