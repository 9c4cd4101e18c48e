"""The ledger of what is told: claimed before it is sent, marked afterwards; the platform's windows in SQL.

States: queued → sending → accepted → delivered, or held (waits for the person's next message), unknown
(cut off while it was sent; shown to staff), failed (reason).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import takewhile
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    Update,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from models import tables as t
from models.actions.answers import QuestionShown
from models.actions.diner_calls import desk_instead
from models.store import Work

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """So many messages in so much time after something a person did."""

    lasts: timedelta
    count: int


# WeChat docs: customer service messages, table of quotas (in force since August 2023).
WINDOWS: Mapping[str, Window] = {
    "talk": Window(timedelta(hours=48), 5),
    "tap": Window(timedelta(minutes=1), 3),
}
# What opens which window. A tapped choice of a message menu counts as a menu click ("tap").
OPENS: Mapping[str, str] = {
    **dict.fromkeys(("text", "photo", "voice", "video", "location", "link", "file"), "talk"),
    **dict.fromkeys(("menu", "scan", "follow", "tap"), "tap"),
}


@dataclass(frozen=True, slots=True)
class Message:
    """One queued message with its target. `group`: the group's or worker's name, `address`: the platform's id.

    `robot_group_id`: the group whose robot speaks; `instead_of`: the true addressee's name in a rehearsal.
    """

    id: int
    kind: str
    facts: Facts
    account_id: int | None
    work_group_id: int | None
    worker_account_id: int | None
    order_id: int | None
    attempts: int
    made_at: datetime
    channel: str
    address: str
    group: str
    reachable: bool
    has_left: bool
    robot_group_id: int | None = None
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process alone may send now, and the way to send it.

    `purse` names the window that paid for it and `purse_ends_at` when that window ends.
    """

    message: Message
    rung: str
    at: datetime
    purse: str = ""
    purse_ends_at: datetime | None = None


# NO KEY UPDATE: others may go on queueing messages for this account meanwhile.
_LOCK = (
    select(t.account.c.tap_left, t.account.c.tap_ends_at, t.account.c.talk_left, t.account.c.talk_ends_at)
    .where(t.account.c.id == bindparam("target"))
    .with_for_update(key_share=True)
)


def read(work: Work, message_id: int, state: str = "queued") -> Message | None:
    """A message that is in `state`, or None. Queued ones still wait to be sent."""
    found = work.run(_READ, {"message": message_id, "was": state}).first()
    if found is None:
        return None
    row = found._mapping
    channel, address, name = _target(row)
    return Message(
        id=row["id"],
        kind=row["kind"],
        facts=row["facts"],
        account_id=row["account_id"],
        work_group_id=row["work_group_id"],
        worker_account_id=row["worker_account_id"],
        order_id=row["work_order_id"],
        attempts=row["attempts"],
        made_at=row["made_at"],
        channel=channel,
        address=address or "",
        group=name or "",
        reachable=row["refused_at"] is None,
        has_left=row["left_at"] is not None or row["ended_at"] is not None,
        robot_group_id=row["work_group_id"],
    )


def _read() -> Select[Any]:
    worker = t.worker_account.join(t.worker).join(t.bot, t.bot.c.id == t.worker_account.c.bot_id)
    sources = t.outbox.outerjoin(t.account).outerjoin(t.work_group)
    sources = sources.outerjoin(worker, t.worker_account.c.id == t.outbox.c.worker_account_id)
    return select(
        t.outbox,
        t.account.c.channel.label("account_channel"),
        t.account.c.address,
        t.account.c.left_at,
        t.account.c.refused_at,
        t.work_group.c.name.label("group_name"),
        t.work_group.c.chat,
        t.worker_account.c.userid,
        t.worker_account.c.ended_at,
        t.worker.c.name.label("worker_name"),
        t.bot.c.kind.label("bot_kind"),
        t.bot.c.name.label("bot_name"),
    ).select_from(sources)


# Statements of every message are built once: building one costs as much as running it.
_THIS = and_(t.outbox.c.id == bindparam("message"), t.outbox.c.state == bindparam("was"))
_READ, _MARK = _read().where(_THIS), update(t.outbox).where(_THIS)
_SETTLE = update(t.outbox).where(
    t.outbox.c.id == bindparam("message"),
    or_(t.outbox.c.state == "sending", t.outbox.c.state == "unknown"),
    t.outbox.c.claimed_at == bindparam("since"),
)


def _target(row: RowMapping) -> tuple[str, str | None, str | None]:
    """The channel, the platform's id there, and what staff call the target, which is no resident."""
    if row["work_group_id"] is not None:
        return f"wecom_robot:{row['work_group_id']}", row["chat"], row["group_name"]
    if row["worker_account_id"] is not None:
        return f"{row['bot_kind']}:{row['bot_name']}", row["userid"], row["worker_name"]
    return row["account_channel"], row["address"], None


def claim(
    work: Work, message: Message, rungs: Sequence[str], reserve: int, *, overtakes: bool = False
) -> Claimed | None:
    """Take a queued message for this process alone, and spend what its way costs.

    The account is locked before its message, as whoever unfollows does: the other way round they would block
    each other.

    None when somebody else has it, or when an earlier message to the same person or group is still on its way
    (then it waits for that one, unless it `overtakes`). A message that no rung can carry is held at once.
    """
    account = work.run(_LOCK, {"target": message.account_id}).first()
    if not overtakes and (until := _behind(work, message)) is not None:
        _if(work, message.id, "queued", next_at=max(until, work.now + timedelta(seconds=1)))
        return None
    if not _if(work, message.id, "queued", state="sending", claimed_at=work.now):
        return None
    return _choose(work, message, rungs, reserve, dict(account._mapping) if account else {})


def _if(work: Work, message_id: int, was: str, **values: Any) -> bool:
    """Change the message if its state is still `was`: compare-and-set."""
    return bool(work.run(_MARK, {"message": message_id, "was": was, **values}).rowcount)


def _behind(work: Work, message: Message) -> datetime | None:
    """When the earlier messages to the same target are due, or None when there are none."""
    o = t.outbox.c
    targets = ((o.work_group_id, message.work_group_id), (o.worker_account_id, message.worker_account_id))
    account = (o.account_id, message.account_id)
    column, target = next((one for one in targets if one[1] is not None), account)
    earlier = {"target": target, "message": message.id}
    found: datetime | None = work.run(_earlier(column), earlier).scalar_one()
    return found


@cache
def _earlier(column: Column[int]) -> Select[Any]:
    """When the last of the earlier messages is due that are on their way to that target."""
    o = t.outbox.c
    on_their_way = (o.id < bindparam("message"), or_(o.state == "queued", o.state == "sending"))
    return select(func.max(o.next_at)).where(column == bindparam("target"), *on_their_way)


def _choose(
    work: Work, message: Message, rungs: Sequence[str], reserve: int, windows: Mapping[str, Any]
) -> Claimed:
    for rung in rungs:
        if rung != "customer_service":
            return Claimed(message, rung, work.now)
        if (paid := _spend(work, message.account_id, reserve, windows)) is not None:
            return Claimed(message, rung, work.now, *paid)
    return Claimed(message, "held", work.now)


def _spend(
    work: Work, account_id: int | None, reserve: int, windows: Mapping[str, Any]
) -> tuple[str, datetime] | None:
    """Take one message from an open window: from the minute's first, since it ends sooner.

    `windows`: the account's, as they were when it was locked; what was empty then is not asked.
    """
    for purse, keep in (("tap", 0), ("talk", reserve)):
        if not windows or windows[f"{purse}_left"] <= keep:
            continue
        pays = {"payer": account_id, "keep": keep, "now": work.now}
        if (row := work.run(_pays(purse), pays).first()) is not None:
            return purse, row[0]
    return None


@cache
def _pays(purse: str) -> ReturningUpdate[Any]:
    left, ends_at = t.account.c[f"{purse}_left"], t.account.c[f"{purse}_ends_at"]
    open_one = (left > bindparam("keep", type_=Integer), ends_at > bindparam("now"))
    pays = update(t.account).where(t.account.c.id == bindparam("payer"), *open_one)
    return pays.values({left: left - 1}).returning(ends_at)


def give_back(work: Work, claimed: Claimed) -> None:
    """Return what was spent on a message that was surely not sent, unless a new window has opened since."""
    if not claimed.purse:
        return
    left, ends_at = t.account.c[f"{claimed.purse}_left"], t.account.c[f"{claimed.purse}_ends_at"]
    same = and_(
        t.account.c.id == claimed.message.account_id,
        ends_at == claimed.purse_ends_at,
        left < WINDOWS[claimed.purse].count,
    )
    work.conn.execute(update(t.account).where(same).values({left: left + 1}))


def close_window(work: Work, account_id: int | None) -> None:
    """The platform says that nothing more may be sent: believe it rather than our ledger."""
    shut = update(t.account).where(t.account.c.id == account_id)
    work.conn.execute(shut.values(talk_left=0, tap_left=0))


def settle(work: Work, claimed: Claimed, state: str, **values: Any) -> bool:
    """Mark what became of a claimed message. False when it is no longer ours to mark.

    A message that was given up as unknown meanwhile is corrected: its sender knows better.
    """
    ours = {"message": claimed.message.id, "since": claimed.at}
    values = {"channel": claimed.message.channel, "rung": claimed.rung, "state": state, **values}
    settled = bool(work.run(_SETTLE, ours | values).rowcount)
    if settled and state in ("accepted", "unknown"):
        _note_shown(work, claimed.message.facts)
    return settled


def _note_shown(work: Work, facts: Facts) -> None:
    """A message that asks something has reached the person: from now on their answer may mean it."""
    if "question_id" in facts:
        QuestionShown(facts["question_id"]).run(work)


def recover(work: Work, before: datetime, twice: Callable[[str, Facts], bool]) -> list[Message]:
    """Messages whose sender was cut off since before `before`: queued again if `twice`, else unknown.

    Gives those that are unknown now.
    """
    columns = (t.outbox.c.id, t.outbox.c.kind, t.outbox.c.facts)
    cut = and_(t.outbox.c.state == "sending", t.outbox.c.claimed_at < before)
    unknown = []
    for row in work.conn.execute(select(*columns).where(cut).order_by(t.outbox.c.id)).all():
        if twice(row.kind, row.facts):
            _if(work, row.id, "sending", state="queued", next_at=work.now)
        elif _if(work, row.id, "sending", state="unknown", reason="Unsure"):
            unknown.append(read(work, row.id, "unknown"))
    return [message for message in unknown if message is not None]


def mark_receipt(work: Work, job: str, status: str) -> bool:
    """The platform tells what became of an accepted message. False when no message has that job.

    `status` as the platform words it: "success", "failed:user block", "failed: system failed"
    (WeChat docs: TEMPLATESENDJOBFINISH).
    """
    if not job:
        return False
    good = status.strip().lower() in ("success", "send success")
    reason = "" if good else "Refuses" if "block" in status else "Undelivered"
    held = t.outbox.c.state == "held"  # the words behind a doorbell still wait for the person
    known = and_(t.outbox.c.job == job, or_(held, t.outbox.c.state.in_(("accepted", "unknown"))))
    becomes = case((held, "held"), else_="delivered" if good else "failed")
    marks = {"state": becomes, "reason": reason, "job": "", "detail": "" if good else status[:200]}
    marked = work.conn.execute(update(t.outbox).where(known).values(marks).returning(t.outbox.c.facts))
    told = marked.scalars().all()
    for facts in told if not good else ():
        desk_instead(work, facts)
    return bool(told)


@dataclass(frozen=True, slots=True)
class Held:
    """A message that waited for the person: to be put in words and said in the passive reply."""

    id: int
    kind: str
    facts: Facts
    made_at: datetime


# Statements of every turn are built once: building one costs as much as running it.
_HELD: ColumnElement[bool] = and_(t.outbox.c.account_id == bindparam("holder"), t.outbox.c.state == "held")
_COUNT_HELD = select(func.count()).select_from(t.outbox).where(_HELD)
_NEWEST_HELD = (
    select(t.outbox.c.id, t.outbox.c.kind, t.outbox.c.facts, t.outbox.c.made_at)
    .where(_HELD)
    .order_by(t.outbox.c.id.desc())
    .limit(bindparam("most"))
    .with_for_update()
)


def take_held(
    work: Work, account_id: int, most: int = 3, fits: Callable[[Held], bool] = lambda held: True
) -> list[Held]:
    """The newest held messages, oldest of them first; they count as delivered by the passive reply.

    `fits` is asked for each, the newest first, until one does not fit.
    """
    newest = work.run(_NEWEST_HELD, {"holder": account_id, "most": most})
    held = list(takewhile(fits, [Held(row.id, row.kind, row.facts, row.made_at) for row in newest]))[::-1]
    if not held:
        return []
    taken = update(t.outbox).where(t.outbox.c.id.in_([one.id for one in held]))
    work.conn.execute(taken.values(state="delivered", rung="passive", sent_at=work.now))
    for one in held:
        _note_shown(work, one.facts)
    return held


def held_count(work: Work, account_id: int) -> int:
    """How many messages wait for the person's next message."""
    return int(work.run(_COUNT_HELD, {"holder": account_id}).scalar_one())


def note_heard(work: Work, account_id: int, kind: str, at: datetime | None = None) -> None:
    """A person did something: open the window that this opens (see OPENS), and believe them reachable again.

    `kind` is the kind of what was heard, or "tap" for a tapped choice. `at`: when, if not now. Something older
    than the window that is open changes nothing.
    """
    purse = OPENS.get(kind)
    if purse is None:
        return
    until = min(at or work.now, work.now) + WINDOWS[purse].lasts
    work.at_the_end(_OPEN[purse], {"heard": account_id, "until": until})


def _open(purse: str) -> Update:
    ends_at = t.account.c[f"{purse}_ends_at"]
    until: BindParameter[datetime] = bindparam("until")
    mine = and_(t.account.c.id == bindparam("heard"), t.account.c.left_at.is_(None))
    newer = and_(mine, or_(ends_at.is_(None), ends_at < until))
    opened = {f"{purse}_ends_at": until, f"{purse}_left": WINDOWS[purse].count, "refused_at": None}
    return update(t.account).where(newer).values(**opened)


_OPEN: Mapping[str, Update] = {purse: _open(purse) for purse in WINDOWS}
