"""What the console is given by the composition root, and how its pages reach it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from flask import current_app

from bot.clock import Clock, SystemClock
from models.rules.importing import FOLDER
from models.store import Store

EXTENSION = "linli_console"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages work with.

    `clock`: the community's time, which a rehearsal may move; orders are dated by it.
    `wall`: real time, which idle and lock-out limits keep to, so that no rehearsal signs anybody out.
    `public_url`: the address people open; https there makes the cookie Secure.
    `photo_dir`: the folder of `<sha256>.jpg` files.
    `categories`: the Chinese name of each category id.
    `scene_url`: the address to print as a QR code for a scene such as "bld:1"; asks the platform and raises
    one of the NotTold refusals when it will not make one.
    `forget_files`: deletes photo files that no row names any more, at once and not the night after.
    """

    store: Store
    clock: Clock
    public_url: str
    photo_dir: Path
    categories: Mapping[str, str]
    scene_url: Callable[[str], str]
    wall: Clock = field(default_factory=SystemClock)
    forget_files: Callable[[Sequence[str]], None] = lambda names: None

    @property
    def import_dir(self) -> Path:
        """The folder where uploads wait, beside the photos in the data folder."""
        return self.photo_dir.with_name(FOLDER)


def here() -> Desk:
    """The desk of the application that is serving this request."""
    return cast(Desk, current_app.extensions[EXTENSION])
