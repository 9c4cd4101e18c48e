"""The migrations make exactly the declared tables."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine, inspect, text

import app
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
    assert migrate.current(url) == migrate.head() == "0003"
    assert not migrate.behind(url)


def test_two_processes_may_upgrade_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'linli.db'}"
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate.upgrade, [url, url]))
    assert not migrate.behind(url)


def left_behind(tmp_path: Path, *statements: str) -> str:
    """A database that somebody has changed by hand, as an edit of an unreleased version would leave it."""
    url = f"sqlite:///{tmp_path / 'linli.db'}"
    migrate.upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
    return url


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["ALTER TABLE worker DROP COLUMN cap"], "没有发布过的版本"),
        (["DROP TABLE question_asked"], "没有发布过的版本"),
        (["UPDATE alembic_version SET version_num = '0002'"], "没有发布过的版本"),
        (["UPDATE alembic_version SET version_num = '9999'"], "更新的版本"),
    ],
)
def test_a_database_of_no_release_is_refused_in_one_sentence_that_says_what_to_do(
    tmp_path: Path, statements: list[str], words: str
) -> None:
    url = left_behind(tmp_path, *statements)
    with pytest.raises(migrate.CannotUpgrade, match=words) as refused:
        migrate.upgrade(url)
    assert "LINLI_DATA_DIR" in str(refused.value)
    assert "python app.py restore" in str(refused.value)
    assert issubclass(migrate.CannotUpgrade, app.REFUSALS), "so every command says it without a traceback"
