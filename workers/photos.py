"""Photos: fetched from the platform, cleaned of everything but the picture, kept in the data folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from bot.photos import clean
from bot.refusals import NoMedia
from models import tables as t
from models.store import To, Work
from workers import ladders
from workers.hands import Hands, here

TRIES = len(ladders.BUSY)


def fetch(photo_id: int) -> None:
    """Fetch and keep one wanted photo, or tell its sender why not. May run twice or late."""
    hands = here()
    with hands.store.look(hands.clock.now()) as work:
        row = _wanted(work, photo_id)
    if row is None:
        return
    try:
        photo = clean(hands.channels(row.channel).fetch(row.media))
    except KeyError:
        _lose(hands, row, NoMedia("no such channel"))
    except NoMedia as refusal:
        _lose(hands, row, refusal)
    else:
        name = f"{photo.sha256}.jpg"
        keep(hands.data_dir / "photos", name, photo.jpeg)
        with hands.store.work(hands.clock.now()) as work:
            _mark(work, row.id, state="kept", file=name, width=photo.width, height=photo.height)


def _wanted(work: Work, photo_id: int) -> Row[Any] | None:
    wanted = (t.photo.c.id == photo_id) & (t.photo.c.state == "wanted")
    return work.conn.execute(select(t.photo).where(wanted)).one_or_none()


def keep(folder: Path, name: str, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, for its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder / name)
    except BaseException:
        os.unlink(temporary)
        raise


def _lose(hands: Hands, row: Row[Any], refusal: NoMedia) -> None:
    """Try again later, or give up and say so to the resident who sent it."""
    with hands.store.work(hands.clock.now()) as work:
        if refusal.retry and row.attempts < TRIES:
            later = work.now + ladders.pause(row.attempts)
            _mark(work, row.id, attempts=row.attempts + 1, next_at=later)
            return
        state, kind = ("refused", "photo_refused") if refusal.not_photo else ("lost", "photo_lost")
        if _mark(work, row.id, state=state) and row.account_id is not None:
            work.tell(
                To(account_id=row.account_id),
                kind,
                {"number": _number(work, row)},
                order_id=row.work_order_id,
            )


def _mark(work: Work, photo_id: int, **values: Any) -> bool:
    wanted = (t.photo.c.id == photo_id) & (t.photo.c.state == "wanted")
    return bool(work.conn.execute(update(t.photo).where(wanted).values(**values)).rowcount)


def _number(work: Work, row: Row[Any]) -> int | None:
    order = select(t.work_order.c.number).where(t.work_order.c.id == row.work_order_id)
    return work.conn.execute(order).scalar_one_or_none()
