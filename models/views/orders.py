"""Work orders as whoever asks may see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
    true,
)

from models import tables as t
from models.rules.masking import DOOR_LEFT, hide
from models.store import Work
from models.views.askers import Asker, Resident, Staff, User

URGENCY_FIRST = case(
    (t.work_order.c.urgency == "emergency", 0), (t.work_order.c.urgency == "urgent", 1), else_=2
)

# The door of the home it is about, whose every spelling is hidden; None without one.
ROOM = (
    select(t.home.c.room)
    .where(t.home.c.id == t.work_order.c.home_id)
    .correlate(t.work_order)
    .scalar_subquery()
    .label("room")
)

# The reporter's name, sealed, which whoever has no part in the order does not read either.
NAME = (
    select(t.person.c.name_sealed)
    .where(t.person.c.id == t.work_order.c.reporter_id)
    .correlate(t.work_order)
    .scalar_subquery()
    .label("name_sealed")
)

DESK = {"resident": "工作人员", "staff": "工作台"}  # who acted at the console, as others read it


@dataclass(frozen=True, slots=True)
class Order:
    """A work order without its door.

    `summary` is masked for other residents, for colleagues of the holder, where a group reads it, and for firms.
    `holder` is the name of whoever holds it, or did when it was closed; `mine`: the asker reported it (a
    resident), or holds it or helps with it (staff). `home`: it is about somebody's home, see views.doors.
    """

    id: int
    number: int
    category: str
    urgency: str
    summary: str
    place: str
    estate_id: int | None
    building_id: int | None
    public_part: str | None
    state: str
    stage: int
    level: int
    unit_id: int | None
    holder_id: int | None
    reporter_id: int | None
    origin: str
    opened_at: datetime
    claimed_at: datetime | None
    arrived_at: datetime | None
    closed_at: datetime | None
    close: str | None
    closures: int
    urged_at: datetime | None
    paused_until: datetime | None
    visit_at: datetime | None
    visit_ends_at: datetime | None
    home: bool
    unit: str
    holder: str
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an order's ledger. `by`: resident, worker, console, system; `name`: of the worker or user."""

    id: int
    at: datetime
    step: str
    by: str
    name: str
    words: str
    facts: dict[str, Any]
    origin: str


@dataclass(frozen=True, slots=True)
class Question:
    """A push that waits for an answer. kind: rating (subject: order), staff_question (subject: order entry)."""

    id: int
    kind: str
    subject: int
    stamp: int
    shown_at: datetime | None
    ends_at: datetime
    order_id: int
    number: int
    category: str
    words: str


@dataclass(frozen=True, slots=True)
class Rating:
    """What a resident thinks of one closure of an order."""

    closure: int
    score: int
    word: str
    sentence: str
    at: datetime


@cache
def select_orders() -> Select[Any]:
    """Orders in the order of the fields of Order, then the room of the home they are about and the reporter's name,
    for shown()."""
    o = t.work_order.c
    columns = (
        o.id, o.number, o.category, o.urgency, o.summary, o.place, o.estate_id, o.building_id, o.public_part,
        o.state, o.stage, o.level, o.unit_id, o.holder_id, o.reporter_id, o.origin, o.opened_at, o.claimed_at,
        o.arrived_at, o.closed_at, o.close, o.closures, o.urged_at, o.paused_until, o.visit_at, o.visit_ends_at,
    )  # fmt: skip
    home = o.home_id.is_not(None)
    unit, holder = func.coalesce(t.handling_unit.c.name, ""), func.coalesce(t.worker.c.name, "")
    return (
        select(*columns, home, unit, holder, ROOM, NAME)
        .select_from(t.work_order)
        .outerjoin(t.handling_unit, t.handling_unit.c.id == o.unit_id)
        .outerjoin(t.worker, t.worker.c.id == o.holder_id)
    )


def seen_by(asker: Asker) -> ColumnElement[bool]:
    """The condition under which an order exists for this asker at all."""
    match asker:
        case Resident(account_id=account_id):
            return t.work_order.c.id.in_(_followed_by(account_id))
        case Staff(unit_id=unit_id):
            return t.work_order.c.unit_id == unit_id
        case User():
            return _seen_by_user(asker)


def _followed_by(account_id: Any) -> Select[Any]:
    """Ids of the orders that this account follows. IN, not EXISTS: SQLite would try every order of the town."""
    f = t.order_follower.c
    return select(f.work_order_id).where(f.account_id == account_id)


def _seen_by_user(asker: User) -> ColumnElement[bool]:
    """A firm: what its unit has. Others: what lies in their area; without a known place, what its units have."""
    o, u = t.work_order.c, t.handling_unit.c
    if asker.sees_all:
        return true()
    if asker.is_firm:
        return false() if asker.unit_id is None else o.unit_id == asker.unit_id
    units = select(u.id).where(u.area_id.in_(asker.areas))
    return or_(o.estate_id.in_(asker.estates), and_(o.estate_id.is_(None), o.unit_id.in_(units)))


def _is_mine(order: Order, asker: Asker) -> bool:
    match asker:
        case Resident(person_id=person_id):
            return order.reporter_id == person_id
        case Staff(worker_id=worker_id):
            return order.holder_id == worker_id and order.state != "closed"
        case User():
            return False


def shown(work: Work, row: Any, asker: Asker, *, helps: bool = False) -> Order:
    """A row of select_orders() as this asker may read it."""
    *fields, _, _ = row
    order = Order(*fields)
    mine = helps or _is_mine(order, asker)
    aloud = isinstance(asker, Staff) and asker.aloud
    whole = reads_all(asker) or (mine and not aloud)
    return replace(order, mine=mine, summary=order.summary if whole else hidden(work, row, order.summary))


def hidden(work: Work, row: Any, words: str) -> str:
    """Words about an order as they may leave the hands it is in: masked, without its door and its reporter's name.

    `row`: with the columns ROOM and NAME.
    """
    return hide(words, [work.unseal(row.name_sealed)], [row.room])


def reads_all(asker: Asker) -> bool:
    """Whether this asker reads what residents write as they wrote it: whoever is at the console, but no firm."""
    return isinstance(asker, User) and not asker.is_firm


def _first(work: Work, asker: Asker, column: Column[int], wanted: int) -> Order | None:
    row = _row(work, asker, column, wanted)
    return None if row is None else _read(work, row, asker)


def _row(work: Work, asker: Asker, column: Column[int], wanted: int) -> Any:
    if isinstance(asker, Resident):
        mine = {"follower": asker.account_id, "wanted": wanted}
        return work.run(_followed_one(column), mine).first()
    return work.conn.execute(select_orders().where(_may_look(asker), column == wanted)).first()


def _may_look(asker: Asker) -> ColumnElement[bool]:
    """What somebody may open who names it: what they see in lists, and what staff help another unit with."""
    if isinstance(asker, Staff):
        helped = and_(t.work_order.c.state != "closed", t.work_order.c.id.in_(_helped_by(asker.worker_id)))
        return or_(seen_by(asker), helped)
    return seen_by(asker)


def _read(work: Work, row: Any, asker: Asker) -> Order:
    helps = isinstance(asker, Staff) and work.conn.execute(_helped(asker, row.id)).first() is not None
    return shown(work, row, asker, helps=helps)


def _helped(asker: Staff, order_id: Any) -> Select[Any]:
    """That this worker helps with the open order and has not finished."""
    o = t.work_order.c
    return select(o.id).where(o.id == order_id, o.state != "closed", o.id.in_(_helped_by(asker.worker_id)))


def _helped_by(worker_id: int) -> Select[Any]:
    """Ids of the orders that this worker helps with and has not finished."""
    h = t.order_helper.c
    return select(h.work_order_id).where(h.worker_id == worker_id, h.done_at.is_(None))


def order_by_number(work: Work, asker: Asker, number: int) -> Order | None:
    """The order people call `number`; None when there is none for this asker."""
    return _first(work, asker, t.work_order.c.number, number)


def order_by_id(work: Work, asker: Asker, order_id: int) -> Order | None:
    """The order; None when there is none for this asker."""
    return _first(work, asker, t.work_order.c.id, order_id)


@cache
def _followed() -> Select[Any]:
    """Those that the account "follower" follows: what residents look at in their turns, so built once."""
    return select_orders().where(t.work_order.c.id.in_(_followed_by(bindparam("follower"))))


@cache
def _followed_one(column: Column[int]) -> Select[Any]:
    return _followed().where(column == bindparam("wanted"))


@cache
def _newest_followed() -> Select[Any]:
    return _followed().order_by(t.work_order.c.id.desc()).limit(bindparam("most", type_=Integer))


def orders_of_resident(work: Work, asker: Resident, most: int = 5) -> tuple[Order, ...]:
    """The newest orders that this account follows."""
    wanted = {"follower": asker.account_id, "most": most}
    return tuple(shown(work, row, asker) for row in work.run(_newest_followed(), wanted))


def open_orders_of(work: Work, asker: Staff) -> tuple[Order, ...]:
    """What a worker holds or helps with, the most urgent first, then the oldest."""
    o = t.work_order.c
    helps = o.id.in_(_helped_by(asker.worker_id))
    mine = or_(and_(o.holder_id == asker.worker_id, seen_by(asker)), helps)
    query = select_orders().where(mine, o.state != "closed")
    rows = work.conn.execute(query.order_by(URGENCY_FIRST, o.opened_at, o.id))
    return tuple(shown(work, row, asker, helps=True) for row in rows)


def order_shown(work: Work, order_id: int, asker: Asker) -> Order:
    """An order as `asker` reads it, whether or not it is theirs to find."""
    row = work.conn.execute(select_orders().where(t.work_order.c.id == order_id)).one()
    return shown(work, row, asker)


def timeline(work: Work, asker: Asker, order_id: int) -> tuple[Entry, ...]:
    """The order's ledger, oldest first; empty when it is not for this asker.

    Residents do not see notes of the console. Whoever reported the order reads other residents' words masked;
    neighbours who joined, colleagues of the holder and firms read everything masked, words of staff too, as it was
    told to them. A door that somebody wrote is hidden whole from all of them.
    """
    found = _row(work, asker, t.work_order.c.id, order_id)
    if found is None:
        return ()
    order = _read(work, found, asker)
    rows = work.run(_ledger(), {"order": order_id}).all()
    return tuple(_entry(work, row, asker, order, found) for row in rows if not _unseen(row, asker))


@cache
def _ledger() -> Select[Any]:
    e = t.order_entry.c
    name = func.coalesce(t.worker.c.name, t.console_user.c.login, "")
    return (
        select(e.id, e.at, e.step, e.by, name, e.words, e.facts, e.origin, e.by_id)
        .select_from(t.order_entry)
        .outerjoin(t.worker, and_(e.by == "worker", t.worker.c.id == e.by_id))
        .outerjoin(t.console_user, and_(e.by == "console", t.console_user.c.id == e.by_id))
        .where(e.work_order_id == bindparam("order"))
        .order_by(e.id)
    )


def newest_entry(work: Work, asker: Asker, number: int) -> int | None:
    """The id of the newest line of the order's ledger, which tells whether anything happened; None: not for them."""
    order = order_by_number(work, asker, number)
    if order is None:
        return None
    e = t.order_entry.c
    return int(work.conn.execute(select(func.max(e.id)).where(e.work_order_id == order.id)).scalar() or 0)


def _unseen(row: Any, asker: Asker) -> bool:
    return row.step == "note" and isinstance(asker, Resident)


def _entry(work: Work, row: Any, asker: Asker, order: Order, found: Any) -> Entry:
    *plain, by_id = row
    entry = Entry(*plain)
    if entry.by == "console" and not isinstance(asker, User):  # never somebody's login
        entry = replace(entry, name=DESK["resident" if isinstance(asker, Resident) else "staff"])
    own = isinstance(asker, Resident) and entry.by == "resident" and by_id == asker.person_id
    if own or reads_all(asker) or (isinstance(asker, Staff) and order.mine):
        return entry
    if entry.facts.get("door"):
        return replace(entry, words=DOOR_LEFT)
    said = entry.by == "resident" or entry.step == "open"  # a clerk writes down what a caller says
    return entry if order.mine and not said else replace(entry, words=hidden(work, found, entry.words))


def open_questions(work: Work, account_id: int) -> tuple[Question, ...]:
    """The pushes that still wait for this account's answer, the one shown last first."""
    asked = {"asked": account_id, "now": work.now}
    return tuple(Question(*row) for row in work.run(_OPEN_QUESTIONS, asked))


def _open_questions() -> Select[Any]:
    q, o, e = t.open_question.c, t.work_order.c, t.order_entry.c
    order_id = case((q.kind == "rating", q.subject), else_=e.work_order_id)
    return (
        select(q.id, q.kind, q.subject, q.stamp, q.shown_at, q.ends_at)
        .add_columns(func.coalesce(o.id, 0), func.coalesce(o.number, 0), func.coalesce(o.category, ""))
        .add_columns(func.coalesce(e.words, ""))
        .select_from(t.open_question)
        .outerjoin(t.order_entry, and_(q.kind == "staff_question", e.id == q.subject))
        .outerjoin(t.work_order, o.id == order_id)
        .where(q.account_id == bindparam("asked"), q.answered_at.is_(None), q.ends_at > bindparam("now"))
        .order_by(q.shown_at.is_(None), q.shown_at.desc(), q.id.desc())
    )


_OPEN_QUESTIONS = _open_questions()  # asked in every turn, so built once


def rating_of(work: Work, asker: Asker, order_id: int) -> Rating | None:
    """The newest rating of an order that this asker may see; a resident sees only their own, a firm it masked."""
    found = _row(work, asker, t.work_order.c.id, order_id)
    if found is None:
        return None
    r = t.rating.c
    query = select(r.closure, r.score, r.word, r.sentence, r.at).where(r.work_order_id == order_id)
    if isinstance(asker, Resident):
        query = query.where(r.person_id == asker.person_id)
    row = work.conn.execute(query.order_by(r.id.desc()).limit(1)).first()
    if row is None:
        return None
    whole = reads_all(asker) or isinstance(asker, Resident)
    sentence = row.sentence if whole else hidden(work, found, row.sentence)
    return replace(Rating(*row), sentence=sentence)
