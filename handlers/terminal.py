"""A resident's talk in the terminal: app.py say."""

from __future__ import annotations

import sys

from sqlalchemy import insert

from bot.clock import real_seconds
from bot.message import Heard, numbered
from handlers.resident import Residents
from models import tables as t


def talk(residents: Residents, *, repro: bool = False) -> None:
    """Read lines until the end of input and answer each. `repro`: print a golden conversation at the end."""
    lines: list[str] = []
    sys.stdout.write("住户: ")
    sys.stdout.flush()
    for line in sys.stdin:
        text = line.strip()
        reply = _turn(residents, text, len(lines))
        sys.stdout.write(f"机器人: {reply}\n住户: ")
        sys.stdout.flush()
        lines += [f"住户: {text}", f"机器人: {reply}"]
    sys.stdout.write("\n")
    if repro:
        sys.stdout.write("\n".join(lines) + "\n")


def _turn(residents: Residents, text: str, count: int) -> str:
    now = residents.clock.now()
    heard = Heard("terminal", f"terminal:{now.timestamp()}:{count}", "terminal", "text", now, text=text)
    row = {"key": heard.key, "channel": heard.channel, "sender": heard.sender, "payload": heard.to_json()}
    with residents.store.work(now) as work:
        work.conn.execute(insert(t.inbox).values(**row, received_at=now, next_at=now))
    reply = residents.answer(heard.channel, heard.sender, heard.key, real_seconds())
    return numbered(reply.words, reply.options)
