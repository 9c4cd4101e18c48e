"""Door, name and phone of an order: where to go and whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from models import tables as t
from models.store import Work
from models.views.askers import Asker, Resident, Staff, User
from models.views.orders import order_by_id, seen_by
from models.views.register import Home, select_homes

AT_ONCE = 500  # orders of one statement


@dataclass(frozen=True, slots=True)
class Door:
    """Where to go and whom to call. Empty strings for what is not known."""

    door: str
    name: str
    phone: str
    latitude: str
    longitude: str


def door_of(work: Work, asker: Asker, order_id: int) -> Door | None:
    """Door, name and phone: only for the worker who holds the open order, and for the console.

    Whoever shows it writes an audit entry (models.actions.desk.Audit) each time.
    """
    order = order_by_id(work, asker, order_id)
    if order is None or isinstance(asker, Resident) or (isinstance(asker, Staff) and not order.mine):
        return None
    o, p = t.work_order.c, t.person.c
    query = (
        select(o.id, o.home_id, o.latitude, o.longitude, p.name_sealed, p.phone_sealed)
        .select_from(t.work_order)
        .outerjoin(t.person, p.id == o.reporter_id)
        .where(o.id == order_id)
    )
    row = work.conn.execute(query).one()
    return Door(
        door=_doors(work, {row.id: row.home_id})[row.id],
        name=work.unseal(row.name_sealed),
        phone=work.unseal(row.phone_sealed),
        latitude=row.latitude or "",
        longitude=row.longitude or "",
    )


def doors_of(work: Work, asker: User, order_ids: Sequence[int]) -> Mapping[int, Door]:
    """What is known of each of these orders that the asker sees, by the order's id; nothing for a firm.

    For whoever has said that they want it of many at once. Whoever shows it writes an audit entry for each order.
    """
    if asker.is_firm:
        return {}
    starts = range(0, len(order_ids), AT_ONCE)
    return dict(one for n in starts for one in _some(work, asker, order_ids[n : n + AT_ONCE]))


def _some(work: Work, asker: User, order_ids: Sequence[int]) -> Iterator[tuple[int, Door]]:
    o, p = t.work_order.c, t.person.c
    query = select(o.id, o.home_id, p.name_sealed, p.phone_sealed).outerjoin_from(
        t.work_order, t.person, p.id == o.reporter_id
    )
    rows = work.conn.execute(query.where(o.id.in_(order_ids), seen_by(asker))).all()
    doors = _doors(work, {row.id: row.home_id for row in rows})
    for row in rows:
        name, phone = work.unseal(row.name_sealed), work.unseal(row.phone_sealed)
        yield row.id, Door(doors[row.id], name, phone, "", "")


def _doors(work: Work, home_ids: Mapping[int, int | None]) -> dict[int, str]:
    """The door of each of these orders, by its id: the register's, else the one written; empty when there is none.

    `home_ids`: the home of each order.
    """
    at = {home_id for home_id in home_ids.values() if home_id is not None}
    homes = work.conn.execute(select_homes().where(t.home.c.id.in_(at))) if at else ()
    known = {row.id: Home(*row).door for row in homes}
    written = _written(work, [order_id for order_id, home_id in home_ids.items() if home_id is None])
    return {one: known[home_id] if home_id else written.get(one, "") for one, home_id in home_ids.items()}


def _written(work: Work, order_ids: Iterable[int]) -> dict[int, str]:
    """The door of each order as a resident wrote it last, where somebody did."""
    e = t.order_entry.c
    said = select(e.work_order_id, e.words, e.facts).where(
        e.work_order_id.in_(order_ids), e.step == "message"
    )
    rows = work.conn.execute(said.order_by(e.id)).all()
    return {row.work_order_id: row.words for row in rows if row.facts.get("door")}
