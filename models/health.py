"""How the machine is doing, from SQL alone: for /readyz, /metrics and the console's front page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select

from models import tables as t
from models.store import Store, Work

REFUSED = "refused:"


def health(store: Store, now: datetime, real_now: datetime) -> dict[str, Any]:
    """Numbers of one moment. Ages are in seconds, 0.0 when nothing waits.

    "inbox": messages by state · "outbox": by (state, channel), the channel without its name or number ·
    "oldest": age of the oldest undone row of inbox, outbox, timer, photo · "dead": inbox rows given up ·
    "beats": age of each kind of process's last sign of life, measured against `real_now` ·
    "refusals": how often each refusal was met · "desk": open items by kind.
    Raises what the database raises when it is away.
    """
    with store.look(now) as work:
        inbox = _counts(work, t.inbox)
        return {
            "inbox": inbox,
            "outbox": _outbox(work),
            "oldest": _oldest(work),
            "dead": inbox.get("dead", 0),
            "beats": _beats(work, real_now),
            "refusals": _refusals(work),
            "desk": _desk(work),
        }


def _counts(work: Work, table: Table) -> dict[str, int]:
    state = table.c.state
    return {row[0]: row[1] for row in work.conn.execute(select(state, func.count()).group_by(state))}


def _outbox(work: Work) -> dict[tuple[str, str], int]:
    state, channel = t.outbox.c.state, t.outbox.c.channel
    counts: dict[tuple[str, str], int] = {}
    for row in work.conn.execute(select(state, channel, func.count()).group_by(state, channel)):
        key = (row[0], row[1].partition(":")[0])
        counts[key] = counts.get(key, 0) + row[2]
    return counts


def _oldest(work: Work) -> dict[str, float]:
    waits = {
        "inbox": select(func.min(t.inbox.c.received_at)).where(t.inbox.c.state == "new"),
        "outbox": select(func.min(t.outbox.c.made_at)).where(t.outbox.c.state == "queued"),
        "timer": select(func.min(t.timer.c.due_at)).where(t.timer.c.done_at.is_(None)),
        "photo": select(func.min(t.photo.c.made_at)).where(t.photo.c.state == "wanted"),
    }
    return {what: _age(work.now, work.conn.execute(query).scalar_one()) for what, query in waits.items()}


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max((now - since) / timedelta(seconds=1), 0.0)


def _beats(work: Work, real_now: datetime) -> dict[str, float]:
    return {row.name: _age(real_now, row.at) for row in work.conn.execute(select(t.beat))}


def _refusals(work: Work) -> dict[str, int]:
    met = select(t.counter).where(t.counter.c.name.startswith(REFUSED, autoescape=True))
    return {row.name.removeprefix(REFUSED): row.value for row in work.conn.execute(met)}


def _desk(work: Work) -> Mapping[str, int]:
    kind = t.desk_item.c.kind
    still = select(kind, func.count()).where(t.desk_item.c.state == "open").group_by(kind)
    return {row[0]: row[1] for row in work.conn.execute(still)}
