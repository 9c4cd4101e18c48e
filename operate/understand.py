"""`app.py understand`: what the bot understands of lines of text, so that a street can try its own log first.

It asks neither database nor network. Lines are JSON objects on standard input, answers JSON lines on standard
output; the names are those of training/data/phrases.jsonl.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from bot.clock import Clock, SystemClock
from bot.language.retrieval import Finder, Item, model
from bot.language.slots import find_slots, of_intent
from bot.language.understanding import Role, answered, understand
from bot.settings import Settings
from operate.command import CommandRefused, flag, option, takes

ROLES = ("resident", "staff")
arguments = takes(
    option("--items", type=Path, metavar="FILE.jsonl", help="service items to answer questions from"),
    option("--menu", type=Path, metavar="FILE", help="a JSON list of the dishes that can be ordered"),
    flag("--words-only", "leave the language model out, as on a machine that lacks it"),
)


class NotRead(ValueError):
    """A line that cannot be understood; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Everything that reading a line needs."""

    clock: Clock
    finder: Finder
    menu: tuple[str, ...] = ()

    def read(self, line: str) -> dict[str, Any]:
        """What is understood of one line. Raises NotRead."""
        asked = _object(line)
        text, role = asked.get("text"), asked.get("role") or "resident"
        if not isinstance(text, str):
            raise NotRead('缺 "text"，或者它不是文字：请写 {"text": "…"}。')
        if role not in ROLES:
            raise NotRead(f'"role" 只能是 {" 或 ".join(ROLES)}。')
        now = self._moment(asked.get("now"))
        found, verdict = understand(text, cast(Role, role)), self.finder.find(text)
        if verdict.kind == "sure":
            found = answered(found, verdict.score)
        return {
            "intent": found.intent,
            "score": round(found.score, 4),
            "slots": of_intent(find_slots(text, now, menu=self.menu), found.intent, text),
            "category": found.category,
            "urgency": found.urgency,
            "faq": {"verdict": verdict.kind, "items": list(verdict.items)},
        }

    def _moment(self, written: object) -> datetime:
        if written is None:
            return self.clock.now()
        try:
            moment = datetime.fromisoformat(str(written))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise NotRead('"now" 要是带时区的时间，例如 "2026-11-18T10:00:00+08:00"。')
        return moment


def _object(line: str) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise NotRead('不是 JSON 对象：请每行写一个 {"text": "…"}。')
    return asked


def answers(lines: Iterable[str], reader: Reader) -> Iterator[str]:
    """One line of JSON for each line that is not empty; what cannot be read gets its number and what to change."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            answer = reader.read(line)
        except NotRead as refused:
            answer = {"error": f"第 {number} 行：{refused}"}
        yield json.dumps(answer, ensure_ascii=False)


def read_items(path: Path) -> list[Item]:
    """The service items of a file of JSON lines. Raises CommandRefused that names the line."""
    items: dict[str, Item] = {}
    for number, line in enumerate(_text(path).splitlines(), 1):
        row = _row(path, number, line) if line.strip() else None
        if row is None or row.get("kind", "faq_item") != "faq_item":
            continue
        item = _item(row)
        if item is None or item.id in items:
            raise CommandRefused(f"{path} 第 {number} 行：id 和 title 要有，id 不能重复，aliases 是列表。")
        items[item.id] = item
    return list(items.values())


def _row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        return _object(line)
    except NotRead:
        raise CommandRefused(f"{path} 第 {number} 行不是 JSON 对象：每行写一个事项。") from None


def _item(row: Mapping[str, Any]) -> Item | None:
    aliases, body = row.get("aliases") or [], row.get("body") or ""
    texts = [row.get("id"), row.get("title"), body, *(aliases if isinstance(aliases, list) else [None])]
    if not all(isinstance(text, str) for text in texts) or not texts[0] or not texts[1]:
        return None
    return Item(row["id"], row["title"], tuple(aliases), body)


def read_menu(path: Path) -> tuple[str, ...]:
    """The dishes of a menu. Raises CommandRefused unless the file is a JSON list of names."""
    try:
        names = json.loads(_text(path))
    except (ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CommandRefused(f'{path} 应是菜名的 JSON 列表，比如 ["红烧肉", "米饭"]。')
    return tuple(names)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandRefused(f"读不到 {path}（{error.strerror}）：请检查文件名和权限。") from error
    except UnicodeDecodeError as error:
        raise CommandRefused(f"{path} 不是 UTF-8 编码：请另存为 UTF-8。") from error


def run(chosen: Settings, args: Namespace) -> int:
    """Read standard input to its end, answering line by line."""
    items = read_items(args.items) if args.items else []
    embedder = model() if items and not args.words_only else None
    reader = Reader(
        SystemClock(), Finder(items, embedder=embedder), read_menu(args.menu) if args.menu else ()
    )
    heard = (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
    for answer in answers(heard, reader):
        print(answer, flush=True)
    return 0
