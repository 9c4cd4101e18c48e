"""The keys of one installation: they encrypt personal data and sign cookies, and live in one private file.

The file is a JSON object. Two names are there only while keys are being changed (app.py keys): `fernet_next`,
which reads but does not write yet, and `blind_index_next`, with which nothing may start before it is done.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from bot.private import NotPrivate, read_private, write_private

NEXT_FERNET, NEXT_INDEX = "fernet_next", "blind_index_next"


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys, newest first where there are several: the first one writes, all of them read.

    `fernet`: Fernet keys of encrypted columns; one that is coming is the last. `blind_index`: the HMAC key by
    which encrypted columns are looked up. `sessions`: what signs cookies. `ops`: the secret of /ops.
    """

    fernet: tuple[str, ...] = field(repr=False)
    blind_index: str = field(repr=False)
    sessions: tuple[str, ...] = field(repr=False)
    ops: str = field(repr=False)

    def secrets(self) -> list[str]:
        """Every one of them: what no log may show."""
        return [*self.fernet, self.blind_index, *self.sessions, self.ops]


def new_fernet() -> str:
    """A fresh key for encrypted columns."""
    return Fernet.generate_key().decode()


def new_secret() -> str:
    """A fresh key for cookies or for the blind index."""
    return secrets.token_hex(32)


def _fresh() -> dict[str, object]:
    return {
        "fernet": [new_fernet()],
        "blind_index": new_secret(),
        "sessions": [new_secret()],
        "ops": secrets.token_urlsafe(32),
    }


def load_or_make(path: Path) -> Keys:
    """The keys in `path`; when there is no such file, fresh ones, kept there with mode 0600.

    Raises NotPrivate when others may read the file, when a key in it is missing or malformed, or when a change
    of the blind index was cut off.
    """
    return read(path, read_private(path) or write_private(path, _fresh()))


def read(path: Path, kept: Mapping[str, Any]) -> Keys:
    """The keys in what a file at `path` holds. Raises NotPrivate as load_or_make() does."""
    if NEXT_INDEX in kept:
        raise NotPrivate(
            f"{path}: a change of the blind index was cut off: run python app.py keys index --stopped again."
        )
    try:
        fernet = (*kept["fernet"], *([kept[NEXT_FERNET]] if NEXT_FERNET in kept else []))
        keys = Keys(fernet, kept["blind_index"], tuple(kept["sessions"]), kept["ops"])
        for key in keys.fernet:
            Fernet(key)
        bytes.fromhex(keys.blind_index)
    except (KeyError, TypeError, ValueError):
        # Without its cause, whose text may hold a part of a key.
        raise NotPrivate(f"{path} lacks a key or has a malformed one: put back your copy.") from None
    if not (keys.fernet and keys.blind_index and keys.sessions and keys.ops):
        raise NotPrivate(f"{path} lacks a key: put back your copy.")
    return keys
