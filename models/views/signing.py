"""Signed addresses: what they are about stands in them, and nobody else can make one."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from models.store import Work

LENGTH = 32  # hexadecimal digits of the signature


def signed(work: Work, purpose: str, *ids: int, lasts: timedelta) -> str:
    """A token of these ids that holds for so long: 1.2.1700000000.<signature>."""
    ends = int((work.now + lasts).timestamp())
    told = ".".join(str(one) for one in (*ids, ends))
    return f"{told}.{_signature(work, purpose, told)}"


def ids_of(work: Work, purpose: str, token: str) -> tuple[int, ...] | None:
    """The ids of a token; None when it is not ours, is for another purpose, or has ended."""
    told, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(work, purpose, told).encode()):
        return None
    *ids, ends = (int(part) for part in told.split("."))
    return None if work.now > datetime.fromtimestamp(ends, UTC) else tuple(ids)


def _signature(work: Work, purpose: str, told: str) -> str:
    return work.index(f"{purpose}:{told}")[:LENGTH]
