"""Albums: signed addresses that show, for some days, the photos of an order to who follows it, or of a talk."""

from __future__ import annotations

from datetime import timedelta

from models.store import Work
from models.views.askers import Resident
from models.views.people import account_of
from models.views.photos import Photo, photos, photos_in_talk
from models.views.signing import ids_of, signed

PURPOSE, OF_TALK = "album", "talk_album"


def album_link(work: Work, order_id: int, account_id: int) -> str:
    """The address to send to one follower; empty when people cannot reach this server by any address."""
    if not work.limits["public_url"]:
        return ""
    token = signed(work, PURPOSE, order_id, account_id, lasts=timedelta(days=work.limits["album_days"]))
    return f"{work.limits['public_url']}/album/{token}"


def talk_album_link(work: Work, talk_id: int, account_id: int) -> str:
    """The address of what was sent in a talk, for whom it is with; empty when there is no address."""
    if not work.limits["public_url"]:
        return ""
    token = signed(work, OF_TALK, talk_id, account_id, lasts=timedelta(days=work.limits["album_days"]))
    return f"{work.limits['public_url']}/album/{token}"


def album_of(work: Work, token: str) -> tuple[Photo, ...] | None:
    """The kept photos behind a token; None when it is not ours, has ended, or its account has left."""
    for purpose in (PURPOSE, OF_TALK):
        if (ids := ids_of(work, purpose, token)) is not None:
            return _kept(work, purpose, *ids)
    return None


def _kept(work: Work, purpose: str, subject: int, account_id: int) -> tuple[Photo, ...] | None:
    account = account_of(work, account_id)
    if account is None or account.left_at is not None:
        return None
    if purpose == OF_TALK:
        found = photos_in_talk(work, subject, account_id)
    else:
        found = photos(work, Resident(account_id, account.person_id), subject)
    return tuple(one for one in found if one.file)
