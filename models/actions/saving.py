"""What every form of the register does: look whether it is there, refuse a second one of the same name, save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, insert, select, update

from models.rules.orders import Refusal, Why
from models.store import Work


def is_there(work: Work, table: Table, row_id: int | None) -> bool:
    """Whether the table has this row."""
    return (
        row_id is not None
        and work.conn.execute(select(table.c.id).where(table.c.id == row_id)).first() is not None
    )


def row_of(work: Work, table: Table, row_id: int) -> Any:
    """The row, None when there is none."""
    return work.conn.execute(select(table).where(table.c.id == row_id)).first()


def save(
    work: Work, table: Table, row_id: int | None, values: Mapping[str, Any], unique: Sequence[str]
) -> dict[str, Any]:
    """Make the row, or change it; the `unique` columns together, the telling one last, tell it from others."""
    same = (table.c[name].is_not_distinct_from(values[name]) for name in unique)
    others = select(table.c.id).where(*same, table.c.id != (row_id or 0))
    if work.conn.execute(others).first():
        return Refusal(Why.ALREADY, field=unique[-1])
    if row_id is None:
        made = work.conn.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
        return {"ok": True, "id": made, "new": True}
    changed = work.conn.execute(update(table).where(table.c.id == row_id).values(**values))
    return {"ok": True, "id": row_id, "new": False} if changed.rowcount else Refusal(Why.UNKNOWN)


def missing(texts: Mapping[str, str]) -> Refusal | None:
    """The refusal for the first of the fields that is empty."""
    empty = next((name for name, text in texts.items() if not text.strip()), None)
    return Refusal(Why.NEEDS_WORDS, field=empty) if empty else None
