"""Canteens by hand: who cooks for which estates, when a meal is served and ordered, on which days it is not.

Who may set canteens up is for the console to say; what changes a day asks for itself who runs the canteen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update

from models import tables as t
from models.actions.desk import Audit
from models.actions.saving import is_there, missing, row_of, save
from models.rules.meals import MEALS, minutes
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.calendar import today
from models.views.canteens import own_canteen
from models.views.users import asker_of

WEEKDAYS = range(1, 8)
NOTE = 64  # letters


def runs(work: Work, user_id: int | None, canteen_id: int) -> bool:
    """Whether this user of the console runs the canteen; without a user the system itself does."""
    if user_id is None:
        return is_there(work, t.canteen, canteen_id)
    asker = asker_of(work, user_id)
    return asker is not None and own_canteen(work, asker, canteen_id) is not None


def noted(work: Work, what: str, subject: object, user_id: int | None) -> None:
    """A line in the audit trail, if a person did it."""
    if user_id is not None:
        Audit(user_id, what, str(subject)).run(work)


@dataclass(frozen=True, slots=True)
class SaveCanteen:
    """A canteen; `unit_id`: whose people cook there, and whose groups hear of the counts."""

    name: str
    unit_id: int
    address: str = ""
    phone: str = ""
    active: bool = True
    canteen_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. One with menus that are published for today or later cannot be switched off."""
        if refusal := missing({"name": self.name}):
            return refusal
        if not is_there(work, t.handling_unit, self.unit_id):
            return Refusal(Why.UNKNOWN, field="unit_id")
        if self.canteen_id and not self.active and _serves_yet(work, self.canteen_id):
            return Refusal(Why.ALREADY, field="active")
        names = ("name", "unit_id", "address", "phone", "active")
        values = {name: getattr(self, name) for name in names}
        return save(work, t.canteen, self.canteen_id, values, ("name",))


def _serves_yet(work: Work, canteen_id: int, day: date | None = None) -> bool:
    m = t.menu.c
    mine = select(m.id).where(m.canteen_id == canteen_id, m.state.in_(("published", "frozen")))
    mine = mine.where(m.day == day) if day else mine.where(m.day >= today(work))
    return work.conn.execute(mine).first() is not None


@dataclass(frozen=True, slots=True)
class SaveSlot:
    """When a canteen serves a meal. Times are HH:MM of 24 hours; `days` 1 Monday to 7 Sunday; money in cents.

    `order_days`, `cancel_days`: so many days before. What is published already keeps its times.
    """

    canteen_id: int
    meal: str
    days: tuple[int, ...]
    starts: str
    ends: str
    order_until: str
    cancel_until: str
    capacity: int
    order_days: int = 0
    cancel_days: int = 0
    holidays: bool = False
    delivers: bool = False
    delivery_cents: int = 0
    active: bool = True
    slot_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. Canteen and meal of a slot that is there stay. `field` names what does not fit."""
        known = row_of(work, t.meal_slot, self.slot_id) if self.slot_id else None
        canteen_id, meal = (known.canteen_id, known.meal) if known else (self.canteen_id, self.meal)
        if not is_there(work, t.canteen, canteen_id):
            return Refusal(Why.UNKNOWN, field="canteen_id")
        if wrong := self._wrong(meal):
            return Refusal(Why.UNKNOWN, field=wrong)
        names = (
            "starts", "ends", "order_until", "cancel_until", "capacity", "order_days", "cancel_days", "holidays",
            "delivers", "delivery_cents", "active",
        )  # fmt: skip
        values = {"canteen_id": canteen_id, "meal": meal, "days": sorted(set(self.days))}
        values |= {name: getattr(self, name) for name in names}
        return save(work, t.meal_slot, self.slot_id, values, ("canteen_id", "meal"))

    def _wrong(self, meal: str) -> str | None:
        """The first field that does not fit: of times that do not exist, and of those in the wrong order."""
        for name in ("starts", "ends", "order_until", "cancel_until"):
            if not _is_time(getattr(self, name)):
                return name
        odd = {
            "meal": meal not in MEALS,
            "days": not self.days or not set(self.days) <= set(WEEKDAYS),
            "ends": minutes(self.ends) <= minutes(self.starts),
            "order_until": not self.order_days and minutes(self.order_until) > minutes(self.ends),
            "cancel_until": not self.cancel_days and minutes(self.cancel_until) > minutes(self.ends),
            "order_days": self.order_days < 0,
            "cancel_days": self.cancel_days < 0,
            "capacity": self.capacity < 1,
            "delivery_cents": self.delivery_cents < 0,
        }
        return next((name for name, is_odd in odd.items() if is_odd), None)


def _is_time(text: str) -> bool:
    try:
        return minutes(text) >= 0
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class SaveEstateCanteen:
    """An estate's people may order from a canteen. The first one, and whichever is chosen, is their default."""

    estate_id: int
    canteen_id: int
    is_default: bool = False
    estate_canteen_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"id", "new"}. Estate and canteen of what is there stay; so does the only default."""
        known = row_of(work, t.estate_canteen, self.estate_canteen_id) if self.estate_canteen_id else None
        estate_id = known.estate_id if known else self.estate_id
        canteen_id = known.canteen_id if known else self.canteen_id
        for table, row_id, name in (
            (t.estate, estate_id, "estate_id"),
            (t.canteen, canteen_id, "canteen_id"),
        ):
            if not is_there(work, table, row_id):
                return Refusal(Why.UNKNOWN, field=name)
        ec = t.estate_canteen.c
        others = (ec.estate_id == estate_id) & (ec.id != (self.estate_canteen_id or 0))
        is_default = self.is_default or not self._other_default(work, others)
        same = select(ec.id).where(others, ec.canteen_id == canteen_id)
        if work.conn.execute(same).first():
            return Refusal(Why.ALREADY, field="canteen_id")
        if is_default:
            work.conn.execute(update(t.estate_canteen).where(others, ec.is_default).values(is_default=False))
        values = {"estate_id": estate_id, "canteen_id": canteen_id, "is_default": is_default}
        return save(work, t.estate_canteen, self.estate_canteen_id, values, ("estate_id", "canteen_id"))

    def _other_default(self, work: Work, others: Any) -> bool:
        there = select(t.estate_canteen.c.id).where(others, t.estate_canteen.c.is_default)
        return work.conn.execute(there).first() is not None


@dataclass(frozen=True, slots=True)
class DropEstateCanteen:
    """An estate's people cannot order there any more; what they have ordered stays."""

    estate_canteen_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"canteen_id"}. Another canteen of the estate becomes its default."""
        ec = t.estate_canteen.c
        gone = delete(t.estate_canteen).where(ec.id == self.estate_canteen_id)
        row = work.conn.execute(gone.returning(ec.estate_id, ec.canteen_id, ec.is_default)).first()
        if row is None:
            return Refusal(Why.UNKNOWN)
        rest = select(ec.id).where(ec.estate_id == row.estate_id).order_by(ec.id)
        heir = work.conn.execute(rest).scalars().first() if row.is_default else None
        if heir is not None:
            work.conn.execute(update(t.estate_canteen).where(ec.id == heir).values(is_default=True))
        return {"ok": True, "canteen_id": row.canteen_id}


@dataclass(frozen=True, slots=True)
class SaveCanteenDay:
    """A day on which a canteen departs from its slots: all of them serve (`opens`), or none."""

    user_id: int | None
    canteen_id: int
    day: date
    opens: bool
    note: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown (not theirs), too_late (a day that is past), already (`field` opens: menus of that day
        are published; they must be withdrawn first)."""
        if not runs(work, self.user_id, self.canteen_id):
            return Refusal(Why.UNKNOWN)
        if self.day < today(work):
            return Refusal(Why.TOO_LATE, field="day")
        if not self.opens and _serves_yet(work, self.canteen_id, self.day):
            return Refusal(Why.ALREADY, field="opens")
        d = t.canteen_day.c
        key = {"canteen_id": self.canteen_id, "day": self.day}
        values = {"opens": self.opens, "note": " ".join(self.note.split())[:NOTE]}
        work.conn.execute(work.insert_once(t.canteen_day).values(**key, **values))
        this = (d.canteen_id == self.canteen_id) & (d.day == self.day)
        work.conn.execute(update(t.canteen_day).where(this).values(values))
        noted(work, "canteen_day", self.canteen_id, self.user_id)
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class ForgetCanteenDay:
    """The canteen keeps to its slots again on that day."""

    user_id: int | None
    canteen_id: int
    day: date

    def run(self, work: Work) -> dict[str, Any]:
        """Refusals: unknown (not theirs), already (nothing was written down)."""
        if not runs(work, self.user_id, self.canteen_id):
            return Refusal(Why.UNKNOWN)
        d = t.canteen_day.c
        gone = delete(t.canteen_day).where(d.canteen_id == self.canteen_id, d.day == self.day)
        if not work.conn.execute(gone).rowcount:
            return Refusal(Why.ALREADY)
        noted(work, "canteen_day", self.canteen_id, self.user_id)
        return {"ok": True}
