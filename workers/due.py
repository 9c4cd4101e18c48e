"""What is due, table by table, and handing it out: once per lease, however many relays there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, Table, case, exists, select, update

from models import tables as t
from models.store import Work
from workers import ladders

LEASE = timedelta(seconds=30)  # longer than a job waits in its queue
LEFT_OVER = timedelta(seconds=4)  # a callback has its turn first
AT_ONCE = 200  # rows of one kind in one round
TOGETHER = 20  # rows of one target in one job

Condition = Callable[[datetime], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One table that holds due rows. `ready`: which rows, besides those whose next_at has come.

    `target`: rows of one target go together, as a list; without it each row is a job of its own.
    `first`: kinds that are handed out before all others. `share`: several targets' rows share a job, as a list of
    lists: a job of its own for one short row costs as much as the row. `most`: rows of one round.
    """

    mark: str
    queue: str
    function: str
    table: Table
    ready: Condition
    target: tuple[Column[Any], ...] = ()
    first: tuple[str, ...] = ()
    share: bool = False
    most: int = AT_ONCE


def _no_item_in_hand(now: datetime) -> ColumnElement[bool]:
    """One item at a time: making its vectors takes a second, and photos wait in the same queue."""
    other = t.service_item.alias()
    leased = (other.c.next_at > now) & (other.c.next_at <= now + LEASE)
    return ~exists(select(other.c.id).where(other.c.vectors == "wanted", leased))


KINDS = (
    Kind(
        "in",
        "talk",
        "workers.inbox.drain",
        t.inbox,
        lambda now: (t.inbox.c.state == "new") & (t.inbox.c.received_at < now - LEFT_OVER),
        (t.inbox.c.channel, t.inbox.c.sender),
    ),
    Kind("tm", "talk", "workers.timers.fire", t.timer, lambda now: t.timer.c.done_at.is_(None)),
    Kind(
        "ob",
        "tell",
        "workers.outbox.deliver_together",
        t.outbox,
        lambda now: t.outbox.c.state == "queued",
        (t.outbox.c.account_id, t.outbox.c.work_group_id, t.outbox.c.worker_account_id),
        ladders.ALARMS,
        share=True,
    ),
    Kind("ph", "media", "workers.photos.fetch", t.photo, lambda now: t.photo.c.state == "wanted"),
    Kind("vn", "voice", "workers.voice.listen", t.voice_note, lambda now: t.voice_note.c.state == "wanted"),
    Kind(
        "sv",
        "media",
        "workers.vectors.embed",
        t.service_item,
        lambda now: (t.service_item.c.vectors == "wanted") & _no_item_in_hand(now),
        (t.service_item.c.state,),
        most=1,
    ),
    # Also one that has ended, until its files are deleted.
    Kind("im", "media", "workers.imports.advance", t.import_run, lambda now: t.import_run.c.file != ""),
)

Job = tuple[str, str, list[Any]]


def _due(kind: Kind, now: datetime) -> Select[Any]:
    table = kind.table
    order: list[ColumnElement[Any]] = [table.c.id]
    if kind.first:
        order.insert(0, case((table.c.kind.in_(kind.first), 0), else_=1))
    ready = kind.ready(now) & (table.c.next_at <= now)
    return select(table.c.id, *kind.target).where(ready).order_by(*order).limit(kind.most)


def any_due(work: Work, kind: Kind) -> bool:
    """Whether there is anything to hand out; looks only."""
    return work.conn.execute(_due(kind, work.now).limit(1)).first() is not None


def lease(work: Work, kind: Kind) -> list[Row[Any]]:
    """Take due rows for this relay alone: they are not due again until their lease ends."""
    rows = work.conn.execute(_due(kind, work.now).with_for_update(skip_locked=True)).all()
    _set(work, kind, [row.id for row in rows], work.now + LEASE)
    return list(rows)


def release(work: Work, kind: Kind, rows: Sequence[Row[Any]]) -> None:
    """Give leased rows back: they could not be handed out."""
    _set(work, kind, [row.id for row in rows], work.now)


def _set(work: Work, kind: Kind, ids: list[int], next_at: datetime) -> None:
    table = kind.table
    leased = table.c.id.in_(ids) & kind.ready(work.now)
    work.conn.execute(update(table).where(leased).values(next_at=next_at))


def jobs(kind: Kind, rows: Sequence[Row[Any]], now: datetime) -> list[Job]:
    """Jobs for leased rows. Ids only; the time of the lease in a job's id keeps one hand-out from another."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        groups.setdefault(tuple(row[1:]) or (row.id,), []).append(row.id)
    stamp = int(now.timestamp() * 1000)
    chunks = [ids[n : n + TOGETHER] for ids in groups.values() for n in range(0, len(ids), TOGETHER)]
    if kind.share:
        return [(f"{kind.mark}-{lanes[0][0]}-{stamp}", kind.function, [lanes]) for lanes in _shared(chunks)]
    return [(f"{kind.mark}-{ids[0]}-{stamp}", kind.function, [ids] if kind.target else ids) for ids in chunks]


def _shared(lanes: Sequence[list[int]]) -> list[list[list[int]]]:
    """Lanes in their order, so many of them to a job that it has about TOGETHER rows."""
    shares: list[list[list[int]]] = []
    room = 0
    for lane in lanes:
        if len(lane) > room:
            shares.append([])
            room = TOGETHER
        shares[-1].append(lane)
        room -= len(lane)
    return shares
