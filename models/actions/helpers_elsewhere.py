"""Help from another unit: who may ask for it, and whom the words of whoever asks mean."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from models import tables as t
from models.actions.desk import givable
from models.actions.order_in_hand import OrderInHand
from models.actions.transfer import colleagues, units_of
from models.rules.names import read_name
from models.rules.orders import Refusal, Why


def units_that_help(order: OrderInHand, by: str, by_id: int) -> dict[int, str]:
    """The other units somebody may be called from, by id.

    By whoever holds the order: those it may be given to. By the console: those to whose workers the user may give it.
    A colleague on duty acts for the holder within the unit alone.
    """
    if by == "worker":
        return units_of(order) if order.row.holder_id == by_id else {}
    units = givable(order.work, by_id, order.row.id)
    return {one: name for one, name in units.items() if one != order.row.unit_id}


def people_of(order: OrderInHand, unit_ids: Iterable[int]) -> dict[int, str]:
    """Who works in these units, by id, as another unit calls them: 和平社区居委会 吴芳."""
    w, u = t.worker.c, t.handling_unit.c
    query = select(w.id, w.name, u.name.label("unit")).join_from(t.worker, t.handling_unit)
    rows = order.work.conn.execute(query.where(w.unit_id.in_(unit_ids), w.active).order_by(w.unit_id, w.id))
    return {row.id: f"{row.unit} {row.name}" for row in rows}


def find_hand(order: OrderInHand, words: str, units: dict[int, str]) -> tuple[int, str, str] | Refusal:
    """Whom `words` begin with: a colleague, or one of `units` and somebody's name there. Id, name, other words."""
    people = colleagues(order)
    names = {("worker", key): name for key, name in people.items()}
    names |= {("unit", key): name for key, name in units.items()}
    found, rest = read_name(words, names)
    if len(found) != 1:
        return Refusal(Why.NOT_FOUND, number=order.row.number, names="、".join(names.values()))
    kind, key = found[0]
    if kind == "worker":
        return key, people[key], rest
    theirs = people_of(order, (key,))
    hand, rest = read_name(rest, {one: own_name(name) for one, name in theirs.items()})
    if len(hand) != 1:
        return Refusal(Why.NOT_FOUND, number=order.row.number, names="、".join(theirs.values()))
    return hand[0], theirs[hand[0]], rest


def own_name(called: str) -> str:
    """A person's name as their own unit calls them."""
    return called.rpartition(" ")[2]
