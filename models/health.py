"""How the machine is doing, from SQL alone: for /readyz, /metrics and the alarms.

Every query reads an index and only rows that wait, went wrong, or are of today: what is done and told grows with
the town and is never counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, func, select

from models import tables as t
from models.store import Store, Work
from models.views.alarms import standing_alarms

REFUSED = "refused:"
LEASED = timedelta(seconds=60)  # a row that was handed out is due again at the end of its lease
A_DAY = timedelta(days=1)
WAITS_OR_WENT_WRONG: Mapping[str, tuple[str, ...]] = {
    "inbox": ("new", "poison", "dead"),
    "outbox": ("queued", "sending", "held", "unknown", "failed"),
}


def health(store: Store, now: datetime, real_now: datetime) -> dict[str, Any]:
    """Numbers of one moment. Ages are in seconds, 0.0 when nothing waits.

    "inbox": messages that wait or went wrong, by state · "outbox": the same, by (state, channel), the channel
    without its name or number · "oldest": age of the oldest undone row of inbox, outbox, timer, photo · "sent":
    messages sent since midnight, by way · "quota_left": of the ways that have a day's quota · "beats": age of each
    kind of process's last sign of life, measured against `real_now` · "refusals": how often each refusal was met ·
    "desk": open items by kind · "alarms": 1 for each that stands · "erased": rows erased so far by (why, what).
    Raises what the database raises when it is away.
    """
    with store.look(now) as work:
        sent = sent_today(work)
        return {
            "inbox": _counts(work, t.inbox),
            "outbox": _outbox(work),
            "oldest": oldest(work),
            "sent": sent,
            "quota_left": {way: max(most - sent.get(way, 0), 0) for way, most in quotas(work).items()},
            "beats": beats(work, real_now),
            "refusals": _refusals(work),
            "desk": _desk(work),
            "alarms": {alarm.name: 1 for alarm in standing_alarms(work)},
            "erased": _erased(work),
        }


def _counts(work: Work, table: Table) -> dict[str, int]:
    state = table.c.state
    alive = state.in_(WAITS_OR_WENT_WRONG[table.name])
    return {
        row[0]: row[1] for row in work.conn.execute(select(state, func.count()).where(alive).group_by(state))
    }


def _outbox(work: Work) -> dict[tuple[str, str], int]:
    state, channel = t.outbox.c.state, t.outbox.c.channel
    alive = state.in_(WAITS_OR_WENT_WRONG["outbox"])
    counts: dict[tuple[str, str], int] = {}
    for row in work.conn.execute(select(state, channel, func.count()).where(alive).group_by(state, channel)):
        key = (row[0], row[1].partition(":")[0])
        counts[key] = counts.get(key, 0) + row[2]
    return counts


def oldest(work: Work, *, untouched: bool = False) -> dict[str, float]:
    """Age in seconds of the oldest undone row of each kind. `untouched`: only of rows that were never tried."""
    i, o, m, p = t.inbox.c, t.outbox.c, t.timer.c, t.photo.c
    soon = work.now + LEASED
    waits: dict[str, tuple[ColumnElement[datetime], ColumnElement[bool], ColumnElement[bool]]] = {
        "inbox": (i.received_at, i.state == "new", i.attempts == 0),
        # A message that waits for its silent group, or for its quota, bears the reason; an alarm is no proof.
        "outbox": (o.made_at, o.state == "queued", (o.reason == "") & (o.kind != "alarm")),
        "timer": (m.due_at, m.done_at.is_(None) & (m.next_at <= soon), m.attempts == 0),
        "photo": (p.made_at, p.state == "wanted", p.attempts == 0),
    }
    found = {}
    for what, (since, undone, never_tried) in waits.items():
        query = select(func.min(since)).where(undone)
        query = query.where(never_tried) if untouched else query
        found[what] = _age(work.now, work.conn.execute(query).scalar_one())
    return found


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max((now - since) / timedelta(seconds=1), 0.0)


def quotas(work: Work) -> Mapping[str, int]:
    """How many messages the platform takes a day, by way."""
    found: Mapping[str, int] = work.limits.get("messages_a_day", {})
    return found


def sent_today(work: Work) -> dict[str, int]:
    """Messages sent since midnight in the town's time zone, by way."""
    here = work.now.astimezone(ZoneInfo(str(work.limits.get("time_zone", "UTC"))))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    o = t.outbox.c
    query = select(o.rung, func.count()).where(o.sent_at >= midnight).group_by(o.rung)
    return {row[0]: row[1] for row in work.conn.execute(query)}


def key_refused(work: Work) -> int:
    """Messages that wait because the platform refuses our key."""
    o = t.outbox.c
    query = select(func.count()).where(o.state == "queued", o.reason == "KeyRefused")
    return int(work.conn.execute(query).scalar_one())


def dead_of_a_day(work: Work) -> int:
    """Messages heard in the last day that could not be played or read."""
    i = t.inbox.c
    since = i.received_at >= work.now - A_DAY
    query = select(func.count()).where(i.state.in_(("dead", "poison")), since)
    return int(work.conn.execute(query).scalar_one())


def ticks(work: Work) -> dict[str, datetime]:
    """The latest tick of each duty that was done."""
    d = t.duty_tick.c
    query = select(d.duty, func.max(d.tick_at).label("tick_at")).group_by(d.duty)
    return {row.duty: row.tick_at for row in work.conn.execute(query)}


def beats(work: Work, real_now: datetime) -> dict[str, float]:
    """Age in seconds of each kind of process's last sign of life."""
    return {row.name: _age(real_now, row.at) for row in work.conn.execute(select(t.beat))}


def _refusals(work: Work) -> dict[str, int]:
    met = select(t.counter).where(t.counter.c.name.startswith(REFUSED, autoescape=True))
    return {row.name.removeprefix(REFUSED): row.value for row in work.conn.execute(met)}


def _desk(work: Work) -> Mapping[str, int]:
    kind = t.desk_item.c.kind
    still = select(kind, func.count()).where(t.desk_item.c.state == "open").group_by(kind)
    return {row[0]: row[1] for row in work.conn.execute(still)}


def _erased(work: Work) -> dict[tuple[str, str], int]:
    e = t.erasure.c
    sums = select(e.why, e.what, func.sum(e.rows)).group_by(e.why, e.what)
    return {(why, what): int(rows) for why, what, rows in work.conn.execute(sums)}
