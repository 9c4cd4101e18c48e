"""The callbacks' door in one process: real channels, real turns, the emulator; only sockets are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from prometheus_client import CollectorRegistry
from redis import Redis
from sqlalchemy import insert, select

import bot.channels
import dialogs
from bot.clock import FixedClock
from bot.engine import Engine
from bot.language.reports import CATEGORIES
from bot.message import Heard, Reply
from bot.ports import Tools
from bot.rates import MemoryRate
from bot.registry import find_channels
from bot.talk.finding import find_dialogs
from bot.tokens import MemoryTokens
from emulator.clock import Clock as EmulatorClock
from emulator.server import create_app
from emulator.town import read_town
from emulator.transport import InProcess, post_to
from handlers import hooks
from handlers.late import LateWords
from handlers.resident import Residents
from handlers.staff import Staffroom
from handlers.switchboard import Switchboard
from handlers.turns import Turns
from models import tables as t
from models.store import Store, To, Work
from tests.chat import KEYS, MORNING
from tests.planted import open_planted
from workers import hands, outbox

ACCOUNT = {
    "appid": "wx1234567890abcdef",
    "secret": "0123456789abcdef0123456789abcdef",
    "token": "doortoken",
    "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "account": "gh_door",
}
PLAYED = "http://emulator.test"
Json = dict[str, Any]


@dataclass
class Door:
    """Everything between a phone and the database. `slow` and `broken` act on the next plays."""

    store: Store
    clock: FixedClock
    web: Flask
    emulator: Flask
    residents: Residents
    late: LateWords
    turns: Turns
    registry: CollectorRegistry
    pool: ThreadPoolExecutor
    spool: Path
    before_play: list[Callable[[], None]] = field(default_factory=list)

    def understand(self, heard: Heard) -> None:
        """As app.py does for residents."""
        self.residents.understand(heard)

    def at_once(self, work: Work, inbox_id: int, heard: Heard, since: float) -> Reply | None:
        """As app.py does, unless the test wants something to happen before the turn."""
        if self.before_play or heard.channel.startswith("wecom_"):
            return None
        return self.residents.at_once(work, inbox_id, heard, since)

    def play(self, heard: Heard, since: float) -> Reply:
        """As app.py does for residents and staff, after what the test wants to happen first."""
        for act in self.before_play:
            act()
        if heard.channel.startswith("wecom_"):
            return Staffroom(self.store, self.clock).answer(heard, since)
        return self.residents.answer(heard.channel, heard.sender, heard.key, since)

    def give_up(self, heard: Heard) -> None:
        """As app.py does for residents."""
        self.late.give_up(heard)

    # --- the phone ------------------------------------------------------------------------------------------

    def emu(self, path: str, **data: Any) -> Json:
        """POST to the emulator's control API."""
        answer = self.emulator.test_client().post(f"/emu/{path}", json={"wait": True, **data})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return dict(answer.get_json())

    def person(self, name: str = "住户") -> str:
        """Somebody who follows; the openid. The welcome's question is skipped."""
        openid = str(self.emu("residents", name=name)["openid"])
        self.emu(f"residents/{openid}/follow")
        self.says(openid, "先跳过")
        return openid

    def sends(self, openid: str, action: str, **data: Any) -> Json:
        """Do something on the phone; the one delivery that it caused."""
        (delivery,) = self.emu(f"residents/{openid}/{action}", **data)["deliveries"]
        return dict(delivery)

    def says(self, openid: str, words: str) -> str:
        """Type; the words of the passive reply, "" without one."""
        return words_of(self.sends(openid, "text", text=words))

    def phone(self, openid: str) -> list[str]:
        """What the account has said on this phone."""
        chats = self.emulator.extensions["emulator"].chats.of(f"resident/{openid}")
        return [str(one.body.get("text", one.body)) for one in chats if one.sender == "account"]

    # --- the hands ------------------------------------------------------------------------------------------

    def later(self, **by: float) -> None:
        """Let time pass for both sides."""
        self.clock.forward(**by)

    def deliver(self) -> None:
        """Send everything that is queued, as a worker does."""
        for row in self.rows(t.outbox, t.outbox.c.state == "queued"):
            outbox.deliver([row.id])

    def tell(self, openid: str, words: str) -> None:
        """Queue one message for a person."""
        with self.store.work(self.clock.now()) as work:
            account = work.conn.execute(
                select(t.account.c.id).where(t.account.c.address == openid)
            ).scalar_one()
            work.tell(To(account_id=account), "said", {"reply": Reply(words).to_json()})

    def keep(self, heard: Heard, **more: Any) -> None:
        """Put something into the inbox that no callback has played."""
        now = self.clock.now()
        row = {"key": heard.key, "channel": heard.channel, "sender": heard.sender, "payload": heard.to_json()}
        with self.store.work(now) as work:
            work.conn.execute(insert(t.inbox).values({**row, "received_at": now, "next_at": now, **more}))

    def rows(self, table: Any, *where: Any) -> list[Any]:
        """Rows of a table, in order."""
        with self.store.look(self.clock.now()) as work:
            return list(work.conn.execute(select(table).where(*where).order_by(*table.primary_key.columns)))

    def counted(self, name: str, **labels: str) -> float:
        """A counter's value."""
        return self.registry.get_sample_value(name, labels) or 0.0


def words_of(delivery: Mapping[str, Any]) -> str:
    """The words of a delivery's answer."""
    answer = delivery["answer"]
    return str(answer["body"].get("text", "")) if answer else ""


def _sessions(app: Callable[[], Flask]) -> Callable[[], requests.Session]:
    def session() -> requests.Session:
        made = requests.Session()
        made.mount(PLAYED, InProcess(app()))
        return made

    return session


@contextmanager
def open_door(folder: Path, kind: str = "verified-service", wait_seconds: float = 3.0) -> Iterator[Door]:
    """A door with a fresh database in `folder`, on an account of this kind."""
    clock = FixedClock(MORNING)
    store, town = open_planted(folder / "door.db", KEYS, clock.now(), wait_seconds)
    apps: dict[str, Flask] = {}
    tools = Tools(clock, MemoryTokens(), MemoryRate(), _sessions(lambda: apps["emulator"]))
    account = {**ACCOUNT, "kind": kind, "api_base": f"{PLAYED}/api.weixin.qq.com"}
    wecom = {"api_base": f"{PLAYED}/qyapi.weixin.qq.com", "media_hosts": "emulator.test"}
    switchboard = Switchboard(store, clock, find_channels(bot.channels), tools, account, wecom)
    residents = Residents(
        store, clock, Engine(find_dialogs(dialogs)), CATEGORIES, switchboard.flags, lambda _: None
    )
    late = LateWords(store, clock, switchboard)
    registry, web, pool = CollectorRegistry(), Flask("door"), ThreadPoolExecutor(4)
    turns = Turns(store, clock, pool, folder / "spool")
    door = Door(store, clock, web, Flask("later"), residents, late, turns, registry, pool, folder / "spool")
    counts = hooks.Counts.on(registry)
    web.register_blueprint(hooks.make_blueprint(hooks.Door(switchboard.find, turns, door, clock, counts)))
    bots = [
        {k: getattr(one, k) for k in ("name", "display", "aibotid", "token", "aes_key")} for one in town.bots
    ]
    groups = [
        {"chatid": g.chat, "name": g.name, "bot": g.bot, "robot_key": g.robot_key, "members": list(g.members)}
        for g in town.groups
    ]
    members = [{"userid": one.userid, "name": one.name, "bot": one.bot} for one in town.members]
    played = read_town(
        {
            "callback_base": "http://bot.test",
            "account": {**ACCOUNT, "kind": kind},
            "bots": bots,
            "groups": groups,
            "members": members,
        }
    )
    at = EmulatorClock(lambda: clock.now().timestamp())
    door.emulator = apps["emulator"] = create_app(
        played, clock=at, post=post_to(web), wait=lambda _: None, base=PLAYED
    )
    drain = residents.left_over
    hands.equip(
        hands.Hands(store, clock, switchboard.get, Redis(), folder, drain, door.give_up, names=CATEGORIES)
    )
    try:
        yield door
    finally:
        pool.shutdown()
        door.emulator.extensions["emulator"].background.settle()
        door.emulator.extensions["emulator"].close()
        store.engine.dispose()
