"""The migrations make exactly the declared tables."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine, inspect

from models import migrate
from models import tables as t


def test_what_is_migrated_is_what_is_declared(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, t.metadata) == []
    engine.dispose()


def test_every_check_that_is_declared_is_in_the_migrated_tables(database_url: str) -> None:
    engine = create_engine(database_url)
    migrated = inspect(engine)
    for table in t.metadata.tables.values():
        declared = {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
        assert {check["name"] for check in migrated.get_check_constraints(table.name)} == declared, table.name
    engine.dispose()


def test_an_empty_database_is_behind_until_it_is_upgraded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new 100%.db'}"
    assert migrate.current(url) == ""
    assert migrate.behind(url)
    migrate.upgrade(url)
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.head() == "0002"
    assert not migrate.behind(url)


def test_two_processes_may_upgrade_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'linli.db'}"
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate.upgrade, [url, url]))
    assert not migrate.behind(url)
