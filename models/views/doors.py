"""Door, name and phone of many orders at once, for whoever may see them and has said that they want them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from models import tables as t
from models.store import Work
from models.views.askers import User
from models.views.orders import Door, seen_by
from models.views.register import Home, select_homes

AT_ONCE = 500  # orders of one statement


def doors_of(work: Work, asker: User, order_ids: Sequence[int]) -> Mapping[int, Door]:
    """What is known of each of these orders that the asker sees, by the order's id; nothing for a firm.

    Whoever shows it writes an audit entry for each order.
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
    at = {row.home_id for row in rows if row.home_id is not None}
    homes = {row.id: Home(*row).door for row in work.conn.execute(select_homes().where(t.home.c.id.in_(at)))}
    for row in rows:
        name, phone = work.unseal(row.name_sealed), work.unseal(row.phone_sealed)
        yield row.id, Door(homes.get(row.home_id, ""), name, phone, "", "")
