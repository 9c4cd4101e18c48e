"""One resident's turn: what was heard and not yet answered, played in one transaction (ARCHITECTURE 2.3)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, real_seconds
from bot.engine import Engine
from bot.frames import State
from bot.language.commands import control
from bot.message import Heard, Reply, joined, numbered
from bot.ports import Flags, Knowledge, NothingKnown
from bot.talk import Said, Who
from bot.wording import word
from dialogs import NOTICE
from handlers.host import TurnHost, transcript
from handlers.kept import LEAVES, Kept, ready, undone, until_leaving
from handlers.listening import VOICE, is_late, listening, overtaken
from handlers.own_words import OwnWords
from handlers.trying import once_more, place, put_off_oldest, said_again
from models import tables as t
from models.actions.consent import GoOn, ShowNotice
from models.actions.desk import OpenDeskItem
from models.actions.erasure import ForgetHeard
from models.actions.outbox import OPENS, Held, held_count, mark_receipt, note_heard, take_held
from models.actions.people import Follow, LockAccount, LockAtOnce, Unfollow
from models.actions.voice import VoicePlayed
from models.store import Store, To, Work

PASSIVE_SECONDS = 2.5  # a turn that commits later than this is told by the worker
NUDGE_AFTER = timedelta(minutes=40)
SORRY = "抱歉，我这边出了点问题，刚才的事没有办成。已请工作人员来看，会联系您。也可以换个说法再试一次。"
GREETING = "您好，我是邻里小助手。"
NEW_NOTICE, NOTICE_AGAIN = "隐私说明有更新，请看一下：", "先说明一下："
CANNOT_READ = "这个我还看不懂。请用文字告诉我，照片也可以；要找工作人员请回复 人工。"
REFUSES = "withdraw_consent"  # the intent of who does not agree
DELETES = ("erasure", "withdrawal")  # dialogs after which files are deleted, once all is committed
MORE_BYTES = 150  # what “还有几条” and the blank lines take
PERSON_DID = frozenset(
    {"text", "photo", "voice", "video", "location", "link", "file", "follow", "scan", "menu"}
)

# The statements of every turn are built once: building one costs as much as running it.
_NEW = (
    select(t.inbox)
    .where(t.inbox.c.channel == bindparam("by"), t.inbox.c.sender == bindparam("who"))
    .where(t.inbox.c.state == "new")
    .order_by(t.inbox.c.id)
)
_DONE = update(t.inbox).where(t.inbox.c.id == bindparam("row"))
_STATE = update(t.conversation).where(t.conversation.c.account_id == bindparam("talker"))

log = logging.getLogger("linli.resident")


@dataclass(frozen=True)
class Residents:
    """Plays residents' turns. `names`: the Chinese names of categories; `flags`: what their channel can show.

    `listens`: whether somebody turns voice messages into words.
    """

    store: Store
    clock: Clock
    engine: Engine
    names: Mapping[str, str]
    flags: Callable[[str], Flags]
    forget_files: Callable[[Sequence[str]], None]
    own_words: OwnWords = field(default_factory=OwnWords)
    knowledge: Knowledge = field(default_factory=NothingKnown)
    listens: bool = False

    def understand(self, *payloads: str | Heard) -> None:
        """Read words before the transaction that plays them; whatever goes wrong, they are played all the same."""
        try:
            for one in payloads:
                self.knowledge.understand((Heard.from_json(one) if isinstance(one, str) else one).text)
        except Exception as failure:
            log.error("not understood: %s at %s", type(failure).__name__, place(failure))

    def answer(self, channel: str, sender: str, key: str, since: float | None) -> Reply:
        """Play what `sender` said up to the message `key`; the words for the passive reply.

        `since`: when the callback arrived (real seconds); too late, the words go to the outbox and an empty
        reply is given. A repeated delivery finds the stored words.
        Raises SQLAlchemyError when the database is at fault: the message stays and is tried again.
        """
        while (reply := self._tried(channel, sender, key, since)) is None:
            pass  # somebody left in between: what came after that is a turn of its own
        return reply

    def at_once(self, work: Work, inbox_id: int, heard: Heard, since: float) -> Reply | None:
        """Play `heard` in the transaction that has just kept it as `inbox_id`; None: answer() must."""
        if heard.kind in LEAVES:
            return None
        locked = LockAtOnce(heard.channel, heard.sender, inbox_id).run(work)
        if not locked["ok"] or any(f'"{name}"' in locked["state"] for name in DELETES):
            return None
        one = Kept(inbox_id, heard)
        reply = _Turn(self, work, locked, heard.channel, heard.sender, []).play([one])
        return self._settle(work, locked["account_id"], [one], reply, since)

    def _tried(self, channel: str, sender: str, key: str, since: float | None) -> Reply | None:
        """One turn, once more when it fails, and then without the dialogs."""
        return once_more(
            lambda: self._turn(channel, sender, key, since),
            lambda: self._turn(channel, sender, key, since, set_aside=True),
        )

    def left_over(self, channel: str, sender: str) -> None:
        """Play what a callback left behind; for the workers. What fails waits 1, 5, 30, 300 s, then is dead."""
        with self.store.look(self.clock.now()) as work:
            rows = work.conn.execute(undone(channel, sender).order_by(t.inbox.c.id)).all()
        if not rows:
            return None
        self.understand(*(row.payload for row in rows))
        try:
            self.answer(channel, sender, rows[-1].key, None)
        except SQLAlchemyError:
            log.warning("the database is at fault: the message waits")
            with self.store.work(self.clock.now()) as work:
                put_off_oldest(work, channel, sender)
        return None

    def overdue(self, work: Work, account_id: int, turn: int) -> None:
        """The timer of an open question rang: one gentle reminder, unless the talk has moved on."""
        a, c = t.account.c, t.conversation.c
        query = select(a.channel, a.address, a.person_id, c.state).join_from(t.account, t.conversation)
        row = work.conn.execute(
            query.where(a.id == account_id, a.left_at.is_(None)).with_for_update()
        ).first()
        if row is None:
            return
        host = TurnHost(work, Who(account_id, row.person_id), False, row.channel, row.address)
        nudge = self.engine.overdue(row.state, turn, host)
        if nudge:
            reply, state = nudge
            _store_state(work, account_id, state, State.load(state).turn)
            work.tell(To(account_id=account_id), "said", {"reply": reply.to_json()})

    # --- one transaction ------------------------------------------------------------------------------------

    def _turn(
        self, channel: str, sender: str, key: str, since: float | None, set_aside: bool = False
    ) -> Reply | None:
        with self.store.work(self.clock.now()) as work:
            locked = LockAccount(channel, sender).run(work)
            new = list(work.run(_NEW, {"by": channel, "who": sender}))
            last = next((row for row in new if row.key == key), None)
            if last is None:
                return said_again(work, key)
            if locked["left"]:  # erased while this turn waited: begin again with a new account
                locked = LockAccount(channel, sender).run(work)
            waiting = ready(work, [row for row in new if row.id <= last.id])
            if waiting is None:
                return Reply()
            kept = until_leaving([Kept(row.id, Heard.from_json(row.payload)) for row in waiting])
            files: list[str] = []
            turn = _Turn(self, work, locked, channel, sender, files)
            reply = turn.set_aside(kept) if set_aside else turn.play(kept)
            kept = kept[: turn.heard] if turn.heard else kept
            reply = self._settle(work, locked["account_id"], kept, reply, since)
        if files:
            self.forget_files(files)
        return reply if kept[-1].id == last.id else None

    def _settle(
        self, work: Work, account_id: int, kept: Sequence[Kept], reply: Reply, since: float | None
    ) -> Reply:
        """Decide once who answers, and store it with the effects."""
        empty = not reply.words and reply.card is None
        late = since is None or real_seconds() - since > PASSIVE_SECONDS
        by = "queued" if late and not empty else "passive"
        done = {"state": "done", "done_at": work.now}
        for one in kept[:-1]:
            work.run(_DONE, {"row": one.id, **done, "reply_by": "joined"})
        answered = {"reply": reply.to_json(), "reply_by": by}
        work.at_the_end(_DONE, {"row": kept[-1].id, **done, **answered})
        if by == "queued":
            work.tell(To(account_id=account_id), "said", {"reply": reply.to_json()})
            return Reply()
        return reply


@dataclass
class _Turn:
    """The playing of one transaction's messages. `locked`: what LockAccount or LockAtOnce gave."""

    residents: Residents
    work: Work
    locked: dict[str, Any]
    channel: str
    sender: str
    files: list[str]
    heard: int = 0

    def __post_init__(self) -> None:
        self.account_id: int = self.locked["account_id"]
        self.state: str = self.locked["state"]
        who = Who(self.account_id, self.locked["person_id"])
        first = self.locked["turn"] == 0
        asked, talks = self.locked.get("asked", True), self.locked.get("talks", True)
        self.host = TurnHost(
            self.work,
            who,
            first,
            self.channel,
            self.sender,
            asked,
            talks,
            knowledge=self.residents.knowledge,
        )
        self.waits: bool = self.locked.get("held", True)

    def play(self, kept: Sequence[Kept]) -> Reply:
        """Hear each message; their words join in one reply, held words first."""
        replies: list[Reply] = []
        for one in kept:
            replies.append(self.hear(one.id, one.heard))
            if self.state == "gone":  # what follows is said by somebody new
                break
        self.heard = len(replies)
        self._keep()
        reply = joined(replies)
        by_person = any(one.heard.kind in PERSON_DID and not is_late(one.heard) for one in kept)
        reads = self.waits and self.state != "gone" and by_person
        held = self._held(reply) if reads else []
        return replace(reply, words="\n\n".join([*held, reply.words]).strip()) if held else reply

    def set_aside(self, kept: Sequence[Kept]) -> Reply:
        """After a defect: the talk is cleared, staff get the transcript, the person an apology."""
        words = "\n".join(transcript(self.work, self.channel, self.sender))
        OpenDeskItem("defect", words, account_id=self.account_id).run(self.work)
        self.state = State(turn=self.locked["turn"] + 1).dump()
        talk = [one for one in kept if not self._by_machine(one.id, one.heard)]
        self._keep()
        return Reply(SORRY) if talk else Reply()

    def hear(self, inbox_id: int, heard: Heard) -> Reply:
        """One message: what the machine itself does with it, then the dialogs."""
        kind = "tap" if heard.extra.get("tap") else heard.kind
        if self._by_machine(inbox_id, heard):
            return Reply()
        if (OPENS.get(kind) != "talk" or not self.locked.get("renewed")) and not is_late(heard):
            note_heard(self.work, self.account_id, kind, heard.at)
        if heard.kind == "follow":
            Follow(self.account_id).run(self.work)
        unread = heard.kind in ("video", "link", "file")
        if unread or (heard.kind == "voice" and not heard.text.strip()):
            waits = self._listening(inbox_id, heard)
            return waits or self._pass_on(heard) or Reply(CANNOT_READ if unread else VOICE)
        if control(heard.text) == "more" and self._held_count():
            return Reply("还有这些消息：")
        if is_late(heard):
            return self._late_words(inbox_id, heard)
        return self._unless_erased(inbox_id, self._talk(heard))

    def _listening(self, inbox_id: int, heard: Heard) -> Reply | None:
        """None where nobody listens, or the words that come of it could not be answered."""
        residents = self.residents
        if not residents.listens or not residents.flags(self.channel).speaks_first:
            return None
        return listening(self.work, inbox_id, self.account_id, heard, State.load(self.state).turn)

    def _late_words(self, inbox_id: int, heard: Heard) -> Reply:
        """The words of an earlier voice message, unless the person has gone on without them."""
        was = State.load(self.state)
        to_staff = self.host.talk is not None and not was.stack
        if not to_staff and (reply := overtaken(self.host, heard, was.turn)):
            return reply
        reply = self._unless_erased(inbox_id, self._talk(heard))
        if self.state != "gone":
            VoicePlayed(self.account_id, was.turn, State.load(self.state).turn).run(self.work)
        return reply

    def _pass_on(self, heard: Heard) -> Reply | None:
        """Let a person who has taken over know of what we cannot read; None when the bot has the word."""
        if self.host.talk is None or State.load(self.state).stack:
            return None
        return Reply(self.host.tell_person(Said(kind=heard.kind)))

    def _held_count(self) -> int:
        return held_count(self.work, self.account_id) if self.waits else 0

    def _by_machine(self, inbox_id: int, heard: Heard) -> bool:
        """What no dialog hears: somebody leaves, a receipt, an event that means nothing to us."""
        if heard.kind in LEAVES:
            self.files += Unfollow(self.account_id, inbox_id).run(self.work)["files"]
            self.state = "gone"
        elif heard.kind == "receipt":
            mark_receipt(self.work, heard.extra.get("job", ""), heard.extra.get("status", ""))
        return heard.kind in (*LEAVES, "receipt", "other", "enter", "card")

    def _only_reads(self, heard: Heard) -> bool:
        """Whether words that wait are all the answer there should be: nothing is open, nothing is asked for."""
        if heard.kind not in ("text", "voice") or not self._held_count() or State.load(self.state).stack:
            return False
        asks = self.host.intents(heard.text) or self.host.danger(heard.text) or control(heard.text)
        return not asks and self.host.talk is None

    def _talk(self, heard: Heard) -> Reply:
        if self._only_reads(heard):
            return Reply()
        said = Said(
            text=heard.text.strip(),
            kind="text" if heard.kind == "voice" else heard.kind,
            option=heard.choice,
            media=heard.media if heard.kind == "photo" else (),  # a voice message is no picture
            point=heard.place,
            scene=heard.scene,
            spoken=heard.kind == "voice",
        )
        agreed = self.locked["consent"] == NOTICE.version
        if not agreed and REFUSES not in self.host.intents(heard.text):
            agreed = GoOn(self.account_id, NOTICE.version).run(self.work)["ok"]
        reply, self.state = self.residents.engine.hear(self.state, said, self.host)
        return reply if agreed else self._introduced(reply, heard)

    def _introduced(self, reply: Reply, heard: Heard) -> Reply:
        """Who has not agreed to the notice in force reads it once; never before words of danger."""
        state = State.load(self.state)
        opened = state.stack[0].dialog if state.stack else ""
        acted = self.host.did and not any(one.get("ends") for one in self.host.did)
        stores = opened or acted or self.host.talk is not None
        urgent = opened == "emergency" or self.host.danger(heard.text)
        if urgent or not stores:
            return reply
        new = ShowNotice(self.account_id, NOTICE.version).run(self.work)["new"]
        if not new or NOTICE.short in reply.words:
            return reply
        was = NEW_NOTICE if self.locked["consent"] else NOTICE_AGAIN
        lead = GREETING if self.host.first else was
        return replace(reply, words=f"{lead}{NOTICE.short}\n\n{reply.words}")

    def _unless_erased(self, inbox_id: int, reply: Reply) -> Reply:
        """Somebody had themselves erased in this talk: what they said just now goes as well, and so does the talk."""
        done = [one for one in self.host.did if isinstance(one, dict)]
        self.files += [file for one in done for file in one.get("files", ())]
        if any(one.get("erased") for one in done):
            ForgetHeard(self.account_id, self.channel, self.sender, inbox_id).run(self.work)
            self.state = "gone"
        self.host.did.clear()
        return reply

    def _held(self, reply: Reply) -> list[str]:
        """Words that could not be pushed come first: the newest three, as far as they fit; the rest by 更多."""
        flags = self.residents.flags(self.channel)
        room = flags.text_bytes - len(numbered(reply.words, reply.options).encode()) - MORE_BYTES
        told: list[str] = []
        names = self.residents.names

        def fits(one: Held) -> bool:
            own = self.residents.own_words.of(self.work)
            said = word(one.kind, one.facts, channel=flags, names=names, at=one.made_at, own=own)
            words = numbered(said.words, said.options)
            if told and sum(len(f"{one}\n\n".encode()) for one in [*told, words]) > room:
                return False
            told.insert(0, words)
            return True

        held = take_held(self.work, self.account_id, fits=fits)
        rest = held_count(self.work, self.account_id) if held else 0
        return [*told, f"还有 {rest} 条消息，回复 更多 继续看。"] if rest else told

    def _keep(self) -> None:
        if self.state == "gone":
            return
        state = State.load(self.state)
        _store_state(self.work, self.account_id, self.state, state.turn)
        if self.residents.engine.asks(state):
            self.work.remind("talk", self.account_id, state.turn, NUDGE_AFTER)


def _store_state(work: Work, account_id: int, state: str, turn: int) -> None:
    values = {"state": state, "turn": turn, "changed_at": work.now}
    work.at_the_end(_STATE, {"talker": account_id, **values})
