"""The command line: each command is a file, loaded when it is chosen (docs/decisions/0021).

`python app.py --help` lists the commands; operators and the supervisor use the same ones.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from bot import logs, settings
from bot.private import NotPrivate
from bot.redis_client import RedisRefused
from bot.supervisor import NotStarted
from operate.command import NOTHING, REFUSED

REFUSALS = (settings.SettingsRefused, NotStarted, NotPrivate, RedisRefused, *REFUSED)


@dataclass(frozen=True, slots=True)
class Command:
    """`file` has run(settings, arguments), which gives the exit status, and `arguments` where it takes any.

    `words` are for --help.
    """

    file: str
    words: str

    def load(self) -> Any:
        """The file, with all that it imports."""
        return import_module(self.file)


COMMANDS: Mapping[str, Command] = {
    "run": Command("programs.run", "start everything and print the addresses to open"),
    "web": Command("programs.web", "be the web server"),
    "worker": Command("programs.worker", "be the worker of one queue"),
    "relay": Command("programs.relay", "be a relay and clock"),
    "menu": Command("programs.menu", "publish the official account's menu"),
    "say": Command("programs.say", "talk to the bot in the terminal"),
    "check": Command("programs.check", "check configuration and connections in plain words"),
    "migrate": Command("operate.migrating", "bring the database's tables up to date"),
    "settings": Command("operate.showing", "show every setting and where it came from"),
    "backup": Command("operate.backup", "put everything that must not be lost into one file"),
    "restore": Command("operate.restore", "put a backup into an empty database"),
    "alarms": Command("operate.alarms", "show what is wrong; choose the group that is told"),
    "calendar": Command(
        "operate.holidays", "show which years' days off are known; take in a year from a file"
    ),
    "keys": Command("operate.rotation", "show the keys, or change them"),
    "understand": Command("operate.understand", "show what is understood of lines of text, as JSON"),
    "user": Command("operate.users", "make the first administrator; reset a password, lock, unlock, list"),
}


def main(argv: Sequence[str]) -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser("app.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    parsers = {name: commands.add_parser(name, help=one.words) for name, one in COMMANDS.items()}
    loaded = {name: COMMANDS[name].load() for name in argv[:1] if name in COMMANDS}
    for name, file in loaded.items():
        getattr(file, "arguments", NOTHING)(parsers[name])
    args = parser.parse_args(argv)
    logs.start()
    try:
        chosen = settings.load()
        logs.start(chosen.log_format, chosen.secrets())
        if args.command != "run":
            chosen = settings.invented(chosen)
        return int(loaded[args.command].run(chosen, args))
    except REFUSALS as refused:
        print(refused, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
