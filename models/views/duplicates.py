"""Open orders that are likely of the same thing: for a resident who may join, and for staff who may merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from models import tables as t
from models.rules.duplicates import Matter, is_shared, same_at_home, same_matter
from models.store import Work
from models.views.askers import Asker, Resident
from models.views.orders import Order, order_by_id, order_shown

MOST = 50  # open orders that are looked at


def similar_order(
    work: Work,
    *,
    estate_id: int | None,
    building_id: int | None,
    category: str,
    public_part: str | None = None,
    thing: str | None = None,
) -> Order | None:
    """The newest open order about the same shared thing, which a neighbour may join instead of asking again.

    What neighbours see of each other: the summary is masked, and orders about homes are left out.
    """
    matter = Matter(estate_id, building_id, thing, category, public_part)
    things = (*work.limits["public_things"], *work.limits["building_things"])
    if not is_shared(matter, things):
        return None
    rows = _open(work, matter, t.work_order.c.home_id.is_(None))
    found = next(_alike(work, matter, [row for row in rows if is_shared(_matter(row), things)]), None)
    return order_shown(work, found.id, Resident(0, 0)) if found is not None else None


def own_order_at(
    work: Work, asker: Resident, *, home_id: int, category: str, thing: str | None = None
) -> Order | None:
    """The newest open order that this account follows about the same thing in the same home."""
    o, f = t.work_order.c, t.order_follower.c
    mine = o.id.in_(select(f.work_order_id).where(f.account_id == asker.account_id))
    matter = Matter(None, None, thing, category)
    rows = work.conn.execute(_columns().where(o.home_id == home_id, *_lately(work), mine))
    found = next((row.id for row in rows if same_at_home(matter, _matter(row))), None)
    return order_by_id(work, asker, found) if found is not None else None


def likely_same(work: Work, row: Any) -> tuple[int, ...]:
    """The ids of open orders of the same unit that an open order (its row) may be merged into, the newest first."""
    return tuple(one.id for one in _likely(work, row))


def likely_number(work: Work, row: Any) -> int | None:
    """The number of the newest of those that likely_same() gives; None when there is none."""
    return next((one.number for one in _likely(work, row)), None)


def _likely(work: Work, row: Any) -> Iterator[Any]:
    o = t.work_order.c
    free = or_(o.home_id.is_(None), o.home_id == row.home_id)  # Merge: everybody reads there what is told
    matter = _matter(row)
    return _alike(work, matter, _open(work, matter, o.unit_id == row.unit_id, o.id != row.id, free))


def likely_same_as(work: Work, asker: Asker, order: Order) -> tuple[Order, ...]:
    """The same as this asker may see them; none for an order that is closed."""
    row = work.conn.execute(_columns().where(t.work_order.c.id == order.id)).first()
    if row is None or order.state == "closed":
        return ()
    found = (order_by_id(work, asker, order_id) for order_id in likely_same(work, row))
    return tuple(one for one in found if one is not None)


def _columns() -> Any:
    o = t.work_order.c
    return select(
        o.id, o.number, o.estate_id, o.building_id, o.thing, o.category, o.public_part, o.home_id, o.unit_id
    ).order_by(o.id.desc())


def _lately(work: Work) -> tuple[ColumnElement[bool], ...]:
    o = t.work_order.c
    since = work.now - timedelta(days=work.limits["duplicate_days"])
    return o.state != "closed", o.opened_at > since


def _open(work: Work, matter: Matter, *where: ColumnElement[bool]) -> Iterable[Any]:
    """The newest open orders that may be alike at all: there, or about the same thing in the estate."""
    o = t.work_order.c
    there = or_(o.building_id == matter.building_id, o.thing == matter.thing)
    rows = _columns().where(o.estate_id == matter.estate_id, there, *_lately(work), *where)
    found: Iterable[Any] = work.conn.execute(rows.limit(MOST)).all()
    return found


def _alike(work: Work, matter: Matter, rows: Iterable[Any]) -> Iterator[Any]:
    public = work.limits["public_things"]
    return (row for row in rows if same_matter(matter, _matter(row), public))


def _matter(row: Any) -> Matter:
    return Matter(row.estate_id, row.building_id, row.thing, row.category, row.public_part)
