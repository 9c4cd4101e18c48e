"""Where what was heard waits while the database cannot take it: a file per delivery, fsynced before the answer."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any


class Unfit(Exception):
    """A record that will never be taken, however often it is offered."""


FOLDER = "spool"  # in the data folder
NEEDED = ("channel", "key", "sender", "payload", "received_at")


def put(folder: Path, record: Mapping[str, str]) -> Path:
    """Keep a record of NEEDED (`received_at` in ISO 8601 with its zone); when this returns it survives a power cut.

    The same delivery (key and time) is kept once. Raises OSError when the disk refuses: then the callback must not
    be acknowledged.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = hashlib.sha256(f"{record['key']} {record['received_at']}".encode()).hexdigest()
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({field: record[field] for field in NEEDED}, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder / f"{name}.json")
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync(folder)
    return folder / f"{name}.json"


def replay(folder: Path, insert: Callable[[Mapping[str, str]], None], most: int = 200) -> int:
    """Hand up to `most` records to `insert`, oldest first, and forget each once it is taken; how many were taken.

    What `insert` raises ends the replay and the record stays, except Unfit: such a record is renamed to *.bad,
    as is a file that cannot be read.
    Several processes may replay at once if `insert` takes a key only once.
    """
    taken = 0
    for path in waiting(folder)[:most]:
        record = _read(path)
        if record is None:
            continue
        try:
            insert(record)
        except Unfit:
            _put_aside(path)
        else:
            path.unlink(missing_ok=True)
            taken += 1
    return taken


def waiting(folder: Path) -> list[Path]:
    """The records that wait, oldest first; none when there is no folder."""
    return [path for _, path in sorted(_aged(folder))]


def _aged(folder: Path) -> Iterator[tuple[int, Path]]:
    for path in folder.glob("*.json"):
        with contextlib.suppress(FileNotFoundError):
            yield path.stat().st_mtime_ns, path


def _read(path: Path) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {field: str(record[field]) for field in NEEDED}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        _put_aside(path)
        return None


def _put_aside(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.rename(path.with_suffix(".bad"))


def _sync(folder: Path) -> None:
    """A renamed file is only sure to be there once its folder is on disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
