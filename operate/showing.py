"""`app.py settings`."""

from __future__ import annotations

from argparse import Namespace

from bot.settings import Settings
from bot.settings_shown import describe


def run(chosen: Settings, args: Namespace) -> int:
    """Show each setting: meaning, default, where it came from."""
    for one in describe(chosen):
        print(f"{one.name} = {one.value}  ({one.source})\n    {one.meaning}. Default: {one.default}")
    return 0
