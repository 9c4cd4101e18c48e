"""What the page is given by the composition root, and how its functions reach it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from flask import current_app

from bot.clock import Clock, SystemClock
from models.store import Store, Work

EXTENSION = "linli_page"


@dataclass(frozen=True, slots=True)
class Site:
    """What the page works with.

    `clock`: the community's time, which a rehearsal may move. `wall`: real time, for bindings and wrong words.
    `public_url`: the address people open; https there makes the cookie Secure. `photo_dir`: of `<sha256>.jpg`.
    `categories`: the Chinese name of each category id.
    """

    store: Store
    clock: Clock
    public_url: str
    photo_dir: Path
    categories: Mapping[str, str]
    wall: Clock = field(default_factory=SystemClock)


def here() -> Site:
    """The site of the application that is serving this request."""
    return cast(Site, current_app.extensions[EXTENSION])


def looking() -> AbstractContextManager[Work]:
    """A reading transaction at the community's time."""
    return here().store.look(here().clock.now())


def working() -> AbstractContextManager[Work]:
    """A writing transaction at the community's time."""
    return here().store.work(here().clock.now())
