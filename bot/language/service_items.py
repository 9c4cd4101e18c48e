"""A service item as retrieval sees it, and the texts that stand for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.language.embedding import MODEL
from bot.language.questions import standard


@dataclass(frozen=True)
class Item:
    """What can be found. `body`: everything that a question may touch, in one text."""

    id: str
    title: str
    aliases: tuple[str, ...] = ()
    body: str = ""


def passages(item: Item) -> list[str]:
    """The texts of `item` that are embedded: title, every alias, title with body, and last all in one."""
    title, *aliases = (standard(text) for text in (item.title, *item.aliases))
    body = standard(item.body)
    return [title, *aliases, f"{title} {body}", " ".join((title, title, *aliases, *aliases, body))]


def digest(item: Item) -> str:
    """Tells whether a stored vector is still right: changes with the item's words and with the model."""
    texts = "\0".join((MODEL, *passages(item)))
    return hashlib.sha256(texts.encode("utf-8", "replace")).hexdigest()
