"""Questions that no service item answers, and how the items were asked in a week. For the staff of a community."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, or_, select, true

from models import tables as t
from models.store import Work
from models.views.askers import Staff, User
from models.views.catalogue import today

WEEK = timedelta(days=7)
MOST = 10  # lines of each list
PAGE = 30  # questions of a page


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One question, for all who asked alike. `review`: what its answer became: item, alias; empty: nothing yet."""

    id: int
    number: int
    words: str
    state: str
    asked: int
    unit_id: int | None
    unit: str
    first_at: datetime
    last_at: datetime
    answer: str
    answered_at: datetime | None
    review: str
    service_item_id: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """How the items were asked in the seven days before `until`; each list is (title or words, how often).

    `ids`: the item of each title; `numbers`: the question of each of the open words.
    """

    since: datetime
    until: datetime
    count: int
    most: tuple[tuple[str, int], ...]
    least: tuple[tuple[str, int], ...]
    expired: tuple[str, ...]
    never: tuple[str, ...]
    open: tuple[tuple[str, int], ...]
    ids: Mapping[str, int]
    numbers: Mapping[str, int]


def _seen_by(asker: Staff | User) -> ColumnElement[bool]:
    u = t.unanswered.c
    if isinstance(asker, Staff):
        return u.unit_id == asker.unit_id
    if asker.sees_all:
        return true()
    if asker.is_firm:
        return u.unit_id == asker.unit_id if asker.unit_id else false()
    here = select(t.handling_unit.c.id).where(t.handling_unit.c.area_id.in_(asker.areas))
    return or_(u.unit_id.in_(here), u.estate_id.in_(asker.estates))


def _questions(asker: Staff | User) -> Any:
    u = t.unanswered.c
    columns = [u[name] for name in Unanswered.__slots__ if name != "unit"]
    named = func.coalesce(t.handling_unit.c.name, "").label("unit")
    joined = t.unanswered.outerjoin(t.handling_unit, t.handling_unit.c.id == u.unit_id)
    return select(*columns, named).select_from(joined).where(_seen_by(asker))


def _as_question(row: Any) -> Unanswered:
    return Unanswered(**row._mapping)


def unanswered_open(
    work: Work, asker: Staff | User, page: int = 1, most: int = PAGE
) -> tuple[Unanswered, ...]:
    """Those without an answer, what was asked most first; one page of them."""
    u = t.unanswered.c
    query = _questions(asker).where(u.state == "open").order_by(u.asked.desc(), u.id)
    return tuple(map(_as_question, work.conn.execute(query.limit(most).offset((page - 1) * most))))


def unanswered_count(work: Work, asker: Staff | User) -> int:
    """How many have no answer."""
    query = (
        select(func.count()).select_from(t.unanswered).where(_seen_by(asker), t.unanswered.c.state == "open")
    )
    return int(work.conn.execute(query).scalar_one())


def answered_lately(work: Work, asker: Staff | User, most: int = 50) -> tuple[Unanswered, ...]:
    """Those with an answer, what nobody has reviewed yet first, then the newest."""
    u = t.unanswered.c
    order = (case((u.review == "", 0), else_=1), u.answered_at.desc())
    rows = work.conn.execute(_questions(asker).where(u.state == "answered").order_by(*order).limit(most))
    return tuple(map(_as_question, rows))


def unanswered_by_number(work: Work, asker: Staff | User, number: int) -> Unanswered | None:
    """One question by its number, Q12; dropped ones are gone."""
    u = t.unanswered.c
    row = work.conn.execute(_questions(asker).where(u.number == number, u.state != "dropped")).first()
    return _as_question(row) if row else None


def asked_week(work: Work, asker: User | None = None) -> Week:
    """The seven days until now. Items are the town's, so everybody's questions count; open ones are the asker's."""
    until, since = work.now, work.now - WEEK
    q, i = t.question_asked.c, t.service_item.c
    asked = select(i.title, func.count()).join_from(
        t.question_asked, t.service_item, i.id == q.service_item_id
    )
    recent = asked.where(q.asked_at > since, q.asked_at <= until).group_by(i.title)
    most = work.conn.execute(recent.order_by(func.count().desc(), i.title).limit(MOST)).all()
    least = work.conn.execute(
        recent.where(q.useful == 0).order_by(func.count().desc(), i.title).limit(MOST)
    ).all()
    count = work.conn.execute(
        select(func.count()).select_from(t.question_asked).where(q.asked_at > since, q.asked_at <= until)
    ).scalar_one()
    live = select(i.title).where(i.state == "live")
    expired = work.conn.execute(live.where(i.ends_on < today(work)).order_by(i.ends_on)).scalars().all()
    # Ever, so no date bounds it: by the index on the item, not by reading every question.
    known = select(q.id).where(q.service_item_id == i.id).correlate(t.service_item)
    never = work.conn.execute(live.where(~known.exists()).order_by(i.id)).scalars().all()
    waiting = unanswered_open(work, asker, most=MOST) if asker else ()
    return Week(
        since,
        until,
        int(count),
        _pairs(most),
        _pairs(least),
        tuple(expired),
        tuple(never),
        tuple((one.words, one.asked) for one in waiting),
        _ids(work, {*(row[0] for row in (*most, *least)), *expired, *never}),
        {one.words: one.number for one in waiting},
    )


def _ids(work: Work, titles: Collection[str]) -> Mapping[str, int]:
    """An item of each title, the newest."""
    i = t.service_item.c
    rows = work.conn.execute(select(i.title, func.max(i.id)).where(i.title.in_(titles)).group_by(i.title))
    return {row[0]: int(row[1]) for row in rows}


def _pairs(rows: Sequence[Any]) -> tuple[tuple[str, int], ...]:
    return tuple((str(row[0]), int(row[1])) for row in rows)


def open_by_unit(work: Work) -> Mapping[int | None, int]:
    """How many questions each unit has not answered."""
    u = t.unanswered.c
    rows = work.conn.execute(select(u.unit_id, func.count()).where(u.state == "open").group_by(u.unit_id))
    return {row[0]: int(row[1]) for row in rows}
