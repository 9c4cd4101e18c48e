"""Desk items (what a person must do), the audit trail, and the console's users."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import case, insert, or_, select, update

from models import tables as t
from models.rules.areas import LEVELS
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.orders import order_by_id
from models.views.staff import own_units, own_worker, units_for
from models.views.users import asker_of

ADDING = ("call_diner", "meal_not_delivered")  # what somebody must be told: none of it may be lost
APART = ("pay_out", "kitchen_not_told")  # about nobody that an item names, so that two would look like one


@dataclass(frozen=True, slots=True)
class OpenDeskItem:
    """Call a person: return_visit, defect, wants_person, unrouted, not_told, dead, call_diner and the like.

    `person_id`: whom it is about, where that is not who the account belongs to. `canteen_id`: which one it is about;
    `meal_account_id`: which is to be paid out.
    While one of the same kind about the same order, account and person is open, its words are replaced instead;
    of a kind in ADDING the new words are added to it, and one in APART is always an item of its own.
    """

    kind: str
    words: str = ""
    order_id: int | None = None
    account_id: int | None = None
    person_id: int | None = None
    canteen_id: int | None = None
    meal_account_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"desk_item_id", "new"}."""
        known = None if self.kind in APART else self._again(work)
        if known is not None:
            return {"ok": True, "desk_item_id": known, "new": False}
        row: dict[str, Any] = {"kind": self.kind, "words": self.words, "work_order_id": self.order_id}
        row |= {"person_id": self.person_id, "account_id": self.account_id, "canteen_id": self.canteen_id}
        row |= {"meal_account_id": self.meal_account_id}
        made = insert(t.desk_item).values(**row, made_at=work.now).returning(t.desk_item.c.id)
        return {"ok": True, "desk_item_id": work.conn.execute(made).scalar_one(), "new": True}

    def _again(self, work: Work) -> int | None:
        """The item that is open already, with the new words; None without one."""
        d = t.desk_item.c
        same = (d.kind == self.kind, d.state == "open")
        about = (
            d.work_order_id.is_not_distinct_from(self.order_id),
            d.account_id.is_not_distinct_from(self.account_id),
            d.person_id.is_not_distinct_from(self.person_id),
        )
        said = case(
            (d.words.contains(self.words, autoescape=True), d.words), else_=d.words + "\n" + self.words
        )
        words = said if self.kind in ADDING else self.words
        again = update(t.desk_item).where(*same, *about).values(words=words).returning(d.id)
        return work.conn.execute(again).scalars().first()


@dataclass(frozen=True, slots=True)
class CloseDeskItem:
    """A person at the console has done it."""

    desk_item_id: int
    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Only an open one can be closed."""
        d = t.desk_item.c
        this = update(t.desk_item).where(d.id == self.desk_item_id, d.state == "open")
        done = work.conn.execute(this.values(state="done", done_at=work.now, done_by=self.user_id))
        return {"ok": True} if done.rowcount else Refusal(Why.ALREADY)


@dataclass(frozen=True, slots=True)
class Audit:
    """Somebody at the console looked at, or did, something that must be known later; or a worker did."""

    user_id: int | None
    what: str
    subject: str = ""
    worker_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Every look is one row."""
        row = {"at": work.now, "console_user_id": self.user_id, "worker_id": self.worker_id}
        work.conn.execute(insert(t.audit).values(**row, what=self.what, subject=self.subject))
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class AuditAll:
    """The same about many subjects."""

    user_id: int
    what: str
    subjects: tuple[str, ...]

    def run(self, work: Work) -> dict[str, Any]:
        """A row for each."""
        row = {"at": work.now, "console_user_id": self.user_id, "what": self.what}
        if self.subjects:
            work.conn.execute(insert(t.audit), [{**row, "subject": one} for one in self.subjects])
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class SaveUser:
    """Make a console user or change one. `password` is an argon2 hash; None keeps what is there.

    A firm's user has a unit, a district's, street's or community's an area of that level, an admin neither.
    A new password, another role, unit or area, and being locked sign the user out everywhere.
    """

    login: str
    role: str  # admin, district, street, community, firm
    password: str | None = None
    unit_id: int | None = None
    active: bool = True
    area_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"user_id", "new"}. A new user needs a password. Refusals name the `field` that does not fit."""
        if field := self._unfit(work):
            return Refusal(Why.UNKNOWN, field=field)
        u = t.console_user.c
        values: dict[str, Any] = {"role": self.role, "active": self.active}
        values |= {"unit_id": self.unit_id, "area_id": self.area_id}
        if self.password is not None:
            values |= {"password": self.password, "failed": 0, "locked_until": None}
        changed = update(t.console_user).where(u.login == self.login).values(**values, epoch=u.epoch + 1)
        known = work.conn.execute(changed.returning(u.id)).scalar()
        if known is not None:
            return {"ok": True, "user_id": known, "new": False}
        if self.password is None:
            return Refusal(Why.UNKNOWN)
        made = insert(t.console_user).values(**values, login=self.login, made_at=work.now).returning(u.id)
        return {"ok": True, "user_id": work.conn.execute(made).scalar_one(), "new": True}

    def _unfit(self, work: Work) -> str:
        """The field that does not fit the role; empty when all do."""
        if self.role not in ("admin", "firm", *LEVELS):
            return "role"
        if (self.role == "firm") != (self.unit_id is not None):
            return "unit_id"
        level = select(t.area.c.level).where(t.area.c.id == self.area_id)
        found = work.conn.execute(level).scalar() if self.area_id is not None else None
        return "" if found == (self.role if self.role in LEVELS else None) else "area_id"


@dataclass(frozen=True, slots=True)
class SignInFailed:
    """A wrong password for this login; the fifth in a row locks it for a quarter of an hour."""

    login: str

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"locked", "minutes"}; an unknown login is never locked."""
        u, limits = t.console_user.c, work.limits
        until = work.now + timedelta(minutes=limits["sign_in_lock_minutes"])
        full = u.failed + 1 >= limits["sign_in_failures"]
        failed = update(t.console_user).where(u.login == self.login)
        failed = failed.values(
            failed=case((full, 0), else_=u.failed + 1), locked_until=case((full, until), else_=u.locked_until)
        )
        row = work.conn.execute(failed.returning(u.locked_until)).first()
        left = (row.locked_until - work.now).total_seconds() if row and row.locked_until else 0
        return {"ok": True, "locked": left > 0, "minutes": max(0, math.ceil(left / 60))}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The right password: failures are forgotten. Refusals: unknown, too_many while the login is locked."""

    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"epoch"}, which the session must carry.

        Compare-and-set: a lock that another guess has just closed is seen, however many guess side by side.
        """
        u = t.console_user.c
        this = update(t.console_user).where(u.id == self.user_id, u.active)
        free = this.where(or_(u.locked_until.is_(None), u.locked_until <= work.now))
        signed_in = free.values(failed=0, locked_until=None).returning(u.epoch)
        epoch = work.conn.execute(signed_in).scalar()
        if epoch is not None:
            return {"ok": True, "epoch": epoch}
        known = work.conn.execute(select(u.id).where(u.id == self.user_id, u.active)).first()
        return Refusal(Why.TOO_MANY if known else Why.UNKNOWN)


@dataclass(frozen=True, slots=True)
class SignOutEverywhere:
    """Every session of this user ends."""

    user_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Sessions of an older epoch are not taken any more."""
        u = t.console_user.c
        work.conn.execute(update(t.console_user).where(u.id == self.user_id).values(epoch=u.epoch + 1))
        return {"ok": True}


def may_act(work: Work, user_id: int, order_id: int) -> bool:
    """Whether this console user may act on the order: whoever sees it may."""
    asker = asker_of(work, user_id)
    return asker is not None and order_by_id(work, asker, order_id) is not None


def givable(work: Work, user_id: int, order_id: int) -> dict[int, str]:
    """The units, by id, to whose workers this console user may give the order: views.units_for()."""
    asker = asker_of(work, user_id)
    order = order_by_id(work, asker, order_id) if asker else None
    return {unit.id: unit.name for unit in units_for(work, asker, order)} if asker and order else {}


def may_give(work: Work, user_id: int, order_id: int, unit_id: int) -> bool:
    """Whether this console user may give the order to a worker of that unit."""
    return unit_id in givable(work, user_id, order_id)


def may_lead(work: Work, user_id: int, worker_id: int | None) -> bool:
    """Whether this console user looks after the worker: says when they work, and on what."""
    asker = asker_of(work, user_id)
    return bool(asker and worker_id is not None and own_worker(work, asker, worker_id))


def may_run(work: Work, user_id: int, unit_id: int) -> bool:
    """Whether this console user looks after the unit's people."""
    asker = asker_of(work, user_id)
    return asker is not None and unit_id in {unit.id for unit in own_units(work, asker)}


def may_pass_on(work: Work, user_id: int) -> bool:
    """Whether this console user may pass an order of theirs on to another unit: everybody but a firm."""
    asker = asker_of(work, user_id)
    return asker is not None and not asker.is_firm
