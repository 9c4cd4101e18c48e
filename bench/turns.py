"""One turn without the web: the engine alone, then a resident's whole turn with its transaction."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench import databases, homes
from bench.measuring import Row, microseconds
from bot.clock import real_seconds
from bot.engine import Engine
from bot.message import Heard, Reply
from bot.play import Push
from bot.ports import Match
from bot.talk import Number, Said, Say, Script, Who, World, dialog
from bot.talk.declaring import Dialog
from dialogs import NOTICE
from handlers.resident import Residents
from handlers.turns import Player, Turns
from models.actions.consent import Consent
from models.actions.people import LockAccount
from models.store import Work
from tests.chat import MORNING, Community, found

REMEMBERED = 60
WARM = 20
PEOPLE = 500  # who have homes


@dataclass(frozen=True)
class Alone:
    """A host without a database; satisfies bot.play.Host."""

    now: datetime = MORNING
    who: Who = field(default_factory=lambda: Who(1, 1))
    first: bool = False

    def do(self, command: Any) -> Any:
        """Nothing is done."""

    def look(self, see: Callable[[Any], Any]) -> Any:
        """Nothing is seen."""

    def find(self, what: str, text: str) -> Any:
        """Nothing is found."""

    def intents(self, text: str) -> Sequence[str]:
        """The one word that begins."""
        return ("count",) if text == "开始" else ()

    def faq(self, text: str) -> Match:
        """Nothing is known."""
        return Match()

    def danger(self, text: str) -> bool:
        """Never."""
        return False

    def surely_danger(self, text: str) -> bool:
        """Never."""
        return self.danger(text)

    def pushes(self) -> Sequence[Push]:
        """None."""
        return ()

    def late_photos(self, media: Sequence[str], results: Sequence[Any]) -> str | None:
        """There are none."""
        return None

    def call_person(self, why: str) -> str:
        """Nobody."""
        return ""

    @property
    def talk(self) -> None:
        """None."""

    def tell_person(self, said: Said) -> str:
        """To nobody."""
        return ""

    def end_talk(self) -> str:
        """There is none."""
        return ""


def _counting(questions: int) -> Dialog:
    @dialog("count", about="数数", opens=("count",))
    def count(world: World) -> Script:
        for number in range(questions):
            yield from Number(f"n{number}", f"第 {number} 个数？", "请回复一个数字。", low=0, high=99)
        yield Say("数完了。")
        return None

    return count


def _engine_turn(questions: int, answers: int) -> Callable[[], object]:
    """The turn that answers one more question after `answers` of them."""
    engine, host = Engine({"count": _counting(questions)}), Alone()
    _, state = engine.hear("{}", Said(text="开始"), host)
    for _ in range(answers):
        _, state = engine.hear(state, Said(text="7"), host)
    return lambda: engine.hear(state, Said(text="7"), host)


def engine_rows(loops: int) -> Iterator[Row]:
    """The engine alone, JSON in and JSON out."""
    short = statistics.mean(microseconds(_engine_turn(3, answers), loops) for answers in range(3))
    long = microseconds(_engine_turn(REMEMBERED + 1, REMEMBERED), max(loops // 5, 10))
    yield Row("engine: one turn of a short dialog", f"{short:.0f} µs")
    yield Row(f"engine: with {REMEMBERED} remembered answers", f"{long:.0f} µs", f"{long / short:.1f} times")


class Inline(Executor):
    """Runs what it is given before it gives it back."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it now."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass(frozen=True)
class _Residents:
    """Plays residents alone; satisfies handlers.turns.Player."""

    residents: Residents

    def understand(self, heard: Heard) -> None:
        """As the web process does."""
        self.residents.understand(heard)

    def at_once(self, work: Work, inbox_id: int, heard: Heard, since: float) -> Reply | None:
        """As the web process does."""
        return self.residents.at_once(work, inbox_id, heard, since)

    def play(self, heard: Heard, since: float) -> Reply:
        """As the web process does."""
        return self.residents.answer(heard.channel, heard.sender, heard.key, since)

    def give_up(self, heard: Heard) -> None:
        """Nobody gives up here."""


def turn_rows(people: int) -> Iterator[Row]:
    """A resident's turn in this process, kept, played and committed: a report in four messages."""
    for kind in databases.kinds():
        with databases.fresh(kind) as (folder, url), community_on(folder, url, kind) as community:
            turns = Turns(community.store, community.clock, Inline(), Path(folder) / "spool")
            talk(community, turns, "warm", WARM)
            seconds = talk(community, turns, "bench", people)
            with _statements(community) as count:
                counted = talk(community, turns, "counted", WARM)
        yield Row(
            f"a resident's turn in process, {kind}",
            f"{statistics.mean(seconds) * 1e6:.0f} µs",
            f"{count[0] / len(counted):.1f} statements, keeping included, the last ones one by one",
        )


@contextmanager
def community_on(folder: Any, url: str, kind: str) -> Iterator[Community]:
    """A neighbourhood in that folder or database."""
    community = found(folder, "" if kind == "SQLite" else url)
    with community.store.work(community.clock.now()) as work:
        homes.build(work, PEOPLE)
    yield community
    community.store.engine.dispose()


@contextmanager
def _statements(community: Community) -> Iterator[list[int]]:
    """Counts what is sent to the database. Whoever listens makes SQLAlchemy run it, so nothing is timed meanwhile."""
    count = [0]

    def seen(*_: object) -> None:
        count[0] += 1

    event.listen(community.store.engine, "before_cursor_execute", seen)
    yield count
    event.remove(community.store.engine, "before_cursor_execute", seen)


def talk(community: Community, turns: Turns, name: str, people: int) -> list[float]:
    """Seconds for each message of people who have written before."""
    player, senders = _Residents(community.residents), [f"o-{name}-{number}" for number in range(people)]
    for sender in senders:
        with community.store.work(community.clock.now()) as work:
            account_id = LockAccount("wechat_oa", sender).run(work)["account_id"]
            Consent(account_id, NOTICE.version).run(work)
    return [
        _say(community, turns, player, sender, words)
        for number, sender in enumerate(senders)
        for words in homes.dialog(number)
    ]


def _say(community: Community, turns: Turns, player: Player, sender: str, words: str) -> float:
    heard = Heard("wechat_oa", community.key(), sender, "text", community.clock.now(), text=words)
    began = real_seconds()
    turns.take(heard, player)
    return real_seconds() - began
