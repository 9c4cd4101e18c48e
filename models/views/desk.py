"""What a person at the console has to look at: desk items, messages that went wrong, counters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, case, false, func, or_, select

from models import tables as t
from models.rules.masking import SAID
from models.store import Work
from models.views.askers import Asker, User
from models.views.orders import NAME, ROOM, hidden, order_by_id, reads_all, seen_by
from models.views.people import kept_by_nobody, person_kept_by, person_seen_by


@dataclass(frozen=True, slots=True)
class DeskItem:
    """Something a person must do. `number` and `category` are of its order, if it has one.

    `person_id`: whom it is about, where that is not who the account belongs to, and the asker may see them.
    """

    id: int
    kind: str
    state: str
    order_id: int | None
    account_id: int | None
    words: str
    made_at: datetime
    done_at: datetime | None
    number: int | None
    category: str | None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message of ours, its facts, and what became of it."""

    id: int
    kind: str
    facts: dict[str, Any]
    to_resident: bool
    group: str
    state: str
    channel: str
    rung: str
    reason: str
    detail: str
    made_at: datetime
    sent_at: datetime | None
    order_id: int | None


@dataclass(frozen=True, slots=True)
class StuckMessage:
    """An inbox row that could not be played; nothing of what it says."""

    id: int
    channel: str
    state: str
    attempts: int
    received_at: datetime
    note: str


def desk_items(work: Work, asker: User, *, state: str = "open", most: int = 100) -> tuple[DeskItem, ...]:
    """Desk items, oldest first: those of orders and people that the asker sees, and of canteens that serve their
    area; an admin sees all.

    A firm reads their words masked.
    """
    d, o = t.desk_item.c, t.work_order.c
    columns = (d.id, d.kind, d.state, d.work_order_id, d.account_id, d.words, d.made_at, d.done_at)
    query: Select[Any] = (
        select(*columns, o.number, o.category)
        .add_columns(case((person_seen_by(asker, d.person_id), d.person_id)), ROOM, NAME)
        .select_from(t.desk_item)
        .outerjoin(t.work_order, o.id == d.work_order_id)
        .where(d.state == state)
        .order_by(d.id)
        .limit(most)
    )
    if not asker.sees_all:
        account = t.account.alias("about")
        query = query.outerjoin(account, account.c.id == d.account_id)
        people = _sees_people(asker, account.c.person_id)
        alone = and_(o.id.is_(None), or_(people, _serves(asker)))
        query = query.where(or_(and_(o.id.is_not(None), seen_by(asker)), alone))
    return tuple(_item(work, row, asker) for row in work.conn.execute(query))


def _serves(asker: User) -> ColumnElement[bool]:
    """Whether the item is about a canteen that cooks for the asker's area. A firm hears of its own in its group."""
    ec = t.estate_canteen.c
    serving = select(ec.canteen_id).where(ec.estate_id.in_(asker.estates))
    return false() if asker.is_firm else t.desk_item.c.canteen_id.in_(serving)


def _sees_people(asker: User, owner_id: Column[int]) -> ColumnElement[bool]:
    """Whoever sees one of the two people; an elder's consent is for those who keep their record."""
    d = t.desk_item.c
    either = or_(person_seen_by(asker, owner_id), person_seen_by(asker, d.person_id))
    unknown = and_(kept_by_nobody(d.person_id), person_kept_by(asker, owner_id))
    return and_(
        either,
        or_(d.kind != "carer_paper", d.person_id.is_(None), person_kept_by(asker, d.person_id), unknown),
    )


def _item(work: Work, row: Any, asker: User) -> DeskItem:
    *fields, _, _ = row
    item = DeskItem(*fields)
    return replace(item, words=hidden(work, row, item.words)) if asker.is_firm else item


def _messages() -> Select[Any]:
    m = t.outbox.c
    return (
        select(m.id, m.kind, m.facts, m.account_id.is_not(None).label("to_resident"))
        .add_columns(
            func.coalesce(t.work_group.c.name, t.worker.c.name, ""),
            m.state,
            m.channel,
            m.rung,
            m.reason,
            m.detail,
        )
        .add_columns(m.made_at, m.sent_at, m.work_order_id)
        .select_from(t.outbox)
        .outerjoin(t.work_group, t.work_group.c.id == m.work_group_id)
        .outerjoin(t.worker_account, t.worker_account.c.id == m.worker_account_id)
        .outerjoin(t.worker, t.worker.c.id == t.worker_account.c.worker_id)
    )


def messages_of_order(work: Work, asker: Asker, order_id: int) -> tuple[Message, ...]:
    """What was told about an order, oldest first; empty when it is not for this asker.

    A firm reads what somebody wrote masked, as in the ledger.
    """
    if order_by_id(work, asker, order_id) is None:
        return ()
    query = _messages().where(t.outbox.c.work_order_id == order_id).order_by(t.outbox.c.id)
    messages = [Message(*row) for row in work.conn.execute(query)]
    if reads_all(asker):
        return tuple(messages)
    order = work.conn.execute(select(ROOM, NAME).where(t.work_order.c.id == order_id)).one()
    return tuple(_unnamed(work, order, message) for message in messages)


def _unnamed(work: Work, order: Any, message: Message) -> Message:
    said = {name: fact for name, fact in message.facts.items() if name in SAID and isinstance(fact, str)}
    return replace(
        message, facts=message.facts | {name: hidden(work, order, fact) for name, fact in said.items()}
    )


def failed_messages(work: Work, most: int = 100) -> tuple[Message, ...]:
    """Messages that failed or of which nobody knows whether they arrived, newest first. For an admin."""
    m = t.outbox.c
    query = _messages().where(m.state.in_(("failed", "unknown"))).order_by(m.id.desc()).limit(most)
    return tuple(Message(*row) for row in work.conn.execute(query))


def stuck_messages(work: Work, most: int = 100) -> tuple[StuckMessage, ...]:
    """Inbox rows that are dead or poison, newest first. For an admin."""
    i = t.inbox.c
    query = (
        select(i.id, i.channel, i.state, i.attempts, i.received_at, i.note)
        .where(i.state.in_(("dead", "poison")))
        .order_by(i.id.desc())
        .limit(most)
    )
    return tuple(StuckMessage(*row) for row in work.conn.execute(query))
