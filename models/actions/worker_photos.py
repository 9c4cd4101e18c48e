"""Photos that workers send for an order, or in a talk with a resident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from models import tables as t
from models.actions.order_in_hand import OrderInHand
from models.store import Work


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo that lies clean in the photo folder already, as `file`; its size in pixels."""

    file: str
    width: int
    height: int


Photos = tuple[str | KeptPhoto, ...]  # what a channel fetches later, or what is kept


def _photo(one: str | KeptPhoto) -> dict[str, Any]:
    if isinstance(one, str):
        return {"media": one, "state": "wanted", "file": None, "width": None, "height": None}
    return {"media": one.file, "state": "kept", "file": one.file, "width": one.width, "height": one.height}


def add_photos(order: OrderInHand, worker_id: int, media: Photos, source: str) -> int:
    """Photos that `source` fetches later or has brought; gives how many the order does not have yet."""
    return _add(order.work, {"work_order_id": order.row.id, "worker_id": worker_id}, media, source)


def add_to_talk(work: Work, talk_id: int, worker_id: int, media: Photos, source: str) -> int:
    """The same for a talk."""
    return _add(work, {"person_talk_id": talk_id, "worker_id": worker_id}, media, source)


def _add(work: Work, whose: dict[str, int], media: Photos, source: str) -> int:
    subject = next(iter(whose))
    sent = {row["media"]: row for row in map(_photo, media)}
    p = t.photo.c
    had = select(p.media).where(p[subject] == whose[subject], p.channel == source, p.media.in_(sent))
    known = set(work.conn.execute(had).scalars()) if sent else set()
    new = [row for name, row in sent.items() if name not in known]
    common = {**whose, "channel": source, "made_at": work.now, "next_at": work.now}
    if new:
        work.conn.execute(insert(t.photo), [{**common, **row} for row in new])
    return len(new)
