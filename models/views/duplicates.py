"""Open orders that are likely of the same thing: for a resident who may join, and for staff who may merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, or_, select

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
    rows = _open(work, matter, _SHARED)
    found = next(_alike(work, matter, [row for row in rows if is_shared(_matter(row), things)]), None)
    return order_shown(work, found.id, Resident(0, 0)) if found is not None else None


def own_order_at(
    work: Work, asker: Resident, *, home_id: int, category: str, thing: str | None = None
) -> Order | None:
    """The newest open order that this account follows about the same thing in the same home."""
    matter = Matter(None, None, thing, category)
    asked = {"home": home_id, "since": _since(work), "follower": asker.account_id}
    rows = work.run(_OWN, asked)
    found = next((row.id for row in rows if same_at_home(matter, _matter(row))), None)
    return order_by_id(work, asker, found) if found is not None else None


def likely_same(work: Work, row: Any) -> tuple[int, ...]:
    """The ids of open orders of the same unit that an open order (its row) may be merged into, the newest first."""
    return tuple(one.id for one in _likely(work, row))


def likely_number(work: Work, row: Any) -> int | None:
    """The number of the newest of those that likely_same() gives; None when there is none."""
    return next((one.number for one in _likely(work, row)), None)


def _likely(work: Work, row: Any) -> Iterator[Any]:
    matter = _matter(row)
    rows = _open(work, matter, _OF_UNIT, {"unit": row.unit_id, "itself": row.id, "home": row.home_id})
    return _alike(work, matter, rows)


def likely_same_as(work: Work, asker: Asker, order: Order) -> tuple[Order, ...]:
    """The same as this asker may see them; none for an order that is closed."""
    row = work.conn.execute(_columns().where(t.work_order.c.id == order.id)).first()
    if row is None or order.state == "closed":
        return ()
    found = (order_by_id(work, asker, order_id) for order_id in likely_same(work, row))
    return tuple(one for one in found if one is not None)


def _columns() -> Select[Any]:
    o = t.work_order.c
    return select(
        o.id, o.number, o.estate_id, o.building_id, o.thing, o.category, o.public_part, o.home_id, o.unit_id
    ).order_by(o.id.desc())


def _lately() -> tuple[ColumnElement[bool], ...]:
    o = t.work_order.c
    return o.state != "closed", o.opened_at > bindparam("since")


def _since(work: Work) -> datetime:
    """Orders that were opened before are another matter."""
    return work.now - timedelta(days=int(work.limits["duplicate_days"]))


def _nearby(*where: ColumnElement[bool]) -> Select[Any]:
    """The newest open orders that may be alike at all: there, or about the same thing in the estate."""
    o = t.work_order.c
    there = or_(o.building_id == bindparam("building"), o.thing == bindparam("thing"))
    return _columns().where(o.estate_id == bindparam("estate"), there, *_lately(), *where).limit(MOST)


def _own() -> Select[Any]:
    o, f = t.work_order.c, t.order_follower.c
    mine = o.id.in_(select(f.work_order_id).where(f.account_id == bindparam("follower")))
    return _columns().where(o.home_id == bindparam("home"), *_lately(), mine)


def _of_unit() -> Select[Any]:
    o = t.work_order.c
    same_unit = o.unit_id.is_not_distinct_from(bindparam("unit", type_=t.Id))
    free = or_(o.home_id.is_(None), o.home_id == bindparam("home"))  # Merge: everybody reads what is told
    return _nearby(same_unit, o.id != bindparam("itself"), free)


# The statements of every report are built once.
_OWN, _OF_UNIT, _SHARED = _own(), _of_unit(), _nearby(t.work_order.c.home_id.is_(None))


def _open(
    work: Work, matter: Matter, statement: Select[Any], more: Mapping[str, Any] = MappingProxyType({})
) -> Iterable[Any]:
    asked = {"estate": matter.estate_id, "building": matter.building_id, "thing": matter.thing}
    found: Iterable[Any] = work.run(statement, {**asked, "since": _since(work), **more}).all()
    return found


def _alike(work: Work, matter: Matter, rows: Iterable[Any]) -> Iterator[Any]:
    public = work.limits["public_things"]
    return (row for row in rows if same_matter(matter, _matter(row), public))


def _matter(row: Any) -> Matter:
    return Matter(row.estate_id, row.building_id, row.thing, row.category, row.public_part)
