"""Photos: fetched from the platform, cleaned of everything but the picture, kept in the data folder."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from bot.photos import Photo, clean, written
from bot.refusals import NoMedia
from models import tables as t
from models.actions.staff import TellPhotoGone
from models.store import To, Work
from workers import ladders
from workers.hands import Hands, here
from workers.photo_files import FOLDER

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
        _keep(hands, row, photo)


def _wanted(work: Work, photo_id: int) -> Row[Any] | None:
    wanted = (t.photo.c.id == photo_id) & (t.photo.c.state == "wanted")
    return work.conn.execute(select(t.photo).where(wanted)).one_or_none()


def _keep(hands: Hands, row: Row[Any], photo: Photo) -> None:
    """The file gets its name in the transaction that names it: whoever left meanwhile leaves no file behind."""
    folder, name = hands.data_dir / FOLDER, photo.file
    temporary = written(folder, photo.jpeg)
    try:
        with hands.store.work(hands.clock.now()) as work:
            if _mark(work, row.id, state="kept", file=name, width=photo.width, height=photo.height):
                temporary.replace(folder / name)
    finally:
        temporary.unlink(missing_ok=True)


def _lose(hands: Hands, row: Row[Any], refusal: NoMedia) -> None:
    """Try again later, or give up and say so to whoever sent it."""
    with hands.store.work(hands.clock.now()) as work:
        if refusal.retry and row.attempts < TRIES:
            later = work.now + ladders.pause(row.attempts)
            _mark(work, row.id, attempts=row.attempts + 1, next_at=later)
            return
        state = "refused" if refusal.not_photo else "lost"
        if _mark(work, row.id, state=state):
            _say(work, row, state)


def _say(work: Work, row: Row[Any], state: str) -> None:
    """Tell whoever sent it: a resident alone, a worker in their group."""
    if row.account_id is not None:
        facts = {"number": _number(work, row)}
        work.tell(To(account_id=row.account_id), f"photo_{state}", facts, order_id=row.work_order_id)
    elif row.worker_id is not None:
        TellPhotoGone(row.work_order_id, row.worker_id, state).run(work)


def _mark(work: Work, photo_id: int, **values: Any) -> bool:
    wanted = (t.photo.c.id == photo_id) & (t.photo.c.state == "wanted")
    return bool(work.conn.execute(update(t.photo).where(wanted).values(**values)).rowcount)


def _number(work: Work, row: Row[Any]) -> int | None:
    order = select(t.work_order.c.number).where(t.work_order.c.id == row.work_order_id)
    return work.conn.execute(order).scalar_one_or_none()
