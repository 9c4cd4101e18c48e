"""What becomes of a message once its channel has answered: one function for each refusal, in a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import bindparam, update

from bot.message import Receipt
from bot.refusals import (
    BadMessage,
    Busy,
    KeyRefused,
    NoSuchGroup,
    NoSuchPerson,
    NotAllowed,
    NotTold,
    Refuses,
    TooMany,
    Unsure,
    WindowClosed,
)
from bot.wording import CHANGE
from models import tables as t
from models.actions import outbox
from models.actions.app_card_updates import CardChanged, KeepCard
from models.actions.diner_calls import desk_instead
from models.actions.kitchen_unheard import PassUpCount
from models.actions.outbox import Claimed, Message
from models.store import Work
from workers import alarms, ladders

DOORBELL = "template"
JOB = 64  # letters of a message's name on the platform


def accepted(work: Work, claimed: Claimed, receipt: Receipt) -> None:
    """The channel took it; a group that was silent speaks again.

    A template is only a doorbell: its words are held until the person, who has heard it ring, writes.
    """
    if claimed.message.worker_account_id is not None and not claimed.message.instead_of:
        _note_card(work, claimed.message, receipt)
    state = "held" if claimed.rung == DOORBELL else "accepted"
    outbox.settle(work, claimed, state, job=receipt.job[:JOB], sent_at=work.now, reason="", detail="")
    if claimed.message.robot_group_id is None:
        return
    work.conn.execute(_SPEAKS, {"group": claimed.message.robot_group_id, "silent_since": None})


_SPEAKS = update(t.work_group).where(
    t.work_group.c.id == bindparam("group"), t.work_group.c.silent_since.is_not(None)
)


def task_of(message: Message) -> str:
    """The id of a message's card, which names its order; the same in every try and never used again."""
    return f"o{message.order_id}-{message.id}"


def _note_card(work: Work, message: Message, receipt: Receipt) -> None:
    """Remember what a worker's card shows. This locks the order before the message, as whoever moves it does."""
    facts = message.facts
    if message.kind == CHANGE:
        CardChanged(facts["card_id"], facts["stage"], facts["code"]).run(work)
    elif facts.get("buttons") and message.worker_account_id is not None and message.order_id is not None:
        task = task_of(message)
        KeepCard(message.worker_account_id, message.order_id, task, facts["stage"], receipt.code).run(work)


def _again(work: Work, claimed: Claimed, refusal: NotTold, after: timedelta, tried: int = 1) -> bool:
    tries = claimed.message.attempts + tried
    outbox.settle(
        work,
        claimed,
        "queued",
        next_at=work.now + after,
        attempts=tries,
        reason=refusal.reason,
        detail=refusal.detail[:200],
    )
    return False


def unheard(work: Work, claimed: Claimed, state: str, **why: str) -> None:
    """Nothing has rung where the person is (failed, unknown, held): what must be told, staff tell."""
    if outbox.settle(work, claimed, state, **why) and not claimed.message.instead_of:
        desk_instead(work, claimed.message.facts)


def _end(work: Work, claimed: Claimed, refusal: NotTold, state: str = "failed") -> bool:
    unheard(work, claimed, state, reason=refusal.reason, detail=refusal.detail[:200])
    if claimed.message.kind in ladders.ALARMS:
        alarms.not_told(work, claimed.message, refusal.reason)
    _pass_up(work, claimed.message)
    return False


def _pass_up(work: Work, message: Message) -> None:
    """The level above learns of what its own people cannot be told; in a rehearsal there is nobody above."""
    if message.kind in ladders.PASSED_UP and not message.instead_of:
        PassUpCount(message.id).run(work)


def _busy(work: Work, claimed: Claimed, refusal: NotTold) -> bool:
    """Wait and try again: an emergency for ever, anything else until the pauses are used up."""
    message = claimed.message
    if message.attempts < len(ladders.BUSY):
        return _again(work, claimed, refusal, refusal.after or ladders.pause(message.attempts))
    if not ladders.is_alarm(message.kind, message.facts):
        return _climb(work, claimed, refusal)
    alarms.not_told(work, message, refusal.reason)
    return _again(work, claimed, refusal, ladders.pause(message.attempts))


def _too_many(work: Work, claimed: Claimed, refusal: NotTold) -> bool:
    """A limit is no failure: wait as long as it says, and do not count the try."""
    return _again(work, claimed, refusal, refusal.after or ladders.MANY, tried=0)


def _key_refused(work: Work, claimed: Claimed, refusal: NotTold) -> bool:
    """Nobody's message is lost because of our key: it waits until an operator has mended it, and a kitchen's count is
    told by phone meanwhile."""
    _pass_up(work, claimed.message)
    waited = work.now - claimed.message.made_at
    return _again(work, claimed, refusal, min(max(waited / 4, ladders.BUSY[1]), ladders.BUSY[-1]), tried=0)


def _unsure(work: Work, claimed: Claimed, refusal: NotTold) -> bool:
    """It may have arrived: staff decide, except where twice is better than never."""
    message = claimed.message
    if ladders.better_twice(message.kind, message.facts):
        return _busy(work, claimed, refusal)
    return _end(work, claimed, refusal, "unknown")


def _closed(work: Work, claimed: Claimed, refusal: NotTold) -> bool:
    """The platform counts otherwise than we do: it is right. The next way may still be open."""
    outbox.close_window(work, claimed.message.account_id)
    return _climb(work, claimed, refusal)


def _climb(work: Work, claimed: Claimed, refusal: NotTold) -> bool:
    """Queue it again at once, so that the next way is tried; staff have no other way than their robot or app."""
    if claimed.message.account_id is None:
        return _end(work, claimed, refusal)
    _again(work, claimed, refusal, timedelta(0), tried=0)
    return True


def _no_person(work: Work, claimed: Claimed, refusal: NotTold) -> bool:
    """Stop writing to this address until it is heard of again; only an event says that somebody left."""
    gone = update(t.account).where(t.account.c.id == claimed.message.account_id)
    work.conn.execute(gone.values(refused_at=work.now))
    return _end(work, claimed, refusal)


def _no_group(work: Work, claimed: Claimed, refusal: NotTold) -> bool:
    """The group is silent: the firm's administrator must mend it; for a day we look again every hour."""
    group_id = claimed.message.robot_group_id
    if group_id is None:
        return _climb(work, claimed, refusal)
    silent = (t.work_group.c.id == group_id) & t.work_group.c.silent_since.is_(None)
    work.conn.execute(update(t.work_group).where(silent).values(silent_since=work.now))
    alarms.not_told(work, claimed.message, refusal.reason)
    _pass_up(work, claimed.message)
    if work.now - claimed.message.made_at > ladders.GIVE_UP:
        return _end(work, claimed, refusal)
    return _again(work, claimed, refusal, ladders.SILENT_GROUP, tried=0)


# What each refusal means for the message; True: the next way of the ladder may be tried at once.
ON: Mapping[type[NotTold], Callable[[Work, Claimed, NotTold], bool]] = {
    Busy: _busy,
    TooMany: _too_many,
    Unsure: _unsure,
    WindowClosed: _closed,
    NoSuchPerson: _no_person,
    Refuses: _no_group,
    NoSuchGroup: _no_group,
    NotAllowed: _climb,
    BadMessage: _climb,
    KeyRefused: _key_refused,
}
