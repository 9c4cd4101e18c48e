"""One resident's turn: what was heard and not yet answered, played in one transaction (ARCHITECTURE 2.3)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, real_seconds
from bot.engine import Engine
from bot.frames import State
from bot.language.commands import control
from bot.message import Heard, Reply, numbered
from bot.ports import Flags
from bot.talk import Said, Who
from bot.wording import word
from dialogs import NOTICE
from handlers.host import TurnHost, transcript
from handlers.trying import give_up, once_more, put_off_oldest, said_again
from models import tables as t
from models.actions.desk import OpenDeskItem
from models.actions.outbox import Held, held_count, mark_receipt, note_heard, take_held
from models.actions.people import Follow, LockAccount, Unfollow
from models.store import Store, To, Work

PASSIVE_SECONDS = 2.5  # a turn that commits later than this is told by the worker
HOLDS_BACK = timedelta(seconds=5)  # how long a message that waits for another try holds back later ones
NUDGE_AFTER = timedelta(minutes=40)
SORRY = "抱歉，我这边出了点问题，刚才的事没有办成。已请工作人员来看，会联系您。也可以换个说法再试一次。"
VOICE = "我还听不清语音。请打字告诉我，或按前面的数字回复；说不清楚请回复 人工。"
CANNOT_READ = "这个我还看不懂。请用文字告诉我，照片也可以；要找工作人员请回复 人工。"
LEAVES = frozenset({"unfollow", "revoked"})
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
    """Plays residents' turns. `names`: the Chinese names of categories; `flags`: what their channel can show."""

    store: Store
    clock: Clock
    engine: Engine
    names: Mapping[str, str]
    flags: Callable[[str], Flags]
    forget_files: Callable[[Sequence[str]], None]

    def answer(self, channel: str, sender: str, key: str, since: float | None) -> Reply:
        """Play what `sender` said up to the message `key`; the words for the passive reply.

        `since`: when the callback arrived (real seconds); too late, the words go to the outbox and an empty
        reply is given. A repeated delivery finds the stored words.
        Raises SQLAlchemyError when the database is at fault: the message stays and is tried again.
        """
        while (reply := self._tried(channel, sender, key, since)) is None:
            pass  # somebody left in between: what came after that is a turn of its own
        return reply

    def _tried(self, channel: str, sender: str, key: str, since: float | None) -> Reply | None:
        """One turn, once more when it fails, and then without the dialogs."""
        return once_more(
            lambda: self._turn(channel, sender, key, since),
            lambda: self._turn(channel, sender, key, since, set_aside=True),
        )

    def left_over(self, channel: str, sender: str) -> None:
        """Play what a callback left behind; for the workers. What fails waits 1, 5, 30, 300 s, then is dead."""
        with self.store.look(self.clock.now()) as work:
            key = work.conn.execute(_undone(channel, sender).order_by(t.inbox.c.id.desc())).scalars().first()
        if key is None:
            return None
        try:
            self.answer(channel, sender, key, None)
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
            new = list(work.conn.execute(_NEW, {"by": channel, "who": sender}))
            last = next((row for row in new if row.key == key), None)
            if last is None:
                return said_again(work, key)
            if locked["left"]:  # erased while this turn waited: begin again with a new account
                locked = LockAccount(channel, sender).run(work)
            waiting = _ready(work, [row for row in new if row.id <= last.id])
            if waiting is None:
                return Reply()
            waiting = _until_leaving(waiting)
            files: list[str] = []
            turn = _Turn(self, work, locked, channel, sender, files)
            reply = turn.set_aside(waiting) if set_aside else turn.play(waiting)
            reply = self._settle(work, locked["account_id"], waiting, reply, since)
        if files:
            self.forget_files(files)
        return reply if waiting[-1].id == last.id else None

    def _settle(
        self, work: Work, account_id: int, rows: list[Any], reply: Reply, since: float | None
    ) -> Reply:
        """Decide once who answers, and store it with the effects."""
        empty = not reply.words and reply.card is None
        late = since is None or real_seconds() - since > PASSIVE_SECONDS
        by = "queued" if late and not empty else "passive"
        done = {"state": "done", "done_at": work.now}
        for row in rows[:-1]:
            work.conn.execute(_DONE, {"row": row.id, **done, "reply_by": "joined"})
        answered = {"reply": reply.to_json(), "reply_by": by}
        work.conn.execute(_DONE, {"row": rows[-1].id, **done, **answered})
        if by == "queued":
            work.tell(To(account_id=account_id), "said", {"reply": reply.to_json()})
            return Reply()
        return reply

    def give_up(self, key: str) -> None:
        """The callback could not wait for a passive reply that was stored after all: the worker tells it."""
        with self.store.work(self.clock.now()) as work:
            reply = give_up(work, key)
            if not reply.words:
                return
            a, i = t.account.c, t.inbox.c
            mine = and_(a.channel == i.channel, a.address == i.sender)
            found = select(a.id).join_from(t.inbox, t.account, mine).where(i.key == key)
            account_id = work.conn.execute(found).scalar_one_or_none()
            if account_id is not None:
                work.tell(To(account_id=account_id), "said", {"reply": reply.to_json()})


@dataclass
class _Turn:
    """The playing of one transaction's messages."""

    residents: Residents
    work: Work
    locked: dict[str, Any]
    channel: str
    sender: str
    files: list[str]

    def __post_init__(self) -> None:
        self.account_id: int = self.locked["account_id"]
        self.state: str = self.locked["state"]
        who = Who(self.account_id, self.locked["person_id"])
        first = self.locked["turn"] == 0
        self.host = TurnHost(self.work, who, first, self.channel, self.sender)

    def play(self, rows: list[Any]) -> Reply:
        """Hear each message; their words join in one reply, held words first."""
        replies = [self.hear(row, Heard.from_json(row.payload)) for row in rows]
        self._keep()
        reply = joined(replies)
        reads = self.state != "gone" and any(_by_person(row) for row in rows)
        held = self._held(reply) if reads else []
        return replace(reply, words="\n\n".join([*held, reply.words]).strip()) if held else reply

    def set_aside(self, rows: list[Any]) -> Reply:
        """After a defect: the talk is cleared, staff get the transcript, the person an apology."""
        words = transcript(self.work, self.channel, self.sender)
        OpenDeskItem("defect", words, account_id=self.account_id).run(self.work)
        self.state = State(turn=self.locked["turn"] + 1).dump()
        talk = [row for row in rows if not self._by_machine(row, Heard.from_json(row.payload))]
        self._keep()
        return Reply(SORRY) if talk else Reply()

    def hear(self, row: Any, heard: Heard) -> Reply:
        """One message: what the machine itself does with it, then the dialogs."""
        kind = "tap" if heard.extra.get("tap") else heard.kind
        if self._by_machine(row, heard):
            return Reply()
        note_heard(self.work, self.account_id, kind, heard.at)
        if heard.kind == "follow":
            Follow(self.account_id).run(self.work)
        if heard.kind in ("video", "link", "file"):
            return Reply(CANNOT_READ)
        if heard.kind == "voice" and not heard.text.strip():
            return Reply(VOICE)
        if control(heard.text) == "more" and held_count(self.work, self.account_id):
            return Reply("还有这些消息：")
        return self._talk(heard)

    def _by_machine(self, row: Any, heard: Heard) -> bool:
        """What no dialog hears: somebody leaves, a receipt, an event that means nothing to us."""
        if heard.kind in LEAVES:
            self.files += Unfollow(self.account_id, row.id).run(self.work)["files"]
            self.state = "gone"
        elif heard.kind == "receipt":
            mark_receipt(self.work, heard.extra.get("job", ""), heard.extra.get("status", ""))
        return heard.kind in (*LEAVES, "receipt", "other", "enter", "card")

    def _only_reads(self, heard: Heard) -> bool:
        """Whether words that wait are all the answer there should be: nothing is open, nothing is asked for."""
        if heard.kind not in ("text", "voice") or State.load(self.state).stack:
            return False
        asks = self.host.intents(heard.text) or self.host.danger(heard.text) or control(heard.text)
        return not asks and held_count(self.work, self.account_id) > 0

    def _talk(self, heard: Heard) -> Reply:
        if self._only_reads(heard):
            return Reply()
        said = Said(
            text=heard.text.strip(),
            kind="text" if heard.kind == "voice" else heard.kind,
            option=heard.choice,
            media=heard.media,
            point=heard.place,
            scene=heard.scene,
        )
        reply, self.state = self.residents.engine.hear(self.state, said, self.host)
        return self._introduced(reply)

    def _introduced(self, reply: Reply) -> Reply:
        """Who begins with a report reads once what is kept; never before words of danger."""
        if not self.host.first:
            return reply
        state = State.load(self.state)
        opened = state.stack[0].dialog if state.stack else ""
        if opened in ("hello", "emergency", "") or NOTICE["short"] in reply.words:
            return reply
        return replace(reply, words=f"您好，我是邻里小助手。{NOTICE['short']}\n\n{reply.words}")

    def _held(self, reply: Reply) -> list[str]:
        """Words that could not be pushed come first: the newest three, as far as they fit; the rest by 更多."""
        flags = self.residents.flags(self.channel)
        room = flags.text_bytes - len(numbered(reply.words, reply.options).encode()) - MORE_BYTES
        told: list[str] = []

        def fits(one: Held) -> bool:
            said = word(one.kind, one.facts, channel=flags, names=self.residents.names, at=one.made_at)
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
        turn = State.load(self.state).turn
        _store_state(self.work, self.account_id, self.state, turn)
        if self.residents.engine.asks(self.state):
            self.work.remind("talk", self.account_id, turn, NUDGE_AFTER)


def _ready(work: Work, rows: list[Any]) -> list[Any] | None:
    """Of the rows up to the last one those to play; None when an earlier one waits for its next try."""
    ready = [row for row in rows if row is rows[-1] or not row.attempts or row.next_at <= work.now]
    held_back = [row for row in rows if row not in ready and work.now - row.received_at < HOLDS_BACK]
    return None if held_back else ready


def joined(replies: Sequence[Reply]) -> Reply:
    """Several replies as one; the last question's options count."""
    words = "\n".join(dict.fromkeys(reply.words for reply in replies if reply.words))
    options = next((reply.options for reply in reversed(replies) if reply.options), ())
    return Reply(words, options)


def _store_state(work: Work, account_id: int, state: str, turn: int) -> None:
    values = {"state": state, "turn": turn, "changed_at": work.now}
    work.conn.execute(_STATE, {"talker": account_id, **values})


def _undone(channel: str, sender: str) -> Any:
    i = t.inbox.c
    return select(i.key).where(i.channel == channel, i.sender == sender, i.state == "new")


def _until_leaving(rows: list[Any]) -> list[Any]:
    """The rows up to the first by which the person leaves: what follows is said by a new account."""
    kinds = [Heard.from_json(row.payload).kind for row in rows]
    leaves = next((n for n, kind in enumerate(kinds) if kind in LEAVES), len(rows) - 1)
    return rows[: leaves + 1]


def _by_person(row: Any) -> bool:
    return Heard.from_json(row.payload).kind in PERSON_DID
