"""What residents do with orders while they are open: open one, add to it, join it, urge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select, update

from models import tables as t
from models.actions.desk import OpenDeskItem
from models.actions.dispatch import hand_out, place_in_hands
from models.actions.following import follow, follow_as, followed, people
from models.actions.order_in_hand import OrderInHand, enter
from models.actions.people import KeepPhotos
from models.actions.place import Place, find_place
from models.actions.routing import Charge, Region, route
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.duplicates import likely_number


@cache
def _same(*known: str) -> Select[Any]:
    """`known`: which of reporter and home are; PostgreSQL finds nothing by an index where NULL may be equal."""
    o = t.work_order.c
    who = o.reporter_id == bindparam("reporter") if "reporter" in known else o.reporter_id.is_(None)
    where = o.home_id == bindparam("home") if "home" in known else o.home_id.is_(None)
    return (
        select(o.id)
        .where(who, where, o.opened_at > bindparam("since"), o.state != "closed")
        .where(o.category == bindparam("category"), o.summary == bindparam("summary"))
        .where(o.place == bindparam("place"))
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """Open a work order: routed, numbered, entered in its ledger, told to the groups of the unit in charge.

    `home_id`, `building_id`, `public_part` and `thing` (what is broken, 电梯) as far as known; an emergency is
    opened without any. `media` are photos just sent, `photo_ids` those that KeepPhotos kept. The same report within
    ten minutes is the same order. Gives {"order_id", "number", "unit" (name, may be empty), "place" (words, may be
    empty), "new", "reached"}: whether a group of the unit hears of it.

    `user_id`: a clerk enters it for somebody who called or came by; the person, if known, follows it with every
    account of theirs and is told; so are the accounts of `far_id` (models/actions/caller.py).
    """

    account_id: int | None
    person_id: int | None
    category: str
    urgency: str
    summary: str
    estate_id: int | None = None
    building_id: int | None = None
    home_id: int | None = None
    public_part: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    label: str = ""
    media: tuple[str, ...] = ()
    photo_ids: tuple[int, ...] = ()
    channel: str = "wechat_oa"
    origin: str = "official_account"
    thing: str | None = None
    user_id: int | None = None
    far_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """One order, one ledger line, one timer; a message for each group."""
        place = find_place(
            work,
            estate_id=self.estate_id,
            building_id=self.building_id,
            home_id=self.home_id,
            public_part=self.public_part,
            label=self.label,
        )
        same = self._same(work, place)
        if same is not None:
            self._follow(same)
            if self.account_id is not None and self.person_id is not None:
                _add_photos(same, self.account_id, self.person_id, self.media, self.photo_ids)
            return _opened(same, new=False)
        region = Region.of(work, place.estate_id)
        charge = route(work, region, place.estate_id, self.category)
        order = self._insert(work, place, charge)
        self._follow(order)
        if self.account_id is not None:
            _attach(order, self.account_id, self.media, self.photo_ids)
        else:
            order.tell_followers("order_entered")
        if not charge.reached:
            _call_desk(order)
        place_in_hands(order, region, **_alike(order))
        return _opened(order, new=True)

    def _same(self, work: Work, place: Place) -> OrderInHand | None:
        may_lack = {"reporter": self.person_id, "home": place.home_id}
        known = {name: value for name, value in may_lack.items() if value is not None}
        said = {
            **known,
            "since": work.now - timedelta(minutes=work.limits["same_order_minutes"]),
            "category": self.category,
            "summary": self.summary,
            "place": place.words,
        }
        order_id = work.run(_same(*known), said).scalar()
        return OrderInHand.take(work, order_id) if order_id is not None else None

    def _insert(self, work: Work, place: Place, charge: Charge) -> OrderInHand:
        row = {
            "category": self.category,
            "urgency": self.urgency,
            "summary": self.summary,
            "thing": self.thing,
            "latitude": None if self.latitude is None else str(self.latitude),
            "longitude": None if self.longitude is None else str(self.longitude),
            "unit_id": charge.unit_id,
            "level": charge.level,
            "reporter_id": self.person_id,
            "origin": self.origin,
            "opened_at": work.now,
            **place.columns(),
        }
        made = work.insert_numbered(t.work_order, t.ORDER_NUMBER, row)
        by, by_id = ("resident", self.person_id) if self.user_id is None else ("console", self.user_id)
        enter(work, made.id, "open", by, by_id, words=self.summary, origin=self.channel)
        return OrderInHand(work, made)

    def _follow(self, order: OrderInHand) -> None:
        if self.account_id is not None and self.person_id is not None:
            follow(order, self.account_id, self.person_id, joined=False)
        elif self.person_id is not None:
            follow_as(order, self.person_id, joined=False, far_id=self.far_id)


def _alike(order: OrderInHand) -> dict[str, Any]:
    """The number of the newest open order that it may be a duplicate of, for staff to look at."""
    number = likely_number(order.work, order.row)
    return {} if number is None else {"like": number}


def _opened(order: OrderInHand, *, new: bool) -> dict[str, Any]:
    reached = order.heard()
    return order.done(unit=order.facts()["unit"], place=order.row.place, new=new, reached=reached)


def _attach(order: OrderInHand, account_id: int, media: tuple[str, ...], photo_ids: tuple[int, ...]) -> int:
    """Give this account's photos to the order; those of another order stay there. Gives how many are new."""
    if media:
        photo_ids += tuple(KeepPhotos(account_id, media).run(order.work)["photo_ids"])
    if not photo_ids:
        return 0
    p = t.photo.c
    loose = update(t.photo).where(p.id.in_(photo_ids), p.account_id == account_id, p.work_order_id.is_(None))
    return order.work.conn.execute(loose.values(work_order_id=order.row.id)).rowcount


def _add_photos(
    order: OrderInHand, account_id: int, person_id: int, media: tuple[str, ...], photo_ids: tuple[int, ...]
) -> int:
    """Photos for an order that is there already: into its ledger, and to its groups once for a whole burst."""
    added = _attach(order, account_id, media, photo_ids)
    if added:
        order.write("photo", "resident", person_id, facts={"photos": added})
        if not order.told_of_photos("order_photo", added):
            order.tell_groups("order_photo", mention=order.row.holder_id, photos=added)
    return added


def _call_desk(order: OrderInHand) -> None:
    OpenDeskItem("unrouted", order_id=order.row.id).run(order.work)


@dataclass(frozen=True, slots=True)
class GivePlace:
    """The place of an order becomes known, or more exact; what is given wins, the rest stays.

    An order that nobody has claimed goes to another unit when the place asks for it. Gives as OpenOrder does.
    """

    order_id: int
    account_id: int
    estate_id: int | None = None
    building_id: int | None = None
    home_id: int | None = None
    public_part: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    label: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """A group that hears of the order for the first time gets it whole."""
        found = followed(work, self.order_id, self.account_id, "place")
        if isinstance(found, Refusal):
            return found
        order, person_id = found
        place = self._merged(work, order)
        columns = {**place.columns(), **self._point()}
        if columns.items() <= dict(order.row._mapping).items():
            return _opened(order, new=False)
        order.write("place", "resident", person_id, columns, words=place.words)
        if order.row.state != "waiting" or not self._handed_on(order):
            order.tell_groups("order_place_known", mention=order.row.holder_id)
        return _opened(order, new=True)

    def _merged(self, work: Work, order: OrderInHand) -> Place:
        exact = self.home_id is not None or self.building_id is not None
        kept = None if exact or self.public_part else order.row.home_id
        return find_place(
            work,
            estate_id=self.estate_id or order.row.estate_id,
            building_id=self.building_id or (None if self.estate_id else order.row.building_id),
            home_id=self.home_id or kept,
            public_part=self.public_part or order.row.public_part,
            label=self.label or order.row.place,
        )

    def _point(self) -> dict[str, Any]:
        if self.latitude is None or self.longitude is None:
            return {}
        return {"latitude": str(self.latitude), "longitude": str(self.longitude)}

    def _handed_on(self, order: OrderInHand) -> bool:
        """To another unit that the place asks for, or to the hands that only the place could tell."""
        before, unit = order.row.unit_id, order.facts()["unit"]
        region = Region.of(order.work, order.row.estate_id)
        charge = route(order.work, region, order.row.estate_id, order.row.category)
        if charge.unit_id == before:
            handed = hand_out(order, region)
        else:
            order.write("reroute", "system", None, {"unit_id": charge.unit_id, "level": charge.level})
            if not charge.reached:
                _call_desk(order)
            place_in_hands(order, region)
            handed = True
        order.tell_left(before, from_unit=unit)
        return handed


@dataclass(frozen=True, slots=True)
class JoinOrder:
    """A neighbour has the same trouble with a public part: they follow the open order. Gives {"people", "new"}."""

    order_id: int
    account_id: int
    person_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """An order about somebody's home cannot be joined."""
        order = OrderInHand.take(work, self.order_id)
        if order is None:
            return Refusal(Why.UNKNOWN)
        refusal = order.refusal("join", "resident")
        if refusal:
            return refusal
        new = False
        if order.follows(self.account_id) is None:
            if order.row.home_id is not None:
                return Refusal(Why.NOT_YOURS)
            new = follow(order, self.account_id, self.person_id, joined=True)
            order.write("join", "resident", self.person_id)
            order.tell_groups("order_joined", people=people(order))
        return order.done(people=people(order), new=new)


@dataclass(frozen=True, slots=True)
class AddPhotos:
    """Photos for an order; the unit in charge is told, once for those that come within half a minute.

    `media` are photos just sent, `photo_ids` those that KeepPhotos kept. Gives {"photos"}: how many are new.
    """

    order_id: int
    account_id: int
    media: tuple[str, ...] = ()
    photo_ids: tuple[int, ...] = ()

    def run(self, work: Work) -> dict[str, Any]:
        """A photo that the order has already does nothing."""
        found = followed(work, self.order_id, self.account_id)
        if isinstance(found, Refusal):
            return found
        order, person_id = found
        added = _add_photos(order, self.account_id, person_id, self.media, self.photo_ids)
        return order.done(photos=added)


@dataclass(frozen=True, slots=True)
class AddWords:
    """The resident adds something; the unit in charge is told, masked."""

    order_id: int
    account_id: int
    words: str

    def run(self, work: Work) -> dict[str, Any]:
        """The same words twice in a row are one."""
        found = followed(work, self.order_id, self.account_id)
        if isinstance(found, Refusal):
            return found
        if not self.words.strip():
            return Refusal(Why.NEEDS_WORDS)
        order, person_id = found
        if not order.repeated("message", "resident", person_id, self.words):
            order.write("message", "resident", person_id, words=self.words)
            order.tell_groups("order_message", mention=order.row.holder_id, words=order.masked(self.words))
        return order.done()


@dataclass(frozen=True, slots=True)
class Urge:
    """Hurry the order, once an hour whoever asks. Too soon: {"minutes"} says how long to wait."""

    order_id: int
    account_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Compare-and-set on the time of the last one. Gives {"times"}."""
        found = followed(work, self.order_id, self.account_id, "urge")
        if isinstance(found, Refusal):
            return found
        order, person_id = found
        o, wait = t.work_order.c, timedelta(minutes=work.limits["urge_minutes"])
        hurry = (
            update(t.work_order)
            .where(o.id == order.row.id, or_(o.urged_at.is_(None), o.urged_at <= work.now - wait))
            .values(urged_at=work.now, urges=o.urges + 1)
        )
        times = work.conn.execute(hurry.returning(o.urges)).scalar()
        if times is None:
            seconds = (order.row.urged_at + wait - work.now).total_seconds()
            return Refusal(Why.TOO_SOON, number=order.row.number, minutes=math.ceil(seconds / 60))
        order.write("urge", "resident", person_id)
        order.tell_groups("order_urged", mention=order.row.holder_id, times=times)
        return order.done(times=times, state=order.row.state, holder=order.holder_name())
