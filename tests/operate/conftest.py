"""Settings of an installation in a folder of its own, with the database of the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import keys
from bot.settings import Settings
from tests.town import clock, database_url, migrated, store, town

__all__ = ["chosen", "clock", "database_url", "migrated", "store", "town"]


@pytest.fixture
def chosen(database_url: str, tmp_path: Path) -> Settings:
    """The settings as a command gets them; the keys are made."""
    made = Settings(_env_file=None, data_dir=tmp_path / "data", database_url=database_url)
    keys.load_or_make(made.keys_file)
    return made
