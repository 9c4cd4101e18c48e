"""Several pairs of hands on one order: whoever holds it leads, and can close it once all who help have finished.

They are colleagues, or people of another unit whom the holder or the console asks (models.actions.helpers_elsewhere).
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.authority import in_charge, name_of, worker_row
from models.actions.dispatch import crew_of
from models.actions.helpers_elsewhere import find_hand, own_name, people_of, units_that_help
from models.actions.order_in_hand import OrderInHand
from models.actions.transfer import colleagues
from models.actions.worker_photos import Photos, add_photos
from models.rules.dispatch import Hands, stand_in
from models.rules.names import read_name
from models.rules.orders import Refusal, Why
from models.store import Work

# What is told to the unit in charge and to the helper's when these are two.
ELSEWHERE = {
    "order_helper": ("order_helper_asked", "order_helper_elsewhere"),
    "order_helper_dismissed": ("order_helper_dismissed", "order_helper_let_go"),
}


def helping(order: OrderInHand) -> dict[int, str]:
    """Who helps and has not finished, by id; of another unit by its name too: 和平社区居委会 吴芳."""
    h, w, u = t.order_helper.c, t.worker.c, t.handling_unit.c
    query = select(w.id, w.name, w.unit_id, u.name.label("unit"))
    joined = query.join_from(t.order_helper, t.worker).join(t.handling_unit, u.id == w.unit_id)
    undone = joined.where(h.work_order_id == order.row.id, h.done_at.is_(None)).order_by(h.id)
    ours = order.row.unit_id
    rows = order.work.conn.execute(undone)
    return {row.id: row.name if row.unit_id == ours else f"{row.unit} {row.name}" for row in rows}


def waits_for_helpers(order: OrderInHand) -> Refusal | None:
    """Why the order cannot be closed yet: somebody who helps has not finished."""
    names = "、".join(helping(order).values())
    return Refusal(Why.HELPERS, number=order.row.number, names=names) if names else None


def free_hands(order: OrderInHand, worker_id: int) -> dict[int, str]:
    """Who could be called to help now by this worker, by id: colleagues first, then people of other units."""
    units, helps = units_that_help(order, "worker", worker_id), helping(order)
    crew = {**crew_of(order.work, order.row.unit_id)}
    for unit_id in units:
        crew |= crew_of(order.work, unit_id)
    people = colleagues(order) | people_of(order, units)
    return {one: name for one, name in people.items() if _not_free(order, crew, helps, one) is None}


def _not_free(
    order: OrderInHand, crew: Mapping[int, Hands], helps: Container[int], worker_id: int
) -> Refusal | None:
    number, now, name = order.row.number, order.work.now, crew[worker_id].name
    if worker_id in helps:
        return Refusal(Why.ALREADY, number=number, by=name)
    if crew[worker_id].leave(now):
        found = stand_in(crew, worker_id, now)
        return Refusal(Why.AWAY, number=number, by=name, substitute=crew[found].name if found else "")
    return None


def no_part(order: OrderInHand, worker_id: int) -> Refusal | None:
    """Why this worker has no part in it that they could finish; None when they have."""
    refusal = order.refusal("helped", "worker")
    if refusal or worker_id in helping(order):
        return refusal
    return Refusal(Why.NOT_YOURS, number=order.row.number, by=order.holder_name())


@dataclass(frozen=True, slots=True)
class AddHelper:
    """Somebody helps: the one of `worker_id`, or whom `words` begin with; the rest is said along.

    A colleague of the unit is called by whoever holds the order, a colleague on duty, or the console (`by`, `by_id`);
    somebody of another unit, by its name and theirs, by the holder and the console (units_that_help).
    Refusals: not_found (names), away (by, substitute), already.
    """

    order_id: int
    by: str  # worker, console
    by_id: int
    words: str = ""
    worker_id: int | None = None
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"helper"}. Whoever had finished may be called again."""
        order = in_charge(work, self.order_id, "help", self.by, self.by_id)
        if isinstance(order, Refusal):
            return order
        found = self._found(order, units_that_help(order, self.by, self.by_id))
        if isinstance(found, Refusal):
            return found
        worker_id, name, words = found
        unit_id = worker_row(work, worker_id).unit_id
        refusal = _not_free(order, crew_of(work, unit_id), helping(order), worker_id)
        if refusal:
            return refusal
        self._add(order, worker_id, name, words)
        return order.done(helper=name)

    def _found(self, order: OrderInHand, units: dict[int, str]) -> tuple[int, str, str] | Refusal:
        """Who is meant, their name as the lead's unit reads it, and what else is said."""
        if self.worker_id is None:
            return find_hand(order, self.words, units)
        people = colleagues(order) | people_of(order, units)
        if self.worker_id not in people:
            return Refusal(Why.NOT_FOUND, number=order.row.number, names="、".join(people.values()))
        return self.worker_id, people[self.worker_id], self.words

    def _add(self, order: OrderInHand, worker_id: int, name: str, words: str) -> None:
        work, h = order.work, t.order_helper.c
        row = {"work_order_id": order.row.id, "worker_id": worker_id, "made_at": work.now}
        if not work.made(t.order_helper, row):
            again = update(t.order_helper).where(h.work_order_id == order.row.id, h.worker_id == worker_id)
            work.conn.execute(again.values(done_at=None))
        facts = {"worker_id": worker_id, "helper": name}
        order.write("help", self.by, self.by_id, words=words, facts=facts, origin=self.source)
        said = {"words": order.masked(words)}
        _tell(order, "order_helper", worker_id, name, (self.by, self.by_id), **said)


@dataclass(frozen=True, slots=True)
class DismissHelper:
    """Somebody who helps is not needed after all: closing no longer waits for them."""

    order_id: int
    by: str  # worker, console
    by_id: int
    words: str = ""
    worker_id: int | None = None
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"helper"}. Refusal: not_found (names)."""
        order = in_charge(work, self.order_id, "dismiss", self.by, self.by_id)
        if isinstance(order, Refusal):
            return order
        people = helping(order)
        worker_id = self.worker_id or _meant(self.words, people)
        if worker_id not in people:
            return Refusal(Why.NOT_FOUND, number=order.row.number, names="、".join(people.values()))
        name = people[worker_id]
        _end(order, worker_id)
        facts = {"worker_id": worker_id, "helper": name}
        order.write("dismiss", self.by, self.by_id, facts=facts, origin=self.source)
        _tell(order, "order_helper_dismissed", worker_id, name, (self.by, self.by_id))
        return order.done(helper=name)


def _meant(words: str, people: Mapping[int, str]) -> int | None:
    """Whom the words begin with, by the whole name or as their own unit calls them; None unless it is one."""
    for names in (people, {one: own_name(name) for one, name in people.items()}):
        found, _ = read_name(words, names)
        if len(found) == 1:
            return found[0]
    return None


def _tell(
    order: OrderInHand, kind: str, worker_id: int, name: str, giver: tuple[str, int], **said: Any
) -> None:
    """Tell the unit in charge, and the helper's own where that is another one."""
    work, (by, by_id) = order.work, giver
    said["given_by"] = name_of(work, by, by_id)
    unit_id = worker_row(work, worker_id).unit_id
    if unit_id == order.row.unit_id:
        order.tell_groups(kind, mention=worker_id, helper=name, **said)
        return
    ours, theirs = ELSEWHERE[kind]
    order.tell_groups(ours, helper=name, **said)
    if by == "worker":
        said["given_by"] = f"{order.facts()['unit']} {said['given_by']}"
    order.tell_groups(theirs, mention=worker_id, unit_id=unit_id, helper=own_name(name), **said)


@dataclass(frozen=True, slots=True)
class HelperDone:
    """Somebody who helps has finished their part, with a result in words or a photo. Finish leads here too."""

    order_id: int
    worker_id: int
    words: str
    media: Photos = ()
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"part": True, "left", "elsewhere"}: who has not finished, whether the order is another unit's."""
        order = OrderInHand.take(work, self.order_id)
        if order is None:
            return Refusal(Why.UNKNOWN)
        refusal = no_part(order, self.worker_id)
        if refusal:
            return refusal
        people = helping(order)
        if not self.words.strip() and not self.media:
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        elsewhere = worker_row(work, self.worker_id).unit_id != order.row.unit_id
        photos = add_photos(order, self.worker_id, self.media, self.source)
        _end(order, self.worker_id)
        facts = {"photos": photos}
        order.write("helped", "worker", self.worker_id, words=self.words, facts=facts, origin=self.source)
        left = "、".join(name for worker_id, name in people.items() if worker_id != self.worker_id)
        said: dict[str, Any] = {
            "helper": people[self.worker_id],
            "words": order.masked(self.words),
            "left": left,
        }
        order.tell_groups("order_helper_done", mention=order.row.holder_id, **said)
        return order.done(part=True, left=left, elsewhere=elsewhere)


def _end(order: OrderInHand, worker_id: int) -> None:
    h = t.order_helper.c
    this = update(t.order_helper).where(h.work_order_id == order.row.id, h.worker_id == worker_id)
    order.work.conn.execute(this.values(done_at=order.work.now))
