"""One turn without the web: the engine alone, then a resident's whole turn with its transaction."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import event

from bench import databases
from bench.account import DIALOG
from bench.measuring import Row, microseconds
from bot.clock import real_seconds
from bot.engine import Engine
from bot.message import Heard
from bot.play import Push
from bot.talk import Number, Said, Say, Script, Who, World, dialog
from bot.talk.declaring import Dialog
from tests.chat import MORNING, Community, found

REMEMBERED = 60


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

    def danger(self, text: str) -> bool:
        """Never."""
        return False

    def pushes(self) -> Sequence[Push]:
        """None."""
        return ()

    def call_person(self, why: str) -> str:
        """Nobody."""
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


def turn_rows(people: int) -> Iterator[Row]:
    """A resident's turn in this process, kept and committed: a report in four messages."""
    for kind in databases.kinds():
        with databases.fresh(kind) as (folder, url), _community(folder, url, kind) as community:
            _talk(community, "warm", 5)
            with _statements(community) as count:
                kept, played = _talk(community, "bench", people)
        turns, keeping = len(played), statistics.median(kept) * 1e6
        yield Row(
            f"a resident's turn in process, {kind}",
            f"{statistics.median(played) * 1e6:.0f} µs",
            f"{count[0] / turns:.1f} statements, keeping included; to keep it: {keeping:.0f} µs",
        )


@contextmanager
def _community(folder: Any, url: str, kind: str) -> Iterator[Community]:
    community = found(folder, "" if kind == "SQLite" else url)
    yield community
    community.store.engine.dispose()


@contextmanager
def _statements(community: Community) -> Iterator[list[int]]:
    """Counts what is sent to the database."""
    count = [0]

    def seen(*_: object) -> None:
        count[0] += 1

    event.listen(community.store.engine, "before_cursor_execute", seen)
    yield count
    event.remove(community.store.engine, "before_cursor_execute", seen)


def _talk(community: Community, name: str, people: int) -> tuple[list[float], list[float]]:
    """Seconds for keeping and for playing each message."""
    kept, played = [], []
    for number in range(people):
        for words in DIALOG:
            sender, now = f"o-{name}-{number}", community.clock.now()
            heard = Heard("wechat_oa", community.key(), sender, "text", now, text=words)
            began = real_seconds()
            community.keep(heard)
            between = real_seconds()
            community.residents.answer("wechat_oa", sender, heard.key, between)
            kept.append(between - began)
            played.append(real_seconds() - between)
    return kept, played
