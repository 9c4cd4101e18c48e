"""A firm whose workers have only its app: five are bound and on duty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from prometheus_client import CollectorRegistry
from redis import Redis
from sqlalchemy import insert, select, update

import bot.channels
from bot.language.reports import CATEGORIES
from bot.message import Reply
from bot.ports import Tools
from bot.rates import MemoryRate
from bot.registry import find_channels
from bot.tokens import MemoryTokens
from handlers import hooks
from handlers.late import LateWords
from handlers.players import Players
from handlers.staff import Staffroom
from handlers.switchboard import Switchboard
from handlers.turns import Turns
from models import tables as t
from models.actions.binding import BindWorker, MakeBindingWord
from models.actions.register import SaveApp
from tests.app.played import BASE, CONFIG, PlayedApp
from tests.town import TestTown, clock, database_url, migrated, store, town
from workers import hands, outbox

__all__ = ["clock", "database_url", "migrated", "store", "town"]
FIVE = [f"chen{n}" for n in range(1, 6)]
NAMES = ("陈一", "陈二", "陈三", "陈四", "陈五")
BOT = "anju-app"


@dataclass
class Firm:
    """The firm 安居物业 with an app and no group, the platform it is on, and everything between."""

    town: TestTown
    played: PlayedApp
    switchboard: Switchboard
    staff: Staffroom
    web: Flask
    turns: Turns
    bot_id: int
    workers: dict[str, int]  # by userid

    def deliver(self) -> None:
        """Send everything that is due, as a worker does, until nothing is."""
        while rows := [row for row in self.town.told() if row.state == "queued"]:
            before = len(self.played.asked)
            for row in rows:
                outbox.deliver([row.id])
            if len(self.played.asked) == before and {row.id for row in rows} == {
                row.id for row in self.town.told() if row.state == "queued"
            }:
                break

    def hears(self, callback: tuple[dict[str, str], bytes]) -> dict[str, Any]:
        """One callback over the web; what is in the passive reply."""
        query, body = callback
        answer = self.web.test_client().post(f"/callback/wecom/{BOT}", query_string=query, data=body)
        assert answer.status_code == 200
        return self.played.opened(answer.data)

    def says(self, userid: str, words: str) -> str:
        """Type in the app's chat; the words of the passive reply."""
        return str(self.hears(self.played.text(userid, words)).get("Content", ""))

    def press(self, userid: str, key: str = "claim") -> dict[str, Any]:
        """Press a button of the newest card in somebody's chat; the card changes as the answer says."""
        task = self.card(userid).task
        answer = self.hears(self.played.press(task, key))
        self.played.show(task, answer)
        return answer

    def card(self, userid: str) -> Any:
        """The newest card in somebody's chat."""
        return [one for one in self.played.cards.values() if one.userid == userid][-1]

    def order(self, **more: Any) -> int:
        """A new order of the firm, about somebody's home."""
        who = self.town.resident(home=("幸福小区", "3", "2", "602"))
        home = self.town.home("幸福小区", "3", "2", "602")
        facts = {"category": "utilities", "summary": "厨房漏水", "home_id": home, "public_part": None}
        return int(self.town.order(who, **(facts | more))["order_id"])

    def given_up(self, key: str) -> Reply:
        """Nobody waited for the reply to the message of this key: what is still to be sent."""
        return LateWords(self.town.store, self.town.clock, self.switchboard).of_staff(key)

    def bind(self, userid: str, worker_id: int) -> None:
        """Bind an account with a word."""
        word = self.town.do(MakeBindingWord(worker_id=worker_id))["word"]
        assert self.town.do(BindWorker(self.bot_id, userid, word))["ok"]


@pytest.fixture
def firm(town: TestTown, tmp_path: Path) -> Iterator[Firm]:
    """The firm with five workers on duty in its app, on a platform played from the reference document."""
    played = PlayedApp(town.clock, set(FIVE))
    with ThreadPoolExecutor(2) as pool:
        yield found_firm(town, tmp_path, pool, played, played.session, BASE)


def found_firm(
    town: TestTown,
    folder: Path,
    pool: ThreadPoolExecutor,
    played: PlayedApp,
    session: Callable[[], requests.Session],
    base: str,
) -> Firm:
    """Found it, on a platform that is reached by `session` at `base`, and bind its workers."""
    unit = town.planted.units["安居物业"]
    with town.store.work(town.clock.now()) as work:
        work.conn.execute(update(t.work_group).where(t.work_group.c.unit_id == unit).values(bound_at=None))
        work.conn.execute(update(t.worker).where(t.worker.c.unit_id == unit).values(on_duty=False))
        rows = [{"unit_id": unit, "name": name, "cap": 10, "on_duty": True} for name in NAMES]
        work.conn.execute(insert(t.worker), rows)
        made = work.conn.execute(
            select(t.worker.c.id).where(t.worker.c.name.in_(NAMES)).order_by(t.worker.c.id)
        )
        ids = list(made.scalars())
    secrets = (CONFIG["secret"], CONFIG["token"], CONFIG["aes_key"])
    saved = town.do(SaveApp(BOT, unit, "小邻", CONFIG["corpid"], CONFIG["agentid"], *secrets))
    tools = Tools(town.clock, MemoryTokens(), MemoryRate(), session, partial(_picture, folder / "photos"))
    board = Switchboard(town.store, town.clock, find_channels(bot.channels), tools, None, {"api_base": base})
    staff, web = Staffroom(town.store, town.clock), Flask("app")
    turns = Turns(town.store, town.clock, pool, folder / "spool")
    residents: Any = None  # nobody but staff speaks here
    late = LateWords(town.store, town.clock, board)
    counts = hooks.Counts.on(CollectorRegistry())
    door = hooks.Door(board.find, turns, Players(residents, staff, late), town.clock, counts)
    web.register_blueprint(hooks.make_blueprint(door))
    drain: Any = None  # nothing is left behind
    hands.equip(hands.Hands(town.store, town.clock, board.get, Redis(), folder, drain, names=CATEGORIES))
    firm = Firm(town, played, board, staff, web, turns, int(saved["id"]), dict(zip(FIVE, ids, strict=True)))
    for userid, worker_id in firm.workers.items():
        firm.bind(userid, worker_id)
    return firm


def _picture(photos: Path, name: str) -> bytes:
    """A kept photo; one that only a row knows is made up."""
    return (photos / name).read_bytes() if (photos / name).is_file() else b"jpeg of " + name.encode()
