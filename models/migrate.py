"""Brings the database to this release's tables. Versions are in migrations/versions/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, NullPool, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from models import tables as t
from models.refusals import CannotUpgrade

_FOLDER = Path(__file__).parents[1] / "migrations"
_LOCK = 0x4C696E6C69  # "Linli": any number all our processes agree on
_WAIT_SECONDS = 60.0
_OTHER_TABLES = re.compile("no such (?:table|column|index)|already exists|duplicate column|does not exist")
START_ANEW = (
    "请换一个新的数据目录重新开始（LINLI_DATA_DIR，或者新的 LINLI_DATABASE_URL），"
    "或者恢复一份备份：python app.py restore 文件。"
)
OTHER = f"这个数据库是没有发布过的版本留下的，表对不上，升不了级。{START_ANEW}"
NEWER = f"这个数据库是更新的版本留下的，这一版认不出。请换上那个版本的程序；不要了的话，{START_ANEW}"


def upgrade(url: str) -> None:
    """Run every version that is missing, in one transaction; a second process waits and then finds nothing to do.

    Raises CannotUpgrade where the tables are those of a version that was changed before its release.
    """
    with _connected(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except (OperationalError, ProgrammingError) as error:
            if _OTHER_TABLES.search(str(error.orig)):
                raise CannotUpgrade(OTHER) from error
            raise
        except CommandError as error:  # a version that nobody has here
            raise CannotUpgrade(NEWER) from error
        if _lacks(connection):
            raise CannotUpgrade(OTHER)


def _lacks(connection: Connection) -> bool:
    """Whether any column that this release needs is not there."""
    there = inspect(connection).get_multi_columns()
    columns = {name: {column["name"] for column in found} for (_, name), found in there.items()}
    return any(not set(one.c.keys()) <= columns.get(one.name, set()) for one in t.metadata.tables.values())


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
