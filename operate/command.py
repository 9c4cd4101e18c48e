"""What commands take, and what they may refuse."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any

from bot import keys
from models.refusals import CannotUpgrade
from models.store import FieldKeys


class CommandRefused(Exception):
    """A command that cannot be done. The text says, in the operator's words, what to do."""


REFUSED = (CommandRefused, CannotUpgrade)
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


def field_keys(held: keys.Keys) -> FieldKeys:
    """The keys of personal fields as the store wants them."""
    return FieldKeys(tuple(key.encode() for key in held.fernet), held.blind_index.encode())
