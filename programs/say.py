"""`app.py say`."""

from __future__ import annotations

from argparse import Namespace

from bot.settings import Settings
from handlers import terminal
from models import migrate
from models.sample_meals import plant_whole
from operate.command import flag, takes
from programs.talk import Talking

arguments = takes(flag("--repro", "print a golden conversation at the end"))


def run(chosen: Settings, args: Namespace) -> int:
    """Talk to the bot in the terminal."""
    migrate.upgrade(chosen.database_url)
    linli = Talking(chosen)
    if chosen.sample:
        with linli.store.work(linli.clock.now()) as work:
            plant_whole(work)
    terminal.talk(linli.residents, repro=args.repro)
    return 0
