"""Desk items (what a person must do), the audit trail, and the console's users."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import case, insert, or_, select, update

from models import tables as t
from models.rules.orders import Refusal, Why
from models.store import Work


@dataclass(frozen=True, slots=True)
class OpenDeskItem:
    """Call a person: return_visit, defect, wants_person, unrouted, not_told, dead.

    While one of the same kind about the same order and account is open, its words are replaced instead.
    """

    kind: str
    words: str = ""
    order_id: int | None = None
    account_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"desk_item_id", "new"}."""
        d = t.desk_item.c
        same = (d.kind == self.kind, d.state == "open")
        about = (
            d.work_order_id.is_not_distinct_from(self.order_id),
            d.account_id.is_not_distinct_from(self.account_id),
        )
        again = update(t.desk_item).where(*same, *about).values(words=self.words).returning(d.id)
        known = work.conn.execute(again).scalars().first()
        if known is not None:
            return {"ok": True, "desk_item_id": known, "new": False}
        row = {"kind": self.kind, "words": self.words, "work_order_id": self.order_id}
        made = insert(t.desk_item).values(**row, account_id=self.account_id, made_at=work.now)
        return {"ok": True, "desk_item_id": work.conn.execute(made.returning(d.id)).scalar_one(), "new": True}


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
    """Somebody at the console looked at, or did, something that must be known later."""

    user_id: int | None
    what: str
    subject: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Every look is one row."""
        row = {"at": work.now, "console_user_id": self.user_id, "what": self.what, "subject": self.subject}
        work.conn.execute(insert(t.audit).values(row))
        return {"ok": True}


@dataclass(frozen=True, slots=True)
class SaveUser:
    """Make a console user or change one. `password` is an argon2 hash; None keeps what is there.

    A new password, another role or unit, and being locked sign the user out everywhere.
    """

    login: str
    role: str  # admin, firm
    password: str | None = None
    unit_id: int | None = None
    active: bool = True

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"user_id", "new"}. A new user needs a password."""
        u = t.console_user.c
        values: dict[str, Any] = {"role": self.role, "unit_id": self.unit_id, "active": self.active}
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


def user_may(work: Work, user_id: int, unit_id: int | None) -> bool:
    """Whether this console user may act on what that unit has: an admin always, a firm on its own."""
    u = t.console_user.c
    row = work.conn.execute(select(u.role, u.unit_id).where(u.id == user_id, u.active)).first()
    return row is not None and (row.role == "admin" or (unit_id is not None and row.unit_id == unit_id))
