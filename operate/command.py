"""What a command of the command line is, and what it may refuse."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot import keys
from bot.settings import Settings
from models import migrate
from models.limits import load_limits
from models.store import FieldKeys, Store, open_store


class CommandRefused(Exception):
    """A command that cannot be done. The text says, in the operator's words, what to do."""


REFUSED = (CommandRefused, migrate.CannotUpgrade)
"""What a command may refuse with."""

Argument = Callable[[ArgumentParser], object]


def option(name: str, **how: Any) -> Argument:
    """One argument, as ArgumentParser.add_argument takes it."""
    return lambda parser: parser.add_argument(name, **how)


def flag(name: str, words: str) -> Argument:
    """An argument that is there or not."""
    return option(name, action="store_true", help=words)


def _add(parser: ArgumentParser, *, arguments: tuple[Argument, ...]) -> None:
    for argument in arguments:
        argument(parser)


def takes(*arguments: Argument) -> Argument:
    """All these arguments."""
    return partial(_add, arguments=arguments)


NOTHING = takes()


@dataclass(frozen=True, slots=True)
class Command:
    """`run` gives the exit status; `words` for --help; `arguments` declares what it takes."""

    run: Callable[[Settings, Namespace], int]
    words: str
    arguments: Argument = NOTHING


def field_keys(held: keys.Keys) -> FieldKeys:
    """The keys of personal fields as the store wants them."""
    return FieldKeys(tuple(key.encode() for key in held.fernet), held.blind_index.encode())


def open_current(chosen: Settings) -> Store:
    """The database, for one command at a time. Raises CommandRefused unless its tables are this release's."""
    if migrate.behind(chosen.database_url):
        raise CommandRefused("数据库的表还不是这一版的：请先运行 python app.py migrate。")
    return open_store(
        chosen.database_url, field_keys(keys.load_or_make(chosen.keys_file)), load_limits(), pool=2
    )
