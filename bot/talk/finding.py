"""Finds dialogs by their files. A new file is a new dialog."""

from __future__ import annotations

from types import ModuleType

from bot.registry import TwoOfOneName, modules_of
from bot.talk.declaring import Dialog


def find_dialogs(package: ModuleType) -> dict[str, Dialog]:
    """Every dialog of the package by name. Raises TwoOfOneName."""
    dialogs: dict[str, Dialog] = {}
    for module in modules_of(package):
        for one in vars(module).values():
            if isinstance(one, Dialog) and one.script.__module__ == module.__name__:
                if one.name in dialogs:
                    raise TwoOfOneName(
                        f"two dialogs are called {one.name}: rename the one in {module.__name__}"
                    )
                dialogs[one.name] = one
    return dialogs
