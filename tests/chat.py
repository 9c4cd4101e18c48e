"""A resident's talk without any platform: real dialogs, real actions, a database of its own, a fixed clock.

Between every two turns the state has gone through the database as JSON, as if each were another process.
"""

from __future__ import annotations

import re
import weakref
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

import dialogs
from bot.clock import SHANGHAI, FixedClock, real_seconds
from bot.engine import Engine
from bot.language.reports import CATEGORIES
from bot.message import Heard, HeardKind, Reply, numbered
from bot.message import Place as Point
from bot.ports import Flags
from bot.talk.finding import find_dialogs
from bot.wording import word
from handlers.knowledge import ItemIndex
from handlers.resident import Residents
from handlers.staff import Staffroom
from models import tables as t
from models.limits import load_limits
from models.sample import Town
from models.sample_meals import plant_whole
from models.store import FieldKeys, Store, open_store
from tests.planted import open_planted

MORNING = datetime(2026, 11, 18, 10, 0, tzinfo=SHANGHAI)
KEYS = FieldKeys((b"Zm9yIHRlc3RzIG9ubHksIG5ldmVyIGZvciB1c2UhISE=",), b"blind index for tests")
PLAIN = Flags(hears=True, speaks_first=True, text_bytes=2048, rungs=("customer_service",))
NEVER_LATE = float(
    "inf"
)  # when a callback arrived, for turns that must not depend on how busy the machine is


@dataclass
class Community:
    """A planted neighbourhood with its clock, its residents' turns and its staff's."""

    store: Store
    clock: FixedClock
    town: Town
    residents: Residents
    staff: Staffroom
    heard: int = 0
    lost: list[str] = field(default_factory=list)

    def resident(self, name: str = "zhang") -> Resident:
        """Somebody with a phone."""
        return Resident(self, f"openid-{name}")

    def worker(self, userid: str, chat: str | None = None) -> Worker:
        """Somebody in WeCom, in their unit's group unless `chat` says otherwise ("" is the single chat)."""
        member = next(one for one in self.town.members if one.userid == userid)
        group = next(one for one in self.town.groups if one.bot == member.bot)
        return Worker(self, member.bot, userid, group.chat if chat is None else chat)

    def told(self, kind: str = "") -> list[Any]:
        """The rows of the outbox, oldest first, of one kind or of all."""
        with self.store.look(self.clock.now()) as work:
            rows = work.conn.execute(select(t.outbox).order_by(t.outbox.c.id)).all()
        return [row for row in rows if not kind or row.kind == kind]

    def words(self, row: Any) -> str:
        """An outbox row as it would be read, options and all."""
        said = word(row.kind, row.facts, channel=PLAIN, names=CATEGORIES, at=row.made_at)
        return numbered(said.words, said.options)

    def show_pushes(self) -> None:
        """As the worker would after sending: every open question has been shown now."""
        with self.store.work(self.clock.now()) as work:
            unseen = update(t.open_question).where(t.open_question.c.shown_at.is_(None))
            work.conn.execute(unseen.values(shown_at=work.now))

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table."""
        with self.store.look(self.clock.now()) as work:
            return list(work.conn.execute(select(table).order_by(*table.primary_key.columns)))

    def key(self) -> str:
        """A key that no message has had."""
        self.heard += 1
        return f"test:{self.heard}"

    def keep(self, heard: Heard) -> None:
        """Put something heard into the inbox, as the callback does."""
        now = self.clock.now()
        row = {"key": heard.key, "channel": heard.channel, "sender": heard.sender, "payload": heard.to_json()}
        with self.store.work(now) as work:
            work.conn.execute(insert(t.inbox).values(**row, received_at=now, next_at=now))


@dataclass
class Resident:
    """One resident's phone."""

    community: Community
    sender: str
    channel: str = "wechat_oa"

    def does(self, kind: HeardKind = "text", **what: Any) -> Reply:
        """Anything a phone can do; the reply as it is stored."""
        clock = self.community.clock
        heard = Heard(self.channel, self.community.key(), self.sender, kind, clock.now(), **what)
        self.community.keep(heard)
        self.community.show_pushes()
        self.community.residents.understand(heard)
        return self.community.residents.answer(self.channel, self.sender, heard.key, NEVER_LATE)

    def says(self, text: str) -> str:
        """One line of a golden conversation: words, or [关注] [扫码 bld:1] [照片] [语音 …] [菜单 REPORT] [定位 …]."""
        special = re.fullmatch(r"\[(\S+?)(?:\s+(.*))?\]", text)
        if not special:
            return self._read(self.does(text=text))
        what, rest = special.groups()
        rest = rest or ""
        acts: dict[str, dict[str, Any]] = {
            "关注": {"kind": "follow", "scene": rest},
            "取消关注": {"kind": "unfollow"},
            "扫码": {"kind": "scan", "scene": rest},
            "照片": {"kind": "photo", "media": (f"media-{self.community.heard}",)},
            "语音": {"kind": "voice", "text": rest, "media": (f"media-{self.community.heard}",)},
            "视频": {"kind": "video", "media": (f"media-{self.community.heard}",)},
            "菜单": {"kind": "menu", "choice": rest},
            "定位": {"kind": "location", "place": Point(31.11, 121.38, rest)},
        }
        return self._read(self.does(**acts[what]))

    def taps(self, reply: Reply, mark: str) -> str:
        """Tap an option of an earlier reply."""
        option = next(one for one in reply.options if one.mark == mark)
        return self._read(self.does(text=option.label, choice=option.id, extra={"tap": "1"}))

    @staticmethod
    def _read(reply: Reply) -> str:
        return numbered(reply.words, reply.options)


@dataclass
class Worker:
    """One worker's WeCom."""

    community: Community
    bot: str
    userid: str
    chat: str

    def does(self, kind: HeardKind = "text", **what: Any) -> Reply:
        """Anything WeCom can do; the reply."""
        clock, channel = self.community.clock, f"wecom_aibot:{self.bot}"
        heard = Heard(
            channel,
            self.community.key(),
            self.userid,
            kind,
            clock.now(),
            chat=self.chat,
            **what,
        )
        self.community.keep(heard)
        return self.community.staff.answer(heard, NEVER_LATE)

    def says(self, text: str, **what: Any) -> str:
        """Words to the bot, the leading @ already taken off."""
        return self.does(text=text, **what).words


def _planted_at(url: str) -> tuple[Store, Town]:
    store = open_store(url, KEYS, load_limits(), seconds=real_seconds)
    t.metadata.create_all(store.engine)
    with store.work(FixedClock(MORNING).now()) as work:
        return store, plant_whole(work)


def found_at_eight(folder: Path) -> Community:
    """The same the next morning at eight: lunch and dinner of that day can be ordered."""
    made = found(folder)
    made.clock.forward(hours=22)
    return made


def found(folder: Path, url: str = "") -> Community:
    """A community in a fresh database in `folder` (or at `url`), planted with the sample neighbourhood."""
    clock = FixedClock(MORNING)
    if url:
        store, town = _planted_at(url)
    else:
        store, town = open_planted(folder / "test.db", KEYS, clock.now(), items=True)
    lost: list[str] = []
    engine = Engine(find_dialogs(dialogs))
    knowledge = ItemIndex(store, clock, fresh_seconds=0.0)
    residents = Residents(
        store, clock, engine, CATEGORIES, lambda name: PLAIN, lost.extend, knowledge=knowledge
    )
    community = Community(store, clock, town, residents, Staffroom(store, clock), lost=lost)
    weakref.finalize(community, store.engine.dispose)  # Python 3.13 warns of connections left open
    return community
