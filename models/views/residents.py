"""Residents as a clerk sees them: one person with homes and orders, and the homes that are claimed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from models import tables as t
from models.store import Work
from models.views.askers import User
from models.views.orders import Order, seen_by, select_orders, shown
from models.views.people import lives_elsewhere, person_seen_by
from models.views.register import Home, select_homes

MOST = 50


@dataclass(frozen=True, slots=True)
class Claim:
    """A home that a person says is theirs. state: claimed, verified, refused; `id` is what DecideHomes takes."""

    id: int
    person_id: int
    state: str
    made_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    home: Home
    name: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A resident. `accounts`: how many are theirs now; `consent`: when the newest agreement was given."""

    id: int
    name: str
    has_phone: bool
    made_at: datetime
    accounts: int
    consent: datetime | None
    homes: tuple[Claim, ...]
    orders: tuple[Order, ...]


def _claims() -> Select[Any]:
    b = t.binding.c
    return (
        select_homes()
        .add_columns(b.id, b.person_id, b.state, b.made_at, b.decided_at, b.ended_at, t.person.c.name_sealed)
        .join(t.binding, b.home_id == t.home.c.id)
        .join(t.person, t.person.c.id == b.person_id)
        .order_by(None)
        .order_by(b.made_at, b.id)
    )


def _claim(work: Work, row: Any) -> Claim:
    *home, claim_id, person_id, state, made_at, decided_at, ended_at, name = row
    return Claim(claim_id, person_id, state, made_at, decided_at, ended_at, Home(*home), work.unseal(name))


def _seen(query: Select[Any], asker: User) -> Select[Any]:
    return query if asker.sees_all else query.where(t.building.c.estate_id.in_(asker.estates))


def claims(work: Work, asker: User) -> tuple[Claim, ...]:
    """The homes of the asker's estates that wait to be verified, the oldest first.

    One more than MOST when there are more.
    """
    b = t.binding.c
    query = _seen(_claims(), asker).where(b.state == "claimed", b.ended_at.is_(None))
    return tuple(_claim(work, row) for row in work.conn.execute(query.limit(MOST + 1)))


def claims_waiting(work: Work, asker: User) -> int:
    """How many homes wait to be verified, up to 99."""
    b = t.binding.c
    waiting = select(b.id).where(b.state == "claimed", b.ended_at.is_(None)).limit(99)
    if not asker.sees_all:
        waiting = waiting.join_from(t.binding, t.home).join(t.building)
        waiting = waiting.where(t.building.c.estate_id.in_(asker.estates))
    return work.conn.execute(select(func.count()).select_from(waiting.subquery())).scalar_one()


def claim_by_id(work: Work, asker: User, claim_id: int) -> Claim | None:
    """The claim of a home in the asker's estates."""
    row = work.conn.execute(_seen(_claims(), asker).where(t.binding.c.id == claim_id)).first()
    return _claim(work, row) if row else None


def sees_person(work: Work, asker: User, person_id: int) -> bool:
    """Whether the person exists for this asker."""
    p = t.person.c
    this = select(p.id).where(p.id == person_id, person_seen_by(asker, p.id))
    return work.conn.execute(this).first() is not None


def looks_after(work: Work, asker: User, person_id: int) -> bool:
    """Whether the person's diet and money are for this asker: seen by them, and no other area keeps the record."""
    return sees_person(work, asker, person_id) and not lives_elsewhere(work, asker, person_id)


def person_by_id(work: Work, asker: User, person_id: int) -> Person | None:
    """The person, for whoever may see them; whoever shows it writes an audit entry."""
    p = t.person.c
    columns = (p.id, p.name_sealed, p.phone_index, p.made_at)
    row = work.conn.execute(select(*columns).where(p.id == person_id, person_seen_by(asker, p.id))).first()
    if row is None:
        return None
    a = t.account.c
    counted = select(func.count(), func.max(a.consent_at)).where(
        a.person_id == person_id, a.left_at.is_(None)
    )
    accounts, consent = work.conn.execute(counted).one()
    return Person(
        row.id,
        work.unseal(row.name_sealed),
        row.phone_index is not None,
        row.made_at,
        accounts,
        consent,
        _homes(work, asker, person_id),
        _orders(work, asker, person_id),
    )


def _homes(work: Work, asker: User, person_id: int) -> tuple[Claim, ...]:
    """Where they live now, and what was refused."""
    b = t.binding.c
    mine = _seen(_claims(), asker).where(b.person_id == person_id)
    rows = work.conn.execute(mine.where(or_(b.ended_at.is_(None), b.state == "refused")))
    return tuple(_claim(work, row) for row in rows)


def _orders(work: Work, asker: User, person_id: int) -> tuple[Order, ...]:
    o = t.work_order.c
    query = select_orders().where(o.reporter_id == person_id, seen_by(asker)).order_by(o.id.desc())
    return tuple(shown(work, row, asker) for row in work.conn.execute(query.limit(MOST)))


def phone_of_person(work: Work, asker: User, person_id: int) -> str:
    """The person's phone; empty when it is not known or not for this asker.

    Whoever shows it writes an audit entry.
    """
    p = t.person.c
    query = select(p.phone_sealed).where(p.id == person_id, person_seen_by(asker, p.id))
    return work.unseal(work.conn.execute(query).scalar())
