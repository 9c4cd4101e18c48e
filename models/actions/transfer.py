"""An order goes on to a colleague or to another unit, with everybody told who had it and who has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models import tables as t
from models.actions.authority import in_charge, is_on_duty, name_of, worker_row
from models.actions.desk import may_give, may_pass_on
from models.actions.dispatch import crew_of, place_in_hands, task_of
from models.actions.order_in_hand import OrderInHand
from models.actions.routing import Region
from models.rules.dispatch import has_room, stand_in
from models.rules.names import read_name
from models.rules.orders import Refusal, Why
from models.rules.routing import chain
from models.store import Work


@dataclass(frozen=True, slots=True)
class Target:
    """Who gets it: a worker of the same unit, or another unit. `words` are those after the name."""

    worker_id: int | None = None
    unit_id: int | None = None
    words: str = ""


def find_target(order: OrderInHand, words: str) -> Target | Refusal:
    """Whom `words` begin with: a colleague, or a unit that may get the order."""
    people, units = colleagues(order), units_of(order)
    names = {("worker", key): name for key, name in people.items()}
    names |= {("unit", key): name for key, name in units.items()}
    found, rest = read_name(words, names)
    if len(found) != 1:
        return Refusal(Why.NOT_FOUND, number=order.row.number, names="、".join(names.values()))
    kind, key = found[0]
    return Target(worker_id=key, words=rest) if kind == "worker" else Target(unit_id=key, words=rest)


def takers(order: OrderInHand) -> dict[tuple[str, int], str]:
    """Who would get it now if a worker named them: ("worker", id) and ("unit", id), with their names."""
    crew, task, now = crew_of(order.work, order.row.unit_id), task_of(order), order.work.now
    there = {one for one, hands in crew.items() if not hands.leave(now) and has_room(hands, task)}
    people = {("worker", one): name for one, name in colleagues(order).items() if one in there}
    return people | {("unit", one): name for one, name in units_of(order).items()}


def no_transfer(order: OrderInHand, on_duty: bool) -> Refusal | None:
    """Why a worker may not give on an order of their unit: what waits is given by whoever is on duty."""
    if order.row.state == "waiting" and not on_duty:
        return Refusal(Why.NOT_CLAIMED, number=order.row.number)
    return None


def colleagues(order: OrderInHand) -> dict[int, str]:
    """The other people of the unit in charge, by id."""
    w = t.worker.c
    query = select(w.id, w.name).where(w.unit_id == order.row.unit_id, w.active).order_by(w.id)
    return {row.id: row.name for row in order.work.conn.execute(query) if row.id != order.row.holder_id}


def units_for(work: Work, estate_id: int | None, unit_id: int | None) -> dict[int, str]:
    """The other units that may get what `unit_id` has now, by id.

    Those of the estate's routes and of the chain above, if they hear.
    """
    region = Region.of(work, estate_id)
    serve = {one.unit_id for one in region.routes}
    above = chain(region.units, region.levels, unit_id, region.estates_unit_id)
    ids = ((serve | set(above)) & region.reachable) - {unit_id}
    u = t.handling_unit.c
    query = select(u.id, u.name).where(u.id.in_(ids)).order_by(u.id)
    return {one.id: one.name for one in work.conn.execute(query)}


def units_of(order: OrderInHand) -> dict[int, str]:
    """The other units that may get this order, by id."""
    return units_for(order.work, order.row.estate_id, order.row.unit_id)


@dataclass(frozen=True, slots=True)
class Transfer:
    """Give an order on: to the worker or unit of that id, or to whomever `words` begin with; the rest is said along.

    By whoever holds it, a colleague on duty, or the console (`by`, `by_id`). Gives {"worker", "unit"}: who has it
    now, worker empty when it waits there. Refusals: not_found (names), full (by, cap), away (by, substitute),
    already.
    """

    order_id: int
    by: str  # worker, console
    by_id: int
    words: str = ""
    to_worker_id: int | None = None
    to_unit_id: int | None = None
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """The old and the new hands and everybody who follows it are told."""
        order = in_charge(work, self.order_id, "transfer", self.by, self.by_id)
        if isinstance(order, Refusal):
            return order
        refusal = no_transfer(order, self.by != "worker" or _is_on_duty(work, self.by_id))
        if refusal:
            return refusal
        target: Target | Refusal = Target(self.to_worker_id, self.to_unit_id, self.words)
        if self.to_worker_id is None and self.to_unit_id is None:
            target = find_target(order, self.words)
        if isinstance(target, Refusal):
            return target
        return hand_on(order, target, Giver("transfer", self.by, self.by_id, self.source))


def _is_on_duty(work: Work, worker_id: int) -> bool:
    worker = worker_row(work, worker_id)
    return worker is not None and is_on_duty(work, worker)


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gives an order on, by which step of the table."""

    step: str
    by: str
    by_id: int
    source: str = ""

    def name(self, work: Work) -> str:
        """As the groups read it."""
        return name_of(work, self.by, self.by_id)

    def gave_up(self, holder_id: int | None) -> dict[str, Any]:
        """Whose hands a return took it out of, as the ledger keeps it: they do not get it again."""
        return {"gave_up_id": holder_id} if self.step == "return" else {}


def hand_on(order: OrderInHand, target: Target, giver: Giver, **counts: Any) -> dict[str, Any]:
    """Give the order to the target. `counts`: more columns of the order that change."""
    if target.worker_id is not None:
        return _to_worker(order, target, giver, counts)
    return _to_unit(order, target, giver, counts)


def _to_worker(order: OrderInHand, target: Target, giver: Giver, counts: dict[str, Any]) -> dict[str, Any]:
    work, number = order.work, order.row.number
    worker = worker_row(work, target.worker_id or 0, lock=True)
    refusal = _worker_refused(order, worker, giver)
    if refusal:
        return refusal
    before, old_unit, holder_id = order.facts()["unit"], order.row.unit_id, order.row.holder_id
    held = {"state": "claimed", "holder_id": worker.id, "unit_id": worker.unit_id, "claimed_at": work.now}
    facts = {"worker_id": worker.id, "worker": worker.name} | giver.gave_up(holder_id)
    order.write(
        giver.step,
        giver.by,
        giver.by_id,
        {**held, "arrived_at": None, **counts},
        words=target.words,
        facts=facts,
        origin=giver.source,
    )
    order.wait_for_arrival()
    said = {"from_unit": before, "given_by": giver.name(work), "words": order.masked(target.words)}
    visit: dict[str, Any] = {"visit": order.visit()} if order.row.visit_at else {}
    mention = [worker.id, *([holder_id] if holder_id and worker.unit_id == order.row.unit_id else [])]
    order.tell_groups("order_transferred", mention=mention, **said, **visit)
    order.tell_followers("order_assigned_resident")
    order.tell_left(old_unit, mention=holder_id, from_unit=before, words=said["words"])
    return order.done(worker=worker.name, unit=order.facts()["unit"], number=number)


def _worker_refused(order: OrderInHand, worker: Any, giver: Giver) -> Refusal | None:
    work, number = order.work, order.row.number
    if worker is None:
        return Refusal(Why.UNKNOWN, number=number)
    theirs = worker.unit_id == order.row.unit_id
    if not theirs and not (
        giver.by == "console" and may_give(work, giver.by_id, order.row.id, worker.unit_id)
    ):
        return Refusal(Why.NOT_YOUR_UNIT, number=number)
    if order.row.holder_id == worker.id:
        return Refusal(Why.ALREADY, number=number, by=worker.name)
    crew = crew_of(work, worker.unit_id)
    if crew[worker.id].leave(work.now):
        found = stand_in(crew, worker.id, work.now)
        substitute = crew[found].name if found is not None else ""
        return Refusal(Why.AWAY, number=number, by=worker.name, substitute=substitute)
    if not has_room(crew[worker.id], task_of(order)):
        return Refusal(Why.FULL, number=number, by=worker.name, cap=worker.cap)
    return None


def _to_unit(order: OrderInHand, target: Target, giver: Giver, counts: dict[str, Any]) -> dict[str, Any]:
    work = order.work
    if target.unit_id == order.row.unit_id:
        return Refusal(Why.ALREADY, number=order.row.number)
    foreign = giver.by == "console" and not may_pass_on(work, giver.by_id)
    units = units_of(order)
    if foreign or target.unit_id is None or target.unit_id not in units:
        return Refusal(Why.NOT_YOUR_UNIT, number=order.row.number)
    before, old_unit, holder_id = order.facts()["unit"], order.row.unit_id, order.row.holder_id
    region = Region.of(work, order.row.estate_id)
    above = chain(region.units, region.levels, old_unit, region.estates_unit_id)
    up = above.index(target.unit_id) if target.unit_id in above else 0
    free = {"state": "waiting", "holder_id": None, "claimed_at": None, "arrived_at": None}
    moved = {**free, "unit_id": target.unit_id, "level": order.row.level + up, **counts}
    unit = units[target.unit_id]
    facts = {"from_unit": before, "unit": unit} | giver.gave_up(holder_id)
    order.write(
        giver.step, giver.by, giver.by_id, moved, words=target.words, facts=facts, origin=giver.source
    )
    said = {"from_unit": before, "words": order.masked(target.words)}
    named = {("returned_by" if giver.step == "return" else "given_by"): giver.name(work)}
    if not place_in_hands(order, region, **said, **named):
        order.tell_followers("order_returned")
    order.tell_left(old_unit, mention=holder_id, **said)
    return order.done(worker=order.holder_name() if order.row.holder_id else "", unit=unit)
