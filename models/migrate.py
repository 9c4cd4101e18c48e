"""Brings the database to this release's tables. Versions are in migrations/versions/."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, event, text
from sqlalchemy.engine import make_url

_FOLDER = Path(__file__).parents[1] / "migrations"
_LOCK = 0x4C696E6C69  # "Linli": any number all our processes agree on
_WAIT_SECONDS = 60.0


def upgrade(url: str) -> None:
    """Run every version that is missing, in one transaction; a second process waits and then finds nothing to do."""
    with _connected(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def head() -> str:
    """The version this release needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(url: str) -> str:
    """The version the database has; empty when it has none."""
    with _connected(url) as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def behind(url: str) -> bool:
    """Whether upgrade() has something to do."""
    return current(url) != head()


def _config() -> Config:
    config = Config()
    # Alembic reads % as the start of a placeholder.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    """A connection in one transaction that no other upgrade shares. Foreign keys are off on SQLite, whose
    tables are changed by copying them."""
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    arguments = {"timeout": _WAIT_SECONDS} if is_sqlite else {}
    engine = create_engine(parsed, poolclass=NullPool, connect_args=arguments)
    if is_sqlite:
        event.listen(engine, "connect", _manual_transactions)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        if not is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield connection
    engine.dispose()


def _manual_transactions(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
