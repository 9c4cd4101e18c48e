"""What workers do with orders from their groups, and what happens when nobody does anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from models import tables as t
from models.actions.app_cards import move_cards
from models.actions.authority import by_worker, is_helping, worker_row
from models.actions.desk import OpenDeskItem, may_give
from models.actions.dispatch import assign, crew_of, holding, is_outside, place_in_hands
from models.actions.helpers import HelperDone, waits_for_helpers
from models.actions.order_in_hand import OrderInHand, enter
from models.actions.routing import Region
from models.actions.transfer import Giver, Target, find_target, hand_on
from models.actions.worker_photos import Photos, add_photos
from models.rules.orders import ENDS, Refusal, Why
from models.store import Work


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker takes a waiting order of their unit, if they hold fewer than their cap; a few emergencies beyond it.

    Refusals: taken (by), closed, not_your_unit, cap (cap), unknown. Claiming one's own order again is fine.
    Gives {"outside"}: whether it is none of their skills or estates, which hinders nobody from taking it.
    """

    order_id: int
    worker_id: int
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Compare-and-set in one UPDATE; order and worker are locked first, so that the cap holds too."""
        locked = OrderInHand.take(work, self.order_id)
        worker = worker_row(work, self.worker_id, lock=True)
        if locked is None or worker is None:
            return Refusal(Why.UNKNOWN)
        o = t.work_order.c
        claim = (
            update(t.work_order)
            .where(o.id == self.order_id, o.state == "waiting", o.unit_id == worker.unit_id)
            .where(_has_room(locked, worker))
            .values(state="claimed", holder_id=worker.id, claimed_at=work.now, stage=o.stage + 1)
        )
        row = work.conn.execute(claim.returning(*t.work_order.c)).first()
        if row is None:
            return self._why_not(work, worker)
        order = OrderInHand(work, row)
        move_cards(work, row.id, row.stage)
        enter(work, row.id, "claim", "worker", worker.id, origin=self.source)
        order.tell_groups("order_taken", read=True)
        order.tell_followers("order_claimed")
        return order.done(worker=worker.name, new=True, outside=is_outside(order, worker))

    def _why_not(self, work: Work, worker: Any) -> dict[str, Any]:
        order = OrderInHand.take(work, self.order_id)
        if order is None:
            return Refusal(Why.UNKNOWN)
        mine = order.done(worker=worker.name, new=False, outside=is_outside(order, worker))
        return no_claim(order, worker) or mine


def _has_room(order: OrderInHand, worker: Any) -> Any:
    other = t.work_order.alias()
    held = holding(other).where(other.c.holder_id == worker.id).scalar_subquery()
    emergency = order.row.urgency == "emergency"
    over = int(order.work.limits["emergencies_over_cap"]) if emergency else 0
    return held < select(t.worker.c.cap).where(t.worker.c.id == worker.id).scalar_subquery() + over


def no_claim(order: OrderInHand, worker: Any) -> Refusal | None:
    """Why the worker may not have the order; None when it is theirs already, or to be claimed."""
    row = order.row
    if row.unit_id != worker.unit_id:
        return Refusal(Why.NOT_YOUR_UNIT, number=row.number)
    if row.state == "closed":
        return Refusal(Why.CLOSED, number=row.number, by=order.holder_name(), **order.merged())
    if row.holder_id == worker.id:
        return None
    if row.state != "waiting":
        return Refusal(Why.TAKEN, number=row.number, by=order.holder_name())
    if not order.work.conn.execute(select(_has_room(order, worker))).scalar():
        return Refusal(Why.CAP, number=row.number, cap=worker.cap)
    return None


@dataclass(frozen=True, slots=True)
class Arrive:
    """The worker is at the place."""

    order_id: int
    worker_id: int
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Once; the followers are told."""
        order = by_worker(work, self.order_id, self.worker_id, "arrive")
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
    media: Photos = ()
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """The same words twice in a row are one, and so is the news of photos that come one after another."""
        order = by_worker(work, self.order_id, self.worker_id, "progress")
        if isinstance(order, Refusal):
            return order
        if not self.words.strip() and not self.media:
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        photos = add_photos(order, self.worker_id, self.media, self.source)
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
        order, worker = OrderInHand.take(work, self.order_id), worker_row(work, self.worker_id)
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

    Refusals besides: helpers (names), while somebody who helps has not finished.

    `end`: resolved, explained, not_responsible, duplicate, withdrawn.
    """

    order_id: int
    worker_id: int
    words: str
    end: str = "resolved"
    media: Photos = ()
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Finish and rating are one message. Of somebody who helps it finishes their part."""
        if is_helping(work, self.order_id, self.worker_id):
            return HelperDone(self.order_id, self.worker_id, self.words, self.media, self.source).run(work)
        order = by_worker(work, self.order_id, self.worker_id, "finish")
        if isinstance(order, Refusal):
            return order
        if refusal := waits_for_helpers(order):
            return refusal
        if not self.words.strip() and not self.media:
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        if self.end not in ENDS:
            return Refusal(Why.UNKNOWN, number=order.row.number)
        add_photos(order, self.worker_id, self.media, self.source)
        close(order, "finish", "worker", self.worker_id, self.words, self.end, len(self.media), self.source)
        order.tell_groups("order_done", read=True, words=order.masked(self.words))
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

    "给" and a name before the reason name the next holder, a colleague or another unit. The third return
    (`returns_up`) goes up a level whoever is named. Gives {"unit"}, the name of the unit now in charge, and
    {"worker"} where somebody has it in hand already, {"up"}: whether it went up because it was the third,
    {"stays"}: whether nobody above can be reached, so that the unit keeps it.
    """

    order_id: int
    worker_id: int
    words: str
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """At the top it stays there, and a person at the desk is called."""
        order = by_worker(work, self.order_id, self.worker_id, "return")
        if isinstance(order, Refusal):
            return order
        target = self._next(order)
        words = target.words if target else self.words
        if not words.strip():
            return Refusal(Why.NEEDS_WORDS, number=order.row.number)
        returns = order.row.returns + 1
        too_often = returns >= int(work.limits["returns_up"])
        if target is not None and not too_often:
            giver = Giver("return", "worker", self.worker_id, self.source)
            return hand_on(order, target, giver, returns=returns)
        return self._up(order, words, returns, too_often)

    def _next(self, order: OrderInHand) -> Target | None:
        named = re.match(r"\s*(?:转?给|转到?|请)\s*(?=\S)", self.words)
        found = find_target(order, self.words[named.end() :]) if named else None
        return found if isinstance(found, Target) else None

    def _up(self, order: OrderInHand, words: str, returns: int, too_often: bool) -> dict[str, Any]:
        work, before, by = order.work, order.facts()["unit"], order.holder_name()
        old_unit = order.row.unit_id
        region, held = Region.of(work, order.row.estate_id), {"gave_up_id": order.row.holder_id}
        up = region.charge(order.row.unit_id, above=True, level=order.row.level)
        free = {"state": "waiting", "holder_id": None, "claimed_at": None, "arrived_at": None}
        moved = {**free, "unit_id": up.unit_id, "level": up.level, "returns": returns}
        order.write("return", "worker", self.worker_id, moved, words=words, facts=held, origin=self.source)
        if not up.reached:
            OpenDeskItem("unrouted", words, order_id=order.row.id).run(work)
        unit, stays = order.facts()["unit"], up.unit_id == old_unit
        why = {"from_unit": before, "returned_by": by, "words": order.masked(words)}
        why |= {"returns": returns} if too_often and not stays else {}
        if not place_in_hands(order, region, **why):
            order.tell_followers("order_returned", **({"stays": unit} if stays else {"unit": unit}))
        theirs = held["gave_up_id"] if held["gave_up_id"] != self.worker_id else None
        order.tell_left(old_unit, mention=theirs, from_unit=before, words=why["words"])
        return order.done(unit=unit, up=too_often and not stays, returns=returns, stays=stays)


@dataclass(frozen=True, slots=True)
class AskResident:
    """A question to everybody who follows the order; their next fitting words answer it."""

    order_id: int
    worker_id: int
    words: str
    source: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"people"}: how many can be asked at all."""
        order = by_worker(work, self.order_id, self.worker_id, "ask")
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
        order = by_worker(work, self.order_id, self.worker_id, "reply")
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

    An order may go to whom views.units_for() says: a firm's user moves its own among its own workers.
    """

    order_id: int
    worker_id: int
    by: int
    source: str = "console"

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"worker"}. Assigning to whoever holds it already is `already`."""
        order, worker = OrderInHand.take(work, self.order_id), worker_row(work, self.worker_id)
        if order is None or worker is None:
            return Refusal(Why.UNKNOWN)
        if not may_give(work, self.by, self.order_id, worker.unit_id):
            return Refusal(Why.NOT_YOUR_UNIT, number=order.row.number)
        refusal = order.refusal("assign", "console")
        if refusal:
            return refusal
        if order.row.holder_id == worker.id:
            return Refusal(Why.ALREADY, number=order.row.number, by=worker.name)
        if crew_of(work, worker.unit_id)[worker.id].leave(work.now):
            return Refusal(Why.AWAY, number=order.row.number, by=worker.name, substitute="")
        before, unit = order.row.unit_id, order.facts()["unit"]
        assign(order, worker, "console", self.by, self.source)
        order.wait_for_arrival()
        order.tell_left(before, from_unit=unit)
        return order.done(worker=worker.name)


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
