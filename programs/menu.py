"""`app.py menu`."""

from __future__ import annotations

from argparse import Namespace

from bot.settings import Settings
from handlers import official_account
from programs.parts import Linli


def run(chosen: Settings, args: Namespace) -> int:
    """Publish the official account's menu."""
    return official_account.publish_menu(Linli(chosen).switchboard)
