"""Telling: claim, commit, send, mark. What was cut off in between is "unknown" and not sent again by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache

from bot.clock import real_seconds
from bot.message import Told
from bot.ports import Channel, Flags
from bot.refusals import BadMessage, Busy, NoSuchGroup, NoSuchPerson, NotTold, Unsure
from bot.wording import CHANGE, Unworded, Worded, word
from models.actions import outbox
from models.actions.app_card_updates import facts_of_update
from models.actions.outbox import Claimed, Message
from models.store import Work
from workers import alarms, ladders, outcomes, rehearsal
from workers.hands import Hands, here

PATIENCE_SECONDS = 40  # below the job's time limit; what is left is handed out again when its lease ends
TELLERS = 4  # lanes at the same time: most of telling is waiting for the platform and the disk
NEW_ROBOT_TRIES = 3  # a robot that was added just now is not known to every process at once
NOT_NEEDED = "NotNeeded"
NO_CHANNEL = Flags(hears=False, speaks_first=False)


def deliver(ids: Sequence[int]) -> None:
    """Tell these messages in their order. May run twice or late: whatever is no longer queued is left alone."""
    hands, began = here(), real_seconds()
    for message_id in ids:
        if real_seconds() - began > PATIENCE_SECONDS:
            break
        climb = Climb(hands, message_id)
        while climb.step():
            pass


def deliver_together(lanes: Sequence[Sequence[int]]) -> None:
    """Tell several people and groups at once, each one's messages in their order. May run twice or late."""
    for _ in _tellers().map(deliver, lanes):
        pass


@cache
def _tellers() -> ThreadPoolExecutor:
    """The threads of this process, which keep their connections to the platform from one job to the next."""
    return ThreadPoolExecutor(TELLERS, thread_name_prefix="tell")


@dataclass
class Climb:
    """One message on its way up its ladder. `refused`: the ways that were tried in vain; `own`: own texts."""

    hands: Hands
    message_id: int
    refused: set[str] = field(default_factory=set)
    own: Mapping[str, object] = field(default_factory=dict)

    def step(self) -> bool:
        """Try the best way that is left. True when it was refused and the next one may be tried."""
        with self.hands.store.work(self.hands.clock.now()) as work:
            claimed = self._claim(work)
        if claimed is None:
            return False
        try:
            receipt = self._channel(claimed.message).tell(self._told(claimed))
        except NotTold as refusal:
            return self._marked(claimed, refusal)
        with self.hands.store.work(self.hands.clock.now()) as work:
            outcomes.accepted(work, claimed, receipt)
        return False

    def _claim(self, work: Work) -> Claimed | None:
        """The message to send now; None when there is nothing to send or it ends without being sent."""
        message = outbox.read(work, self.message_id)
        if message is None:
            return None
        overtakes = ladders.overtakes(message.kind, message.facts)
        reserve = ladders.of(message.kind).reserve
        true, message = message, rehearsal.addressed(work, message)
        rungs = self._rungs(message or true)
        claimed = outbox.claim(work, message or true, rungs, reserve, overtakes=overtakes)
        if claimed is None:
            return None
        if message is None:
            outbox.settle(work, claimed, "failed", reason=rehearsal.ENDED)
            return None
        if message.kind == CHANGE:
            return self._change(work, claimed)
        self.own = self.hands.own_words.of(work)
        if why := self._hopeless(message):
            outbox.give_back(work, claimed)
            outcomes.unheard(work, claimed, "failed", reason=why)
            return None
        if claimed.rung == "held":
            outcomes.unheard(work, claimed, "held")
            return None
        return claimed

    def _change(self, work: Work, claimed: Claimed) -> Claimed | None:
        """A card's change shows how the order is by now; None when there is nothing to change.

        In a rehearsal there is not: a worker's own phone must not move, and a group has no card.
        """
        facts = facts_of_update(work, int(claimed.message.facts["card_id"]))
        if facts is None or claimed.message.instead_of:
            outbox.settle(work, claimed, "delivered", reason=NOT_NEEDED)
            return None
        return replace(claimed, message=replace(claimed.message, facts=facts))

    def _hopeless(self, message: Message) -> str:
        """Why no way whatever can carry it; empty when one may."""
        if message.has_left:
            return NoSuchPerson.__name__
        try:
            self._words(message)
        except Unworded as broken:
            self.hands.log.error("message %d: %s", message.id, broken)
            return BadMessage.__name__
        return ""

    def _rungs(self, message: Message) -> list[str]:
        """The ladder's ways that the channel has, that were not refused yet and that reach the person."""
        if message.robot_group_id is not None:
            return ["robot"]
        if message.worker_account_id is not None:
            return [CHANGE if message.kind == CHANGE else "app"]
        if not message.reachable:
            return ["held"]
        offered = (*self._flags(message).rungs, "held")
        return [
            rung for rung in ladders.of(message.kind).rungs if rung in offered and rung not in self.refused
        ]

    def _flags(self, message: Message) -> Flags:
        try:
            return self.hands.channels(message.channel).flags
        except KeyError:
            return NO_CHANNEL

    def _channel(self, message: Message) -> Channel:
        """The channel of the message's target. Raises Busy, later NoSuchGroup, when there is none."""
        try:
            return self.hands.channels(message.channel)
        except KeyError:
            refusal = Busy if message.attempts < NEW_ROBOT_TRIES else NoSuchGroup
            raise refusal("no robot") from None

    def _words(self, message: Message) -> Worded:
        flags, names = rehearsal.room(message, self._flags(message)), self.hands.names
        said = word(message.kind, message.facts, channel=flags, names=names, at=message.made_at, own=self.own)
        return rehearsal.marked(message, said)

    def _told(self, claimed: Claimed) -> Told:
        message, said = claimed.message, self._words(claimed.message)
        return Told(
            channel=message.channel,
            to=message.address,
            words=said.words,
            rung=claimed.rung,
            options=said.options,
            mention=said.mention,
            doorbell=said.doorbell if claimed.rung == "template" else None,
            once=f"linli-{message.id}",
            card=replace(said.card, id=outcomes.task_of(message)) if said.card else None,
            reply_to=str(message.facts.get("code", "")),
            picture=str(message.facts.get("picture", "")),
        )

    def _marked(self, claimed: Claimed, refusal: NotTold) -> bool:
        with self.hands.store.work(self.hands.clock.now()) as work:
            alarms.count_refusal(work, refusal.reason)
            if not isinstance(refusal, Unsure):
                outbox.give_back(work, claimed)
            climbs = outcomes.ON[type(refusal)](work, claimed, refusal)
        self.hands.log.warning(
            "message %d not told: %s %s", claimed.message.id, refusal.reason, refusal.detail
        )
        if climbs:
            self.refused.add(claimed.rung)
        return climbs
