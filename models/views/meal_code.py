"""The page with which somebody fetches their meal: a signed address, good until a few hours after the meal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from models import tables as t
from models.rules.kitchen import code_text
from models.store import Work
from models.views.kitchen import dish_lines
from models.views.signing import ids_of, signed

PURPOSE = "meal"
AFTER = timedelta(hours=6)  # the meal's end


@dataclass(frozen=True, slots=True)
class MealCode:
    """What is shown at the counter. `text`: what the QR code says. `state`: placed, cancelled, served, no_show."""

    code: str
    text: str
    canteen: str
    address: str
    day: date
    meal: str
    starts_at: datetime
    ends_at: datetime
    dishes: tuple[str, ...]
    how: str
    state: str


def meal_code_link(work: Work, order_id: int) -> str:
    """The address to send to whoever ordered; empty where nobody reaches this server, or without an order."""
    m = t.menu.c
    ends = select(m.ends_at).join_from(t.meal_order, t.menu).where(t.meal_order.c.id == order_id)
    ends_at = work.conn.execute(ends).scalar() if work.limits["public_url"] else None
    if ends_at is None:
        return ""
    lasts = max(ends_at + AFTER - work.now, timedelta(0))
    return f"{work.limits['public_url']}/meal/{signed(work, PURPOSE, order_id, lasts=lasts)}"


def meal_code_of(work: Work, token: str) -> MealCode | None:
    """The meal behind a token; None when it is not ours or the meal is long over."""
    ids = ids_of(work, PURPOSE, token)
    o, m, c = t.meal_order.c, t.menu.c, t.canteen.c
    columns = (
        o.id,
        o.code,
        o.menu_id,
        c.name,
        c.address,
        m.day,
        m.meal,
        m.starts_at,
        m.ends_at,
        o.how,
        o.state,
    )
    query = select(*columns).join_from(t.meal_order, t.menu).join(t.canteen, c.id == m.canteen_id)
    row = work.conn.execute(query.where(o.id == ids[0])).first() if ids else None
    if row is None:
        return None
    return MealCode(
        row.code,
        code_text(row.menu_id, row.code),
        row.name,
        row.address,
        row.day,
        row.meal,
        row.starts_at,
        row.ends_at,
        dish_lines(work, [row.id])[row.id],
        row.how,
        row.state,
    )
