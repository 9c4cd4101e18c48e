"""Finds channels, and for bot/talk/finding.py the files of dialogs: a new file is a new dialog or channel."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType


class TwoOfOneName(Exception):
    """Two files declare the same name: rename one of them."""


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    """Every module directly inside a package."""
    for found in pkgutil.iter_modules(package.__path__):
        if not found.ispkg:
            yield importlib.import_module(f"{package.__name__}.{found.name}")


def find_channels(package: ModuleType) -> dict[str, type]:
    """Every channel class of the package by its kind. Raises TwoOfOneName."""
    kinds: dict[str, type] = {}
    for module in modules_of(package):
        for one in vars(module).values():
            if isinstance(one, type) and one.__module__ == module.__name__ and "kind" in vars(one):
                kind = str(vars(one)["kind"])
                if kind in kinds:
                    raise TwoOfOneName(
                        f"two channels are of kind {kind}: rename the one in {module.__name__}"
                    )
                kinds[kind] = one
    return kinds
