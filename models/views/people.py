"""Residents: their accounts and homes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from models import tables as t
from models.store import Work
from models.views.askers import User
from models.views.register import Home, select_homes


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a channel. `consent_version` is empty until the person has agreed."""

    id: int
    person_id: int
    channel: str
    made_at: datetime
    left_at: datetime | None
    consent_version: str
    has_phone: bool


@dataclass(frozen=True, slots=True)
class HomeOf:
    """A home somebody is bound to. `state`: claimed, or verified by the register or by staff."""

    home: Home
    state: str


def _account(work: Work, *where: ColumnElement[bool]) -> Account | None:
    a = t.account.c
    columns = (a.id, a.person_id, a.channel, a.made_at, a.left_at, a.consent_version, t.person.c.phone_index)
    row = work.conn.execute(select(*columns).join_from(t.account, t.person).where(*where)).first()
    return Account(*row[:5], row.consent_version or "", row.phone_index is not None) if row else None


def account_of(work: Work, account_id: int) -> Account | None:
    """The account, also of somebody who has left."""
    return _account(work, t.account.c.id == account_id)


def account_by_address(work: Work, channel: str, address: str) -> Account | None:
    """The account that the platform calls `address` (openid); None once the person has left."""
    return _account(work, t.account.c.channel == channel, t.account.c.address == address)


def homes_of(work: Work, person_id: int) -> tuple[HomeOf, ...]:
    """The homes a person is bound to now, the first bound one first."""
    bound = work.conn.execute(_HOMES_OF, {"person": person_id})
    return tuple(HomeOf(Home(*home), state) for *home, state in bound)


def _homes_of() -> Select[Any]:
    b: Any = t.binding.c
    return (
        select_homes()
        .add_columns(b.state)
        .join(t.binding, b.home_id == t.home.c.id)
        .where(b.person_id == bindparam("person"), b.ended_at.is_(None))
        .order_by(None)
        .order_by(b.made_at, b.id)
    )


_HOMES_OF = _homes_of()  # looked at by nearly every dialog, so built once


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody who asked for a person. Empty strings for what is not known."""

    phone: str
    doors: tuple[str, ...]


def contact_of(work: Work, asker: User, account_id: int) -> Contact | None:
    """Phone and doors of somebody; only for an admin, who writes an audit entry each time."""
    account = account_of(work, account_id)
    if account is None or not asker.sees_all:
        return None
    sealed = select(t.person.c.phone_sealed).where(t.person.c.id == account.person_id)
    phone = work.unseal(work.conn.execute(sealed).scalar())
    return Contact(phone, tuple(one.home.door for one in homes_of(work, account.person_id)))
