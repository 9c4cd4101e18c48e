"""What workers do with orders from their groups, and what happens when nobody does anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update

from models import tables as t
from models.actions.desk import OpenDeskItem, user_may
from models.actions.order_in_hand import OrderInHand, enter
from models.actions.routing import Region
from models.rules.orders import ENDS, HELD, Refusal, Why
from models.store import Work


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker takes a waiting order of their unit, if they hold fewer than their cap.

    Refusals: taken (by), closed, not_your_unit, cap (cap), unknown. Claiming one's own order again is fine.
    """

    order_id: int
    worker_id: int
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Compare-and-set in one UPDATE; the worker's row is locked first, so that the cap holds too."""
        worker = _worker(work, self.worker_id, lock=True)
        if worker is None:
            return Refusal(Why.UNKNOWN)
        o, w = t.work_order.c, t.worker.c
        other = t.work_order.alias()
        holds = select(func.count()).where(other.c.holder_id == worker.id, other.c.state.in_(HELD))
        cap = select(w.cap).where(w.id == worker.id)
        claim = (
            update(t.work_order)
            .where(o.id == self.order_id, o.state == "waiting", o.unit_id == worker.unit_id)
            .where(holds.scalar_subquery() < cap.scalar_subquery())
            .values(state="claimed", holder_id=worker.id, claimed_at=work.now, stage=o.stage + 1)
        )
        row = work.conn.execute(claim.returning(*t.work_order.c)).first()
        if row is None:
            return self._why_not(work, worker)
        order = OrderInHand(work, row)
        enter(work, row.id, "claim", "worker", worker.id, origin=self.source)
        order.tell_followers("order_claimed")
        return order.done(worker=worker.name, new=True)

    def _why_not(self, work: Work, worker: Any) -> dict[str, Any]:
        order = OrderInHand.take(work, self.order_id)
        if order is None:
            return Refusal(Why.UNKNOWN)
        if order.row.unit_id != worker.unit_id:
            return Refusal(Why.NOT_YOUR_UNIT, number=order.row.number)
        if order.row.state == "closed":
            return Refusal(Why.CLOSED, number=order.row.number, by=order.holder_name())
        if order.row.holder_id == worker.id:
            return order.done(worker=worker.name, new=False)
        if order.row.state == "waiting":
            return Refusal(Why.CAP, number=order.row.number, cap=worker.cap)
        return Refusal(Why.TAKEN, number=order.row.number, by=order.holder_name())


def _worker(work: Work, worker_id: int, *, lock: bool = False) -> Any:
    w = t.worker.c
    query = select(w.id, w.name, w.unit_id, w.on_duty, w.cap).where(w.id == worker_id, w.active)
    # NO KEY UPDATE: whoever has the order in hand may go on giving it to this worker meanwhile.
    return work.conn.execute(query.with_for_update(key_share=True) if lock else query).first()


def _held(work: Work, order_id: int, worker_id: int, step: str) -> OrderInHand | Refusal:
    """The order, if this worker may take this step: whoever holds it, or is on duty in the same unit."""
    order, worker = OrderInHand.take(work, order_id), _worker(work, worker_id)
    if order is None or worker is None:
        return Refusal(Why.UNKNOWN)
    if order.row.unit_id != worker.unit_id:
        return Refusal(Why.NOT_YOUR_UNIT, number=order.row.number)
    refusal = order.refusal(step, "worker")
    if refusal:
        return refusal
    # What waits or is closed is in nobody's hands: any colleague may speak to the resident.
    if order.row.state in HELD and order.row.holder_id != worker.id and not worker.on_duty:
        return Refusal(Why.NOT_YOURS, number=order.row.number, by=order.holder_name())
    return order


def _add_photos(order: OrderInHand, worker_id: int, media: tuple[str, ...], source: str) -> int:
    """Photos that `source` fetches later; gives how many the order does not have yet."""
    now, p = order.work.now, t.photo.c
    had = select(p.media).where(p.work_order_id == order.row.id, p.channel == source, p.media.in_(media))
    known = set(order.work.conn.execute(had).scalars()) if media else set()
    new = [one for one in dict.fromkeys(media) if one not in known]
    row = {"work_order_id": order.row.id, "worker_id": worker_id, "channel": source}
    row |= {"made_at": now, "next_at": now}
    if new:
        order.work.conn.execute(insert(t.photo), [{**row, "media": one} for one in new])
    return len(new)


@dataclass(frozen=True, slots=True)
class Arrive:
    """The worker is at the place."""

    order_id: int
    worker_id: int
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Once; the followers are told."""
        order = _held(work, self.order_id, self.worker_id, "arrive")
        if isinstance(order, Refusal):
            return order
        arrived = {"state": "arrived", "arrived_at": work.now}
        order.write("arrive", "worker", self.worker_id, arrived, origin=self.source)
        order.tell_followers("order_arrived")
        return order.done()


@dataclass(frozen=True, slots=True)
class Progress:
    """How it goes, in words for the resident or as photos. `source` is the channel that fetches `media`."""

    order_id: int
    worker_id: int
    words: str
    media: tuple[str, ...] = ()
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """The same words twice in a row are one, and so is the news of photos that come one after another."""
        order = _held(work, self.order_id, self.worker_id, "progress")
        if isinstance(order, Refusal):
            return order
        if not self.words.strip() and not self.media:
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        photos = _add_photos(order, self.worker_id, self.media, self.source)
        if not photos and order.repeated("progress", "worker", self.worker_id, self.words):
            return order.done()
        facts: dict[str, Any] = {"photos": photos}
        order.write("progress", "worker", self.worker_id, words=self.words, facts=facts, origin=self.source)
        if self.words.strip() or not order.told_of_photos("order_progress", photos):
            order.tell_followers("order_progress", words=self.words, **facts)
        return order.done()


@dataclass(frozen=True, slots=True)
class TellPhotoGone:
    """A worker's photo could not be kept: their group is told, whoever is in charge by now.

    `why`: "refused" when it is no photo, "lost" when it could not be had.
    """

    order_id: int
    worker_id: int
    why: str

    def run(self, work: Work) -> dict[str, Any]:
        """Four that fail together are one message."""
        order, worker = OrderInHand.take(work, self.order_id), _worker(work, self.worker_id)
        if order is None or worker is None:
            return Refusal(Why.UNKNOWN)
        kind = f"order_photo_{self.why}"
        if not order.told_of_photos(kind, 1):
            again = 0 if order.row.state == "closed" else order.row.number  # where it may be sent again
            facts = {"photos": 1, "again": again, "worker": worker.name}
            order.tell_groups(kind, mention=worker.id, unit_id=worker.unit_id, **facts)
        return order.done()


@dataclass(frozen=True, slots=True)
class Finish:
    """Close the order with an honest end; it needs a result in words or a photo. The followers may rate it.

    `end`: resolved, explained, not_responsible, duplicate, withdrawn.
    """

    order_id: int
    worker_id: int
    words: str
    end: str = "resolved"
    media: tuple[str, ...] = ()
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Finish and rating are one message."""
        order = _held(work, self.order_id, self.worker_id, "finish")
        if isinstance(order, Refusal):
            return order
        if not self.words.strip() and not self.media:
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        if self.end not in ENDS:
            return Refusal(Why.UNKNOWN, number=order.row.number)
        _add_photos(order, self.worker_id, self.media, self.source)
        close(order, "finish", "worker", self.worker_id, self.words, self.end, len(self.media), self.source)
        return order.done(end=self.end)


def close(
    order: OrderInHand,
    step: str,
    by: str,
    by_id: int,
    words: str,
    end: str,
    photos: int = 0,
    source: str = "",
) -> None:
    """Close an order with `end` and tell its followers, who are asked for a rating where that end has one."""
    work, closure = order.work, order.row.closures + 1
    closed = {"state": "closed", "close": end, "closed_at": work.now, "closures": closure}
    order.write(step, by, by_id, closed, words=words, facts={"end": end, "photos": photos}, origin=source)
    rate, days = ENDS[end].rate, int(work.limits["rating_days"])
    asked = order.ask_followers("rating", order.row.id, closure, days) if rate else None
    facts: dict[str, Any] = {"end": end, "closure": closure, "photos": photos, "rate": rate}
    order.tell_followers("order_finished", words=words, questions=asked, **facts)


@dataclass(frozen=True, slots=True)
class Return:
    """The worker gives the order back, with a reason; the next level that can be reached gets it.

    Gives {"unit"}, the name of the unit now in charge.
    """

    order_id: int
    worker_id: int
    words: str
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """At the top it stays there, and a person at the desk is called."""
        order = _held(work, self.order_id, self.worker_id, "return")
        if isinstance(order, Refusal):
            return order
        if not self.words.strip():
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        before, by = order.facts()["unit"], order.holder_name()
        up = Region.of(work, order.row.estate_id).charge(order.row.unit_id, above=True, level=order.row.level)
        free = {"state": "waiting", "holder_id": None, "claimed_at": None, "arrived_at": None}
        moved = {**free, "unit_id": up.unit_id, "level": up.level}
        order.write("return", "worker", self.worker_id, moved, words=self.words, origin=self.source)
        order.wait_for_claim()
        if not up.reached:
            OpenDeskItem("unrouted", self.words, order_id=order.row.id).run(work)
        order.tell_groups("new_order", from_unit=before, returned_by=by, words=order.masked(self.words))
        unit = order.facts()["unit"]
        order.tell_followers("order_returned", unit=unit)
        return order.done(unit=unit)


@dataclass(frozen=True, slots=True)
class AskResident:
    """A question to everybody who follows the order; their next fitting words answer it."""

    order_id: int
    worker_id: int
    words: str
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"people"}: how many can be asked at all."""
        order = _held(work, self.order_id, self.worker_id, "ask")
        if isinstance(order, Refusal):
            return order
        if not self.words.strip():
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        if not order.repeated("ask", "worker", self.worker_id, self.words):
            entry = order.write("ask", "worker", self.worker_id, words=self.words, origin=self.source)
            asked = order.ask_followers("staff_question", entry, 0, int(work.limits["question_days"]))
            order.tell_followers("order_asked", words=self.words, questions=asked)
        return order.done(people=len(order.followers()))


@dataclass(frozen=True, slots=True)
class ReplyResident:
    """Words to everybody who follows the order that want no answer."""

    order_id: int
    worker_id: int
    words: str
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"people"}: how many are told."""
        order = _held(work, self.order_id, self.worker_id, "reply")
        if isinstance(order, Refusal):
            return order
        return reply(order, "worker", self.worker_id, self.words, self.source)


def reply(order: OrderInHand, by: str, by_id: int, words: str, source: str) -> dict[str, Any]:
    """Write `words` to the ledger and to every follower; twice in a row is once."""
    if not words.strip():
        return Refusal(Why.NEEDS_WORDS, number=order.row.number)
    if not order.repeated("reply", by, by_id, words):
        order.write("reply", by, by_id, words=words, origin=source)
        order.tell_followers("order_reply", words=words)
    return order.done(people=len(order.followers()))


@dataclass(frozen=True, slots=True)
class Assign:
    """The console gives an order to a worker, whose unit is then in charge. `by` is the console user's id.

    A firm's user may only move its own orders among its own workers.
    """

    order_id: int
    worker_id: int
    by: int
    source: str = "console"

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"worker"}. Assigning to whoever holds it already is `already`."""
        order, worker = OrderInHand.take(work, self.order_id), _worker(work, self.worker_id)
        if order is None or worker is None:
            return Refusal(Why.UNKNOWN)
        if not all(user_may(work, self.by, unit) for unit in {order.row.unit_id, worker.unit_id}):
            return Refusal(Why.NOT_YOUR_UNIT, number=order.row.number)
        refusal = order.refusal("assign", "console")
        if refusal:
            return refusal
        if order.row.holder_id == worker.id:
            return Refusal(Why.ALREADY, number=order.row.number, by=worker.name)
        assign(order, worker, "console", self.by, self.source)
        return order.done(worker=worker.name)


def assign(order: OrderInHand, worker: Any, by: str, by_id: int | None, source: str, waited: int = 0) -> None:
    """Give the order to a worker: their group and the followers are told.

    `waited`: the minutes after which nobody had claimed it; 0 when a person assigns it.
    """
    given = {"state": "claimed", "holder_id": worker.id, "unit_id": worker.unit_id}
    given |= {"claimed_at": order.work.now, "arrived_at": None}
    why = {"minutes": waited} if waited else {}
    order.write(
        "assign",
        by,
        by_id,
        given,
        facts={"worker_id": worker.id, "worker": worker.name, **why},
        origin=source,
    )
    order.tell_groups("order_assigned", mention=worker.id, **why)
    order.tell_followers("order_assigned_resident")


@dataclass(frozen=True, slots=True)
class SetDuty:
    """Whether a worker is on duty: gets what nobody claims, and may act for colleagues."""

    worker_id: int
    on_duty: bool

    def run(self, work: Work) -> dict[str, Any]:
        """Several of a unit may be on duty."""
        this = update(t.worker).where(t.worker.c.id == self.worker_id, t.worker.c.active)
        done = work.conn.execute(this.values(on_duty=self.on_duty))
        return {"ok": True} if done.rowcount else Refusal(Why.UNKNOWN)
