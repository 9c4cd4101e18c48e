"""An order finds its hands: claimed by whoever likes, assigned, or by turns, as the route of its unit says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import FromClause, Select, and_, func, select, update

from models import tables as t
from models.actions.order_in_hand import OrderInHand
from models.actions.routing import Region, today
from models.rules.dispatch import Hands, Leave, Task, candidates, has_duty, has_room, is_able, named, replaced
from models.rules.orders import HELD
from models.rules.routing import Route, most_specific
from models.store import Work
from models.views.duty import on_shift
from models.views.grids import officer_of

OPENS = ("open", "reopen")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who gets it (id, name, unit_id), locked until the transaction ends. `instead_of`: whose work they do."""

    worker: Any
    instead_of: str = ""


def hand_out(order: OrderInHand, region: Region, **why: Any) -> bool:
    """Give a waiting order to hands, if its unit's route says so and somebody is there; else it is to be claimed.

    Whoever gave it back does not get it again. `why`: more facts for the group.
    """
    row = order.row
    found = route_of(region, row.unit_id, row.estate_id, row.category, today(order.work))
    if found is None or order.row.unit_id not in region.reachable:
        return False
    chosen = None
    if found.mode == "round_robin":
        chosen = next_in_turn(order)
    elif found.mode == "assign":
        chosen = _appointed(order, found, region)
    if chosen is None:
        return False
    reason = "turn_of" if found.mode == "round_robin" else "charge_of"
    give(order, chosen, **why, **{reason: chosen.worker.name})
    return True


def place_in_hands(order: OrderInHand, region: Region, kind: str = "new_order", **why: Any) -> bool:
    """Hand the order out; where nobody gets it, tell the unit's groups with a message of `kind` and wait for a claim.

    Whether somebody got it, which its followers have then been told.
    """
    if hand_out(order, region, **why):
        return True
    order.wait_for_claim()
    order.tell_groups(kind, **why)
    return False


def give(order: OrderInHand, chosen: Chosen, **why: Any) -> None:
    """Assign the order to whoever was chosen, whose turn that was, and wait for them to come."""
    given = update(t.worker).where(t.worker.c.id == chosen.worker.id).values(given_at=order.work.now)
    order.work.conn.execute(given)
    assign(order, chosen.worker, "system", None, "", instead_of=chosen.instead_of, **why)
    order.wait_for_arrival()


def assign(order: OrderInHand, worker: Any, by: str, by_id: int | None, source: str, **why: Any) -> None:
    """Give the order to a worker: their group and the followers are told. `why`: facts for the group."""
    given = {"state": "claimed", "holder_id": worker.id, "unit_id": worker.unit_id}
    given |= {"claimed_at": order.work.now, "arrived_at": None}
    why = {name: value for name, value in why.items() if value}
    facts = {"worker_id": worker.id, "worker": worker.name, **why}
    order.write("assign", by, by_id, given, facts=facts, origin=source)
    order.tell_groups("order_assigned", mention=worker.id, **why)
    order.tell_followers("order_assigned_resident")


def next_in_turn(order: OrderInHand) -> Chosen | None:
    """Of the unit's people on duty the one whose turn it is (models.rules.dispatch.candidates).

    Nobody who gave it back: None where nobody else is there.
    """
    work, unit_id = order.work, order.row.unit_id
    if unit_id is None:
        return None
    crew, but = _locked_crew(work, unit_id), _gave_back(order)
    for worker_id in candidates(crew, unit_id, task_of(order), work.now):
        worker = _with_room(order, worker_id) if worker_id not in but else None
        if worker is not None:
            away = replaced(crew, worker_id, work.now)
            return Chosen(worker, crew[away].name if away is not None else "")
    return None


def _appointed(order: OrderInHand, found: Route, region: Region) -> Chosen | None:
    """Whom the route names, else the officer of the home's grid; while they are away, who stands in."""
    work = order.work
    worker_id = found.worker_id or officer_of(work, order.row.home_id, order.row.building_id)
    of_whom = select(t.worker.c.unit_id).where(t.worker.c.id == worker_id)
    unit_id = work.conn.execute(of_whom).scalar() if worker_id is not None else None
    if unit_id is None:
        return None
    crew = _locked_crew(work, unit_id)
    chosen_id = named(crew, worker_id, region.reachable, task_of(order), work.now)
    if chosen_id in _gave_back(order):
        return None
    worker = _with_room(order, chosen_id) if chosen_id is not None else None
    if worker is None:
        return None
    away = crew[worker_id].name if worker_id in crew and chosen_id != worker_id else ""
    return Chosen(worker, away)


def _gave_back(order: OrderInHand) -> frozenset[int]:
    """Who gave the order back, and in whose hands it was then, since it was opened (again)."""
    if not order.row.returns:
        return frozenset()
    e = t.order_entry.c
    of_order = e.work_order_id == order.row.id
    opened = select(func.max(e.id)).where(of_order, e.step.in_(OPENS)).scalar_subquery()
    rows = order.work.conn.execute(
        select(e.by_id, e.facts).where(of_order, e.id > opened, e.step == "return")
    ).all()
    return frozenset(one for row in rows for one in (row.by_id, row.facts.get("gave_up_id")) if one)


def task_of(order: OrderInHand) -> Task:
    """What of it decides who gets it."""
    over = int(order.work.limits["emergencies_over_cap"])
    return Task(order.row.category, order.row.estate_id, order.row.urgency == "emergency", over)


def route_of(
    region: Region, unit_id: int | None, estate_id: int | None, category: str, on: date
) -> Route | None:
    """The route of the unit in charge that says how it gets its orders."""
    mine = (one for one in region.routes if one.unit_id == unit_id)
    return most_specific(mine, estate_id, category, on)


def _with_room(order: OrderInHand, worker_id: int) -> Any:
    """The worker, locked, if they hold few enough once nobody can give them another one meanwhile."""
    w = t.worker.c
    # NO KEY UPDATE: rows that refer to the worker can be written by others meanwhile.
    this = select(w.id, w.name, w.unit_id, w.cap).where(w.id == worker_id, w.active)
    row = order.work.conn.execute(this.with_for_update(key_share=True)).first()
    if row is None:
        return None
    theirs = holding(t.work_order).where(t.work_order.c.holder_id == worker_id)
    holds = order.work.conn.execute(theirs).scalar_one()
    hands = Hands(row.id, "", row.unit_id, True, row.cap, holds)
    return row if has_room(hands, task_of(order)) else None


def holding(orders: FromClause) -> Select[Any]:
    """How many of the `orders` (work_order, or an alias of it) somebody holds; still without whom."""
    return select(func.count()).select_from(orders).where(orders.c.state.in_(HELD))


def is_outside(order: OrderInHand, worker: Any) -> bool:
    """Whether the order is none of this worker's skills or estates. Nobody minds in an emergency."""
    task, work = task_of(order), order.work
    if task.emergency:
        return False
    skills = _sets(work, t.worker_skill.c.worker_id, t.worker_skill.c.category, [worker.id])[worker.id]
    estates = _sets(work, t.worker_estate.c.worker_id, t.worker_estate.c.estate_id, [worker.id])[worker.id]
    theirs = frozenset(skills), frozenset(estates)
    return not is_able(Hands(worker.id, "", worker.unit_id, True, worker.cap, 0, None, *theirs), task)


def _locked_crew(work: Work, unit_id: int) -> dict[int, Hands]:
    """The unit's people. Turns are taken one after another: the unit's row is locked."""
    unit = select(t.handling_unit.c.id).where(t.handling_unit.c.id == unit_id)
    work.conn.execute(unit.with_for_update(key_share=True))
    return crew_of(work, unit_id)


def crew_of(work: Work, unit_id: int) -> dict[int, Hands]:
    """The active workers of a unit as dispatch sees them now."""
    w = t.worker.c
    holds = holding(t.work_order).where(t.work_order.c.holder_id == w.id).scalar_subquery()
    columns = (w.id, w.name, w.on_duty, w.cap, w.given_at, holds.label("holds"))
    rows = work.conn.execute(select(*columns).where(w.unit_id == unit_id, w.active).order_by(w.id)).all()
    ids = [row.id for row in rows]
    shifts = on_shift(work, unit_id)
    skills = _sets(work, t.worker_skill.c.worker_id, t.worker_skill.c.category, ids)
    estates = _sets(work, t.worker_estate.c.worker_id, t.worker_estate.c.estate_id, ids)
    leaves = _leaves(work, ids)
    return {
        row.id: Hands(
            row.id,
            row.name,
            unit_id,
            has_duty(row.id, row.on_duty, shifts),
            row.cap,
            row.holds,
            row.given_at,
            frozenset(skills[row.id]),
            frozenset(estates[row.id]),
            tuple(leaves[row.id]),
        )
        for row in rows
    }


def _sets(work: Work, worker: Any, value: Any, ids: Iterable[int]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for worker_id, one in work.conn.execute(select(worker, value).where(worker.in_(list(ids)))):
        found[worker_id].append(one)
    return found


def _leaves(work: Work, ids: Iterable[int]) -> Mapping[int, list[Leave]]:
    v = t.leave.c
    now = and_(v.starts_at <= work.now, v.ends_at > work.now)
    found: dict[int, list[Leave]] = defaultdict(list)
    query = select(v.worker_id, v.starts_at, v.ends_at, v.substitute_id).where(
        v.worker_id.in_(list(ids)), now
    )
    for worker_id, *leave in work.conn.execute(query):
        found[worker_id].append(Leave(*leave))
    return found
