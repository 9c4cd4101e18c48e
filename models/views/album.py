"""The album of an order: a signed address that shows its photos to whoever follows it, for some days."""

from __future__ import annotations

from datetime import timedelta

from models.store import Work
from models.views.askers import Resident
from models.views.people import account_of
from models.views.photos import Photo, photos
from models.views.signing import ids_of, signed

PURPOSE = "album"


def album_link(work: Work, order_id: int, account_id: int) -> str:
    """The address to send to one follower; empty when people cannot reach this server by any address."""
    if not work.limits["public_url"]:
        return ""
    token = signed(work, PURPOSE, order_id, account_id, lasts=timedelta(days=work.limits["album_days"]))
    return f"{work.limits['public_url']}/album/{token}"


def album_of(work: Work, token: str) -> tuple[Photo, ...] | None:
    """The kept photos behind a token; None when it is not ours, has ended, or its account has left."""
    ids = ids_of(work, PURPOSE, token)
    if ids is None:
        return None
    order_id, account_id = ids
    account = account_of(work, account_id)
    if account is None or account.left_at is not None:
        return None
    found = photos(work, Resident(account_id, account.person_id), order_id)
    return tuple(one for one in found if one.file)
