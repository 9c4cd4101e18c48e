"""Where the privacy notice stands, and what stands in the way of erasing somebody."""

from __future__ import annotations

from sqlalchemy import func, select

from models import tables as t
from models.store import Work


def notice_link(work: Work) -> str:
    """The page with the whole notice; empty when people cannot reach this server by any address."""
    base = work.limits["public_url"]
    return f"{base}/privacy" if base else ""


def open_order_count(work: Work, person_id: int) -> int:
    """How many of the orders that this person reported are not closed."""
    o = t.work_order.c
    mine = select(func.count()).where(o.reporter_id == person_id, o.state != "closed")
    return int(work.conn.execute(mine).scalar_one())
