"""Residents: their accounts and homes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, bindparam, exists, false, not_, or_, select, true

from models import tables as t
from models.store import Work
from models.views.askers import User
from models.views.orders import seen_by
from models.views.register import Building, Home, building_by_id, select_homes


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


def _accounts() -> Select[Any]:
    a = t.account.c
    columns = (a.id, a.person_id, a.channel, a.made_at, a.left_at, a.consent_version, t.person.c.phone_index)
    return select(*columns).join_from(t.account, t.person)


# Looked at in most turns, so built once.
_BY_ID = _accounts().where(t.account.c.id == bindparam("account"))
_BY_ADDRESS = _accounts().where(
    t.account.c.channel == bindparam("channel"), t.account.c.address == bindparam("address")
)


def _account(row: Any) -> Account | None:
    if row is None:
        return None
    agreed, has_phone = row.consent_version or "", row.phone_index is not None
    return Account(row.id, row.person_id, row.channel, row.made_at, row.left_at, agreed, has_phone)


def account_of(work: Work, account_id: int) -> Account | None:
    """The account, also of somebody who has left."""
    return _account(work.run(_BY_ID, {"account": account_id}).first())


def account_by_address(work: Work, channel: str, address: str) -> Account | None:
    """The account that the platform calls `address` (openid); None once the person has left."""
    return _account(work.run(_BY_ADDRESS, {"channel": channel, "address": address}).first())


def accounts_here(work: Work, person_id: int) -> list[int]:
    """The accounts of the person that can be told something, the first made first: that one hears of their meals."""
    a = t.account.c
    here = select(a.id).where(a.person_id == person_id, a.left_at.is_(None), a.refused_at.is_(None))
    return list(work.conn.execute(here.order_by(a.id)).scalars())


def own_account(work: Work, person_id: int) -> int | None:
    """The account in which somebody is told something; None for who has none: staff call them."""
    return next(iter(accounts_here(work, person_id)), None)


def homes_of(work: Work, person_id: int) -> tuple[HomeOf, ...]:
    """The homes a person is bound to now, the first bound one first."""
    bound = work.run(_HOMES_OF, {"person": person_id})
    return tuple(HomeOf(Home(*home), state) for *home, state in bound)


@dataclass(frozen=True, slots=True)
class Reported:
    """Where a person's last report from inside a home was; `home` is None where no door was told."""

    building: Building
    home: Home | None


def last_reported(work: Work, person_id: int) -> Reported | None:
    """Where the home is that a person last reported something from; None when they never did."""
    o = t.work_order.c
    mine = select(o.building_id, o.home_id, o.public_part).where(o.reporter_id == person_id)
    last = work.conn.execute(mine.order_by(o.id.desc()).limit(1)).first()
    if last is None or last.building_id is None or last.public_part is not None:
        return None
    home = work.conn.execute(select_homes().where(t.home.c.id == last.home_id)).first()
    building = building_by_id(work, last.building_id)
    return Reported(building, Home(*home) if home else None) if building else None


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


def person_seen_by(asker: User, person_id: Column[int]) -> ColumnElement[bool]:
    """The condition under which a person exists for this asker: they live in the area, or reported from there."""
    if asker.sees_all:
        return true()
    return false() if asker.is_firm else or_(_lives(person_id, asker), _reported(person_id, asker))


def person_kept_by(asker: User, person_id: Column[int]) -> ColumnElement[bool]:
    """The condition under which the asker keeps a person's record: seen by them, and not living elsewhere."""
    if asker.sees_all:
        return true()
    if asker.is_firm:
        return false()
    return or_(_lives(person_id, asker), and_(_reported(person_id, asker), not_(_lives(person_id))))


def kept_by_nobody(person_id: Column[int]) -> ColumnElement[bool]:
    """The condition under which no area keeps a person's record: no home is known, and nothing was reported."""
    return not_(or_(_lives(person_id), _reported(person_id)))


def _lives(person_id: Column[int], asker: User | None = None) -> ColumnElement[bool]:
    """Has a home, of the asker's area where there is an asker."""
    b = t.binding.c
    lives = select(b.id).where(b.person_id == person_id, b.ended_at.is_(None))
    if asker is not None:
        lives = lives.join_from(t.binding, t.home).join(t.building)
        lives = lives.where(t.building.c.estate_id.in_(asker.estates))
    # By name, since whoever asks may have the same tables in hand.
    return exists(lives.correlate(person_id.table))


def _reported(person_id: Column[int], asker: User | None = None) -> ColumnElement[bool]:
    reported = select(t.work_order.c.id).where(t.work_order.c.reporter_id == person_id)
    return exists((reported.where(seen_by(asker)) if asker else reported).correlate(person_id.table))


def lives_elsewhere(work: Work, asker: User, person_id: int) -> bool:
    """Whether the person has homes, and none in the asker's area: then others look after their record."""
    homes = [one.home.estate_id for one in homes_of(work, person_id)]
    return bool(homes) and not asker.sees_all and not asker.estates.intersection(homes)


def accounts_seen(work: Work, asker: User, account_ids: Collection[int]) -> frozenset[int]:
    """Those of the accounts whose people the asker sees."""
    seen = select(t.account.c.id).join_from(t.account, t.person)
    seen = seen.where(t.account.c.id.in_(account_ids), person_seen_by(asker, t.person.c.id))
    return frozenset(work.conn.execute(seen).scalars())


def contact_of(work: Work, asker: User, account_id: int) -> Contact | None:
    """Phone and doors of somebody whom the asker sees; whoever shows it writes an audit entry each time."""
    if not accounts_seen(work, asker, [account_id]):
        return None
    return contact_by_account(work, account_id, None if asker.sees_all else asker.estates)


def contact_by_account(work: Work, account_id: int, estates: Collection[int] | None = None) -> Contact | None:
    """The same for a view that has decided who may see it; doors of these `estates` only, unless it is None."""
    p = t.person.c
    query = select(p.id, p.phone_sealed).join_from(t.account, t.person)
    row = work.conn.execute(query.where(t.account.c.id == account_id)).first()
    if row is None:
        return None
    homes = (one.home for one in homes_of(work, row.id))
    doors = tuple(home.door for home in homes if estates is None or home.estate_id in estates)
    return Contact(work.unseal(row.phone_sealed), doors)
