"""The photos of orders as whoever asks may see them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, exists, or_, select, union_all

from models import tables as t
from models.store import Work
from models.views.askers import Asker, Resident
from models.views.orders import order_by_id


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of an order. `file` is its name in the photo folder, None until it has been fetched."""

    id: int
    order_id: int | None
    state: str
    file: str | None
    width: int | None
    height: int | None
    by_staff: bool


def photos(work: Work, asker: Asker, order_id: int) -> tuple[Photo, ...]:
    """The photos of an order and of those that became part of it, oldest first; empty when not for this asker."""
    if order_by_id(work, asker, order_id) is None:
        return ()
    return tuple(Photo(*row) for row in work.run(_photos_of(), {"order": order_id}))


def has_photos(work: Work, asker: Resident, order_id: int) -> bool:
    """Whether photos() has any for this resident that has been fetched."""
    seen = {"order": order_id, "follower": asker.account_id}
    return bool(work.run(_has_photos(), seen).scalar_one())


@cache
def _has_photos() -> Select[Any]:
    f = t.order_follower.c
    follows = exists().where(
        f.work_order_id == bindparam("order", type_=t.Id), f.account_id == bindparam("follower")
    )
    return select(and_(follows, _photos_of().where(t.photo.c.file.is_not(None)).order_by(None).exists()))


@cache
def _photos_of() -> Select[Any]:
    # UNION and not OR, for which SQLite reads every order there ever was.
    whole = bindparam("order", type_=t.Id)
    orders = union_all(select(whole), _parts_of(whole))
    return _photos().where(t.photo.c.work_order_id.in_(orders)).order_by(t.photo.c.id)


def photos_in_talk(work: Work, talk_id: int, account_id: int) -> tuple[Photo, ...]:
    """The photos of a talk, for the account it is with."""
    k, p = t.person_talk.c, t.photo.c
    mine = select(k.id).where(k.id == talk_id, k.account_id == account_id)
    query = _photos().where(p.person_talk_id.in_(mine)).order_by(p.id)
    return tuple(Photo(*row) for row in work.conn.execute(query))


def photo_by_id(work: Work, asker: Asker, order_id: int, photo_id: int) -> Photo | None:
    """One of the photos() of an order."""
    return next((one for one in photos(work, asker, order_id) if one.id == photo_id), None)


def _parts_of(order_id: int | BindParameter[int]) -> Select[Any]:
    """The orders that became part of this one, but for what was about somebody's home when it is not."""
    o, whole = t.work_order.c, t.work_order.alias()
    home = select(whole.c.home_id).where(whole.c.id == order_id).scalar_subquery()
    return select(o.id).where(o.merged_into_id == order_id, or_(o.home_id.is_(None), o.home_id == home))


@cache
def _photos() -> Select[Any]:
    p = t.photo.c
    return select(
        p.id, p.work_order_id, p.state, p.file, p.width, p.height, p.worker_id.is_not(None).label("by_staff")
    )
