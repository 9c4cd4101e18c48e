"""Several pairs of hands on one order: whoever holds it leads, and can close it once all who help have finished."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.authority import in_charge, name_of
from models.actions.dispatch import crew_of
from models.actions.order_in_hand import OrderInHand
from models.actions.transfer import colleagues
from models.actions.worker_photos import Photos, add_photos
from models.rules.dispatch import Hands, stand_in
from models.rules.names import read_name
from models.rules.orders import Refusal, Why
from models.store import Work


def helping(order: OrderInHand) -> dict[int, str]:
    """Who helps and has not finished, by id."""
    h, w = t.order_helper.c, t.worker.c
    query = select(w.id, w.name).join_from(t.order_helper, t.worker)
    undone = query.where(h.work_order_id == order.row.id, h.done_at.is_(None)).order_by(h.id)
    return {row.id: row.name for row in order.work.conn.execute(undone)}


def waits_for_helpers(order: OrderInHand) -> Refusal | None:
    """Why the order cannot be closed yet: somebody who helps has not finished."""
    names = "、".join(helping(order).values())
    return Refusal(Why.HELPERS, number=order.row.number, names=names) if names else None


def free_hands(order: OrderInHand) -> dict[int, str]:
    """The colleagues who could be called to help now, by id."""
    crew, helps = crew_of(order.work, order.row.unit_id), helping(order)
    people = colleagues(order).items()
    return {one: name for one, name in people if _not_free(order, crew, helps, one) is None}


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


def _found(
    work: Work,
    action: AddHelper | DismissHelper,
    step: str,
    among: Callable[[OrderInHand], dict[int, str]],
) -> tuple[OrderInHand, dict[int, str], int, str] | Refusal:
    """The order, the people it is `among`, the one who was chosen or whom the words begin with, what else is said."""
    order = in_charge(work, action.order_id, step, action.by, action.by_id)
    if isinstance(order, Refusal):
        return order
    people, words = among(order), action.words
    found, rest = ((action.worker_id,), words) if action.worker_id else read_name(words, people)
    if len(found) != 1 or found[0] not in people:
        return Refusal(Why.NOT_FOUND, number=order.row.number, names="、".join(people.values()))
    return order, people, found[0], rest


@dataclass(frozen=True, slots=True)
class AddHelper:
    """A colleague of the unit helps: the one of `worker_id`, or whom `words` begin with; the rest is said along.

    By whoever holds the order, a colleague on duty, or the console (`by`, `by_id`). Refusals: not_found (names),
    away (by, substitute), already.
    """

    order_id: int
    by: str  # worker, console
    by_id: int
    words: str = ""
    worker_id: int | None = None
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"helper"}. Whoever had finished may be called again."""
        found = _found(work, self, "help", colleagues)
        if isinstance(found, Refusal):
            return found
        order, people, worker_id, words = found
        refusal = _not_free(order, crew_of(work, order.row.unit_id), helping(order), worker_id)
        if refusal:
            return refusal
        self._add(order, worker_id, people[worker_id], words)
        return order.done(helper=people[worker_id])

    def _add(self, order: OrderInHand, worker_id: int, name: str, words: str) -> None:
        work, h = order.work, t.order_helper.c
        row = {"work_order_id": order.row.id, "worker_id": worker_id, "made_at": work.now}
        if not work.made(t.order_helper, row):
            again = update(t.order_helper).where(h.work_order_id == order.row.id, h.worker_id == worker_id)
            work.conn.execute(again.values(done_at=None))
        facts = {"worker_id": worker_id, "helper": name}
        order.write("help", self.by, self.by_id, words=words, facts=facts, origin=self.source)
        said: dict[str, Any] = {
            "helper": name,
            "given_by": name_of(work, self.by, self.by_id),
            "words": order.masked(words),
        }
        order.tell_groups("order_helper", mention=worker_id, **said)


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
        """Gives {"helper"}."""
        found = _found(work, self, "dismiss", helping)
        if isinstance(found, Refusal):
            return found
        order, people, worker_id, _ = found
        _end(order, worker_id)
        facts = {"worker_id": worker_id, "helper": people[worker_id]}
        order.write("dismiss", self.by, self.by_id, facts=facts, origin=self.source)
        said: dict[str, Any] = {"helper": people[worker_id], "given_by": name_of(work, self.by, self.by_id)}
        order.tell_groups("order_helper_dismissed", mention=worker_id, **said)
        return order.done(helper=people[worker_id])


@dataclass(frozen=True, slots=True)
class HelperDone:
    """Somebody who helps has finished their part, with a result in words or a photo. Finish leads here too."""

    order_id: int
    worker_id: int
    words: str
    media: Photos = ()
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"part": True, "left"}: the names of those who have not finished."""
        order = OrderInHand.take(work, self.order_id)
        if order is None:
            return Refusal(Why.UNKNOWN)
        refusal = no_part(order, self.worker_id)
        if refusal:
            return refusal
        people = helping(order)
        if not self.words.strip() and not self.media:
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
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
        return order.done(part=True, left=left)


def _end(order: OrderInHand, worker_id: int) -> None:
    h = t.order_helper.c
    this = update(t.order_helper).where(h.work_order_id == order.row.id, h.worker_id == worker_id)
    order.work.conn.execute(this.values(done_at=order.work.now))
