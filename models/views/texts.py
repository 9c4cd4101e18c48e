"""Words of this town in place of the built-in ones. What they may be is bot/own_words.py's to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from models import tables as t
from models.store import Work

_ALL = select(t.own_text.c.name, t.own_text.c.lines)
_ONE = select(t.own_text.c.lines).where(t.own_text.c.name == bindparam("text"))


@dataclass(frozen=True, slots=True)
class OwnText:
    """One text in the town's own words. `login`: who changed it last."""

    name: str
    lines: Any
    changed_at: datetime
    login: str


def own_texts(work: Work) -> Mapping[str, Any]:
    """The lines of every text that the town has changed, by name."""
    return {row.name: row.lines for row in work.run(_ALL, {})}


def own_text(work: Work, name: str) -> Any:
    """The lines of one text, None when the town has not changed it."""
    return work.run(_ONE, {"text": name}).scalar()


def changed_texts(work: Work) -> Mapping[str, OwnText]:
    """The same with who changed them and when."""
    o, u = t.own_text.c, t.console_user.c
    query = select(o.name, o.lines, o.changed_at, u.login).outerjoin_from(
        t.own_text, t.console_user, u.id == o.changed_by
    )
    return {
        row.name: OwnText(row.name, row.lines, row.changed_at, row.login or "")
        for row in work.conn.execute(query)
    }
