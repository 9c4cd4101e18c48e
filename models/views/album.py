"""The album of an order: a signed address that shows its photos to whoever follows it, for some days."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from models.store import Work
from models.views.askers import Resident
from models.views.orders import Photo, photos
from models.views.people import account_of


def album_link(work: Work, order_id: int, account_id: int) -> str:
    """The address to send to one follower; empty when people cannot reach this server by any address."""
    if not work.limits["public_url"]:
        return ""
    ends = work.now + timedelta(days=work.limits["album_days"])
    told = f"{order_id}.{account_id}.{int(ends.timestamp())}"
    return f"{work.limits['public_url']}/album/{told}.{_signature(work, told)}"


def album_of(work: Work, token: str) -> tuple[Photo, ...] | None:
    """The kept photos behind a token; None when it is not ours, has ended, or its account has left."""
    told, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(work, told).encode()):
        return None
    order_id, account_id, ends = (int(part) for part in told.split("."))
    account = account_of(work, account_id)
    if account is None or account.left_at is not None or work.now > datetime.fromtimestamp(ends, UTC):
        return None
    found = photos(work, Resident(account_id, account.person_id), order_id)
    return tuple(one for one in found if one.file)


def _signature(work: Work, told: str) -> str:
    return work.index(f"album:{told}")[:32]
