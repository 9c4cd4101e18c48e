"""The files of photos: where they are and how they go. Apart from workers/photos.py, which loads what draws them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from models import tables as t
from models.store import Store, Work

FOLDER = "photos"  # in the data folder
AT_ONCE = 500  # files that one statement asks about


def forget(store: Store, now: datetime, folder: Path, names: Sequence[str]) -> None:
    """Delete these files, except those that a row names."""
    with store.look(now) as work:
        named = _named(work, names)
    for name in set(names) - named:
        (folder / name).unlink(missing_ok=True)


def sweep(work: Work, folder: Path, before: datetime) -> int:
    """Delete the files that no row names and that were written before `before` (real time); how many."""
    old = [path for path in folder.glob("*") if path.stat().st_mtime < before.timestamp()]
    gone = 0
    for some in (old[n : n + AT_ONCE] for n in range(0, len(old), AT_ONCE)):
        named = _named(work, [path.name for path in some])
        for path in some:
            if path.name not in named:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _named(work: Work, names: Sequence[str]) -> set[str]:
    """Those of the names that a photo or a dish has."""
    kept = (select(column).where(column.in_(names)) for column in (t.photo.c.file, t.dish.c.photo))
    return {str(name) for query in kept for name in work.conn.execute(query).scalars()}
