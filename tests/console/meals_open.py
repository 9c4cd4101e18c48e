"""Menus from which a clerk can order for somebody."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from models import tables as t
from tests.console.apart import apart
from tests.console.conftest import NOW, Console, Visitor
from tests.console.reading import Page

__all__ = ["apart"]

FRIDAY = "2026-11-20"
FOR = "/console/meals/for/1"
ORDER = "/console/meals/orders/5001"


@pytest.fixture
def open_menus(apart: Console) -> Console:
    """Both menus are published, nobody has ordered."""
    with apart.store.work(NOW) as work:
        for table in (t.meal_order_dish, t.meal_subsidy, t.meal_order, t.kitchen_count):
            work.conn.execute(delete(table))
        work.conn.execute(update(t.menu).values(state="published", taken=0, version=0, frozen_at=None))
        work.conn.execute(update(t.menu_dish).values(taken=0))
        work.conn.execute(update(t.dish).values(name="红烧肉", ingredients="猪肉"))
        work.conn.execute(update(t.person).where(t.person.c.id == 1).values(name_sealed=work.seal("张大妈")))
    return apart


@pytest.fixture
def clerk(open_menus: Console) -> Visitor:
    return open_menus.signed_in("she1")


def ordered(clerk: Visitor, **more: str) -> Page:
    clerk.open(FOR)
    return clerk.send(FOR, menu="1", count_1="2", do="place", **more)
