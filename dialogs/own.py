"""What dialogs say in the town's own words, where an administrator has put some (用语)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.talk import Look, Part
from models import views


def own_lines(name: str, built_in: Sequence[str]) -> Part[list[str]]:
    """The lines of a text of that name, without those left empty; of one that no longer fits, the built-in ones."""
    own = yield from Look(name, views.own_text, name)
    said = own if own and len(own) == len(built_in) else built_in
    return [line for line in said if line]
