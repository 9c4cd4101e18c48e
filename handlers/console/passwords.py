"""Passwords of the console: made by the machine, kept as argon2id hashes only."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

# No 0/O, 1/l/I: the words are read off one screen and typed on another.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, LETTERS = 4, 4  # 16 letters of 31: 79 bits

_hasher = PasswordHasher()


def new_password() -> str:
    """A fresh password in groups that are easy to type, such as "h7kd-2mwp-xq9f-bt4c"."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))


def hashed(password: str) -> str:
    """The argon2id hash to keep (RFC 9106 low-memory profile, salted)."""
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether `password` is the one kept; with nothing kept the same work is done and the answer is no.

    So the time taken does not tell whether a login exists.
    """
    try:
        _hasher.verify(kept if kept is not None else _nobody(), password)
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobody() -> str:
    return hashed(secrets.token_hex(16))
