"""The database as operators' commands open it."""

from __future__ import annotations

from bot import keys
from bot.settings import Settings
from models import migrate
from models.limits import load_limits
from models.store import Store, open_store
from operate.command import CommandRefused, field_keys


def open_current(chosen: Settings) -> Store:
    """The database, for one command at a time. Raises CommandRefused unless its tables are this release's."""
    if migrate.behind(chosen.database_url):
        raise CommandRefused("数据库的表还不是这一版的：请先运行 python app.py migrate。")
    return open_store(
        chosen.database_url, field_keys(keys.load_or_make(chosen.keys_file)), load_limits(), pool=2
    )
