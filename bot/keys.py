"""The keys of one installation: they encrypt personal data and sign cookies, and live in one private file."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from bot.private import NotPrivate, read_private, write_private


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys, newest first where there are several: the first one writes, all of them read.

    `fernet`: Fernet keys of encrypted columns. `blind_index`: the HMAC key by which encrypted columns are
    looked up. `sessions`: what signs cookies. `ops`: the secret of /ops.
    """

    fernet: tuple[str, ...] = field(repr=False)
    blind_index: str = field(repr=False)
    sessions: tuple[str, ...] = field(repr=False)
    ops: str = field(repr=False)


def _fresh() -> dict[str, object]:
    return {
        "fernet": [Fernet.generate_key().decode()],
        "blind_index": secrets.token_hex(32),
        "sessions": [secrets.token_hex(32)],
        "ops": secrets.token_urlsafe(32),
    }


def load_or_make(path: Path) -> Keys:
    """The keys in `path`; when there is no such file, fresh ones, kept there with mode 0600.

    To change a Fernet key or a session secret, put a new one first in its list and restart.
    Raises NotPrivate when others may read the file, or when a key in it is missing or malformed.
    """
    kept = read_private(path) or write_private(path, _fresh())
    try:
        keys = Keys(tuple(kept["fernet"]), kept["blind_index"], tuple(kept["sessions"]), kept["ops"])
        for key in keys.fernet:
            Fernet(key)
        bytes.fromhex(keys.blind_index)
    except (KeyError, TypeError, ValueError):
        # Without its cause, whose text may hold a part of a key.
        raise NotPrivate(f"{path} lacks a key or has a malformed one: put back your copy.") from None
    if not (keys.fernet and keys.blind_index and keys.sessions and keys.ops):
        raise NotPrivate(f"{path} lacks a key: put back your copy.")
    return keys
