"""PostgreSQL: a meal is handed out, missed or not delivered while its diner's account is in other hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import update

from models import tables as t
from models.actions.deliveries import NotDelivered
from models.actions.kitchen import Freeze, MissMeals, ServeMeal
from models.actions.meal_in_hand import Account, By
from models.actions.meal_money import PayAtCounter
from models.store import Work
from tests.kitchen.scene import Lunch
from tests.models.test_lock_order import other
from tests.town import LIMITS

__all__ = ["other"]


@pytest.fixture
def counter(lunch: Lunch) -> Lunch:
    """One meal is fetched and paid there, one goes to the door and is paid; what nobody takes is paid back."""
    lunch.town.store.limits = {**LIMITS, "no_show_refund": True}
    lunch.order(1)
    lunch.order(1, how="delivery", pays="balance", paid_at=lunch.town.clock.now())
    lunch.at(9, 30)
    lunch.town.do(Freeze(lunch.menu, 0))
    lunch.at(12)
    return lunch


def serve(lunch: Lunch) -> ServeMeal:
    return ServeMeal(lunch.codes[0], worker_id=lunch.town.planted.workers["李华"])


@contextmanager
def changing(lunch: Lunch, order: int, pay_cents: int) -> Iterator[Work]:
    """Somebody changes that order to one of that price, and has not done yet."""
    row = lunch.town.rows(t.meal_order, id=order)[0]
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        account = Account.lock(work, row.person_id)
        assert account is not None
        sums = {"price_cents": pay_cents, "pay_cents": pay_cents}
        work.conn.execute(update(t.meal_order).where(t.meal_order.c.id == order).values(sums))
        if row.paid_at:
            account.enter("change", row.pay_cents - pay_cents, By("console", 1), order)
        yield work


def entries(lunch: Lunch, order: int) -> list[tuple[str, int]]:
    return [(row.kind, row.cents) for row in lunch.town.rows(t.meal_entry, meal_order_id=order)]


def test_what_was_just_paid_is_not_collected_again(counter: Lunch, other: Any) -> None:
    with counter.town.store.work(counter.town.clock.now()) as work:
        assert PayAtCounter(1, "console", 1).run(work)["ok"]
        serving = other(serve(counter).run)
    done = serving.result()
    assert (done["ok"], done["collect_cents"]) == (True, 0)
    assert entries(counter, 1) == [("counter", 1200), ("meal", -1200)]


def test_what_is_collected_is_the_price_after_a_change(counter: Lunch, other: Any) -> None:
    with changing(counter, 1, 2400):
        serving = other(serve(counter).run)
    assert serving.result()["collect_cents"] == 2400
    assert entries(counter, 1) == [("counter", 2400), ("meal", -2400)]


def test_what_was_not_delivered_goes_back_as_it_was_changed(counter: Lunch, other: Any) -> None:
    missed = NotDelivered(2, "家里没人", worker_id=counter.town.planted.workers["李华"])
    with changing(counter, 2, 500):
        noting = other(missed.run)
    assert noting.result()["ok"]
    assert entries(counter, 2) == [("change", 700), ("refund", 500)]


def test_who_pays_while_the_meal_is_over_gets_it_back(counter: Lunch, other: Any) -> None:
    counter.at(14)
    with counter.town.store.work(counter.town.clock.now()) as work:
        assert PayAtCounter(1, "console", 1).run(work)["ok"]
        missing = other(MissMeals(counter.menu).run)
    assert missing.result()["missed"] == 1
    assert entries(counter, 1) == [("counter", 1200), ("meal", -1200), ("refund", 1200)]
