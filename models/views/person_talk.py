"""Talks between residents and duty staff, as whoever is responsible may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, select, true

from models import tables as t
from models.rules import phones
from models.rules.masking import mask
from models.store import Work
from models.views.askers import Staff, User
from models.views.people import Contact, account_of, contact_by_account, homes_of
from models.views.photos import Photo

Responsible = Staff | User
BY_STAFF = ("worker", "console")


@dataclass(frozen=True, slots=True)
class PersonTalk:
    """A talk. `waits`: the resident has the last word; `words` is that last word, masked.

    `place`: the building of the resident's first home; `tail`: of their phone; both may be empty.
    """

    id: int
    number: int
    why: str
    state: str
    stage: int
    opened_at: datetime
    answered_at: datetime | None
    last_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    account_id: int | None
    unit_id: int | None
    unit: str
    waits: bool
    words: str = ""
    photos: int = 0
    place: str = ""
    tail: str = ""


@dataclass(frozen=True, slots=True)
class TalkLine:
    """One line of a talk's ledger. `by`: resident, worker, console, system; `name`: of the worker or user.

    `sent`, `reason`: what became of the message that took an answer to the resident.
    """

    id: int
    at: datetime
    by: str
    name: str
    words: str
    photos: int
    sent: str = ""
    reason: str = ""


def responsible(asker: Responsible) -> ColumnElement[bool]:
    """The condition under which a talk exists for this asker: the one place where that is decided."""
    unit_id = t.person_talk.c.unit_id
    if isinstance(asker, User) and asker.sees_all:
        return true()
    if isinstance(asker, User) and not asker.is_firm:
        u = t.handling_unit.c
        return unit_id.in_(select(u.id).where(u.area_id.in_(asker.areas)))
    return false() if asker.unit_id is None else unit_id == asker.unit_id


@cache
def _talks() -> Select[Any]:
    """Every talk with its last line: (columns of the talk, unit, waits, sealed words, photos)."""
    p, e = t.person_talk.c, t.talk_entry.c
    last = t.talk_entry.alias("last_entry")
    newest = select(func.max(e.id)).where(e.person_talk_id == p.id).scalar_subquery()
    waits = case((last.c.by.in_(BY_STAFF), false()), else_=p.state == "open")
    return (
        select(p.id, p.number, p.why, p.state, p.stage, p.opened_at, p.answered_at, p.last_at)
        .add_columns(
            p.ended_at, p.ended_by, p.account_id, p.unit_id, func.coalesce(t.handling_unit.c.name, "")
        )
        .add_columns(waits.label("waits"), last.c.by.label("last_by"), last.c.words_sealed, last.c.photos)
        .select_from(t.person_talk)
        .outerjoin(last, last.c.id == newest)
        .outerjoin(t.handling_unit, t.handling_unit.c.id == p.unit_id)
    )


def person_talks(
    work: Work, asker: Responsible, *, state: str = "open", most: int = 100
) -> tuple[PersonTalk, ...]:
    """Talks that are open, those that wait for an answer first, then who waits longest; ended ones newest first."""
    p = t.person_talk.c
    mine = _talks().where(responsible(asker), p.state == state)
    if state == "open":
        rows = mine.order_by(_talks().selected_columns.waits.desc(), p.last_at, p.id)
    else:
        rows = mine.order_by(p.ended_at.desc(), p.id.desc())
    return _with_people(work, work.conn.execute(rows.limit(most)).all())


def person_talk(work: Work, asker: Responsible, number: int) -> PersonTalk | None:
    """The talk that people call T and this number; None when there is none for this asker."""
    this = _talks().where(responsible(asker), t.person_talk.c.number == number)
    return next(iter(_with_people(work, work.conn.execute(this).all())), None)


def waiting_talks(work: Work, asker: Responsible) -> int:
    """How many open talks wait for an answer."""
    waits = _talks().where(responsible(asker), t.person_talk.c.state == "open").subquery()
    return int(work.conn.execute(select(func.count()).select_from(waits).where(waits.c.waits)).scalar_one())


def _with_people(work: Work, rows: Sequence[Any]) -> tuple[PersonTalk, ...]:
    """The talks of these rows with what may be known of who they are with."""
    places = _places(work, [row.account_id for row in rows])
    return tuple(_talk(work, row, *places.get(row.account_id, ("", "", ()))) for row in rows)


def _talk(work: Work, row: Any, place: str, tail: str, rooms: tuple[str, ...]) -> PersonTalk:
    words = "" if row.last_by == "system" else mask(work.unseal(row.words_sealed), rooms=rooms)
    return PersonTalk(*(*row[:13], bool(row.waits), words, row.photos or 0, place, tail))


def _places(work: Work, account_ids: Iterable[int | None]) -> Mapping[int, tuple[str, str, tuple[str, ...]]]:
    """By account: the building of the first home, the tail of the phone, the rooms to hide."""
    a, b, h = t.account.c, t.binding.c, t.home.c
    query = (
        select(a.id, t.person.c.phone_sealed, t.estate.c.name, t.building.c.name.label("building"), h.room)
        .select_from(t.account)
        .join(t.person)
        .outerjoin(t.binding, (b.person_id == t.person.c.id) & b.ended_at.is_(None))
        .outerjoin(t.home, h.id == b.home_id)
        .outerjoin(t.building, t.building.c.id == h.building_id)
        .outerjoin(t.estate, t.estate.c.id == t.building.c.estate_id)
        .where(a.id.in_([one for one in account_ids if one is not None]))
        .order_by(a.id, b.made_at, b.id)
    )
    found: dict[int, tuple[str, str, tuple[str, ...]]] = {}
    for row in work.conn.execute(query):
        place, tail, rooms = found.get(row.id, ("", phones.tail(work.unseal(row.phone_sealed)), ()))
        first = place or (f"{row.name} {row.building}" if row.room else "")
        found[row.id] = (first, tail, (*rooms, row.room) if row.room else rooms)
    return found


def talk_lines(work: Work, asker: Responsible, number: int) -> tuple[TalkLine, ...]:
    """The ledger, oldest first; masked for staff in a group, whole for the console."""
    talk = person_talk(work, asker, number)
    if talk is None:
        return ()
    rooms = _rooms(work, talk.account_id) if isinstance(asker, Staff) else ()
    told = _told(work, talk.id)
    return tuple(_line(work, row, asker, rooms, told) for row in work.conn.execute(_lines(talk.id)))


def _line(
    work: Work, row: Any, asker: Responsible, rooms: tuple[str, ...], told: Mapping[int, tuple[str, str]]
) -> TalkLine:
    words = work.unseal(row.words_sealed)
    if isinstance(asker, Staff):
        words = "\n".join(mask(line, rooms=rooms) for line in words.splitlines())
    return TalkLine(row.id, row.at, row.by, row.name, words, row.photos, *told.get(row.id, ("", "")))


def _lines(talk_id: int) -> Select[Any]:
    e = t.talk_entry.c
    name = case((e.by == "worker", t.worker.c.name), (e.by == "console", t.console_user.c.login), else_="")
    return (
        select(e.id, e.at, e.by, func.coalesce(name, "").label("name"), e.words_sealed, e.photos)
        .select_from(t.talk_entry)
        .outerjoin(t.worker, (e.by == "worker") & (t.worker.c.id == e.by_id))
        .outerjoin(t.console_user, (e.by == "console") & (t.console_user.c.id == e.by_id))
        .where(e.person_talk_id == talk_id)
        .order_by(e.id)
    )


def _told(work: Work, talk_id: int) -> Mapping[int, tuple[str, str]]:
    """What became of each answer, by its line."""
    m = t.outbox.c
    query = select(m.facts, m.state, m.reason).where(m.person_talk_id == talk_id, m.kind == "talk_reply")
    return {row.facts.get("entry", 0): (row.state, row.reason) for row in work.conn.execute(query)}


def _rooms(work: Work, account_id: int | None) -> tuple[str, ...]:
    account = account_of(work, account_id) if account_id is not None else None
    return tuple(one.home.room for one in homes_of(work, account.person_id)) if account else ()


def talk_photos(work: Work, asker: Responsible, number: int) -> tuple[Photo, ...]:
    """The photos of a talk, oldest first; none when it is not for this asker."""
    talk = person_talk(work, asker, number)
    if talk is None:
        return ()
    p = t.photo.c
    columns = (p.id, p.work_order_id, p.state, p.file, p.width, p.height, p.worker_id.is_not(None))
    return tuple(
        Photo(*row)
        for row in work.conn.execute(select(*columns).where(p.person_talk_id == talk.id).order_by(p.id))
    )


def contact_of_talk(work: Work, asker: User, number: int) -> Contact | None:
    """Phone and doors of who the talk is with; whoever asks writes an audit entry each time."""
    talk = person_talk(work, asker, number)
    return None if talk is None or talk.account_id is None else contact_by_account(work, talk.account_id)


def latest_talks(work: Work, asker: Responsible, account_ids: Iterable[int]) -> Mapping[int, int]:
    """The number of the newest talk of each of these accounts that has had one."""
    p = t.person_talk.c
    newest = select(p.account_id, func.max(p.number)).where(responsible(asker), p.account_id.in_(account_ids))
    return {row[0]: row[1] for row in work.conn.execute(newest.group_by(p.account_id))}
