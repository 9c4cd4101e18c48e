"""Telling: claim, commit, send, mark. What was cut off in between is "unknown" and not sent again by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import update

from bot.clock import real_seconds
from bot.message import Told
from bot.ports import Channel
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
from bot.wording import Unworded, word
from models import tables as t
from models.actions import outbox
from models.actions.outbox import Claimed, Message
from models.store import Work
from workers import alarms, ladders
from workers.hands import Hands, here

PATIENCE_SECONDS = 40  # below the job's time limit; what is left is handed out again when its lease ends


def deliver(ids: Sequence[int]) -> None:
    """Tell these messages in their order. May run twice or late: whatever is no longer queued is left alone."""
    hands, began = here(), real_seconds()
    for message_id in ids:
        if real_seconds() - began > PATIENCE_SECONDS:
            break
        climb = Climb(hands, message_id)
        while climb.step():
            pass


class Unspeakable(BadMessage):
    """Our own facts cannot be put in words: no way whatever can carry it."""


@dataclass
class Climb:
    """One message on its way up its ladder. `refused`: the ways that were tried in vain."""

    hands: Hands
    message_id: int
    refused: set[str] = field(default_factory=set)

    def step(self) -> bool:
        """Try the best way that is left. True when it was refused and the next one may be tried."""
        with self.hands.store.work(self.hands.clock.now()) as work:
            claimed = self._claim(work)
        if claimed is None:
            return False
        try:
            channel = self._channel(claimed.message)
            job = channel.tell(self._told(claimed, channel)).job
        except NotTold as refusal:
            return self._marked(claimed, refusal)
        with self.hands.store.work(self.hands.clock.now()) as work:
            _accepted(work, claimed, job)
        return False

    def _claim(self, work: Work) -> Claimed | None:
        message = outbox.read(work, self.message_id)
        if message is None:
            return None
        ladder = ladders.KINDS[message.kind]
        alarm = ladders.is_alarm(message.kind, message.facts)
        claimed = outbox.claim(work, message, self._rungs(message), ladder.reserve, overtakes=alarm)
        if claimed is not None and message.has_left:
            outbox.settle(work, claimed, "failed", reason=NoSuchPerson.__name__)
            outbox.give_back(work, claimed)
            return None
        if claimed is not None and claimed.rung == "held":
            outbox.settle(work, claimed, "held")
            return None
        return claimed

    def _rungs(self, message: Message) -> list[str]:
        """The ladder's ways that the channel has, that were not refused yet and that reach the person."""
        if message.work_group_id is not None:
            return ["robot"]
        if not message.reachable:
            return ["held"]
        try:
            offered = (*self.hands.channels(message.channel).flags.rungs, "held")
        except KeyError:
            return ["held"]
        rungs = ladders.KINDS[message.kind].rungs
        return [rung for rung in rungs if rung in offered and rung not in self.refused]

    def _channel(self, message: Message) -> Channel:
        """The channel of the message's target. Raises NoSuchGroup when it has none."""
        try:
            return self.hands.channels(message.channel)
        except KeyError:
            raise NoSuchGroup("no robot") from None

    def _told(self, claimed: Claimed, channel: Channel) -> Told:
        message = claimed.message
        try:
            said = word(
                message.kind, message.facts, channel=channel.flags, names=self.hands.names, at=message.made_at
            )
        except Unworded as broken:
            raise Unspeakable(str(broken)) from broken
        return Told(
            channel=message.channel,
            to=message.address,
            words=said.words,
            rung=claimed.rung,
            options=said.options,
            mention=said.mention,
            doorbell=said.doorbell if claimed.rung == "template" else None,
            once=f"linli-{message.id}",
        )

    def _marked(self, claimed: Claimed, refusal: NotTold) -> bool:
        with self.hands.store.work(self.hands.clock.now()) as work:
            alarms.count_refusal(work, refusal.reason)
            if not isinstance(refusal, Unsure):
                outbox.give_back(work, claimed)
            climbs = _ON[type(refusal)](work, claimed, refusal)
        self.hands.log.warning(
            "message %d not told: %s %s", claimed.message.id, refusal.reason, refusal.detail
        )
        if climbs:
            self.refused.add(claimed.rung)
        return climbs


def _accepted(work: Work, claimed: Claimed, job: str) -> None:
    outbox.settle(work, claimed, "accepted", job=job, sent_at=work.now, reason="", detail="")
    group = t.work_group.c.id == claimed.message.work_group_id
    speaks = update(t.work_group).where(group & t.work_group.c.silent_since.is_not(None))
    work.conn.execute(speaks.values(silent_since=None))


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


def _end(work: Work, claimed: Claimed, refusal: NotTold, state: str = "failed") -> bool:
    outbox.settle(work, claimed, state, reason=refusal.reason, detail=refusal.detail[:200])
    if claimed.message.kind in ladders.ALARMS:
        alarms.not_told(work, claimed.message, refusal.reason)
    return False


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
    """Nobody's message is lost because of our key: it waits until an operator has mended it."""
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
    """Queue it again at once, so that the next way is tried; a group has no other way than its robot."""
    if claimed.message.work_group_id is not None:
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
    group_id = claimed.message.work_group_id
    if group_id is None:
        return _climb(work, claimed, refusal)
    silent = (t.work_group.c.id == group_id) & t.work_group.c.silent_since.is_(None)
    work.conn.execute(update(t.work_group).where(silent).values(silent_since=work.now))
    alarms.not_told(work, claimed.message, refusal.reason)
    if work.now - claimed.message.made_at > ladders.GIVE_UP:
        return _end(work, claimed, refusal)
    return _again(work, claimed, refusal, ladders.SILENT_GROUP, tried=0)


_ON: Mapping[type[NotTold], Callable[[Work, Claimed, NotTold], bool]] = {
    Busy: _busy,
    TooMany: _too_many,
    Unsure: _unsure,
    WindowClosed: _closed,
    NoSuchPerson: _no_person,
    Refuses: _no_group,
    NoSuchGroup: _no_group,
    NotAllowed: _climb,
    BadMessage: _climb,
    Unspeakable: _end,
    KeyRefused: _key_refused,
}
