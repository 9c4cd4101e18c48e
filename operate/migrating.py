"""`app.py migrate`."""

from __future__ import annotations

from argparse import Namespace

from bot.settings import Settings
from models import migrate


def run(chosen: Settings, args: Namespace) -> int:
    """Bring the database's tables up to date."""
    migrate.upgrade(chosen.database_url)
    print("数据库已是最新。")
    return 0
