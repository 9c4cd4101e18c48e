"""`app.py settings` and `app.py migrate`."""

from __future__ import annotations

from argparse import Namespace

from bot.settings import Settings
from bot.settings_shown import describe
from models import migrate


def run_settings(chosen: Settings, args: Namespace) -> int:
    """Show each setting: meaning, default, where it came from."""
    for one in describe(chosen):
        print(f"{one.name} = {one.value}  ({one.source})\n    {one.meaning}. Default: {one.default}")
    return 0


def run_migrate(chosen: Settings, args: Namespace) -> int:
    """Bring the database's tables up to date."""
    migrate.upgrade(chosen.database_url)
    print("数据库已是最新。")
    return 0
