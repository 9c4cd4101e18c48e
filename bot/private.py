"""Small JSON files that only their owner may read: keys and invented passwords."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class NotPrivate(Exception):
    """Others may read a file of secrets, or it cannot be understood. The text says what to do."""


def _others(path: Path) -> int:
    """The rights that nobody else may have to a file.

    Of a credential that systemd hands over, the group's bits only show the mask of its ACL (systemd.exec(5)).
    """
    handed_over = os.environ.get("CREDENTIALS_DIRECTORY")
    return 0o007 if handed_over and path.parent == Path(handed_over) else 0o077


def read_private(path: Path) -> dict[str, Any] | None:
    """The object in `path`, or None when there is no such file.

    Raises NotPrivate when group or others have any right to the file, or when it holds no JSON object.
    """
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _others(path):
                raise NotPrivate(f"{path} can be read by others: run chmod 600 on it.")
            found = json.load(file)
    except FileNotFoundError:
        return None
    except ValueError as broken:
        raise NotPrivate(f"{path} is damaged: put back the copy you keep of it.") from broken
    if not isinstance(found, dict):
        raise NotPrivate(f"{path} is damaged: put back the copy you keep of it.")
    return found


def write_private(path: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """Keep `content` in a new file `path` (mode 0600) and give what is then in it.

    An existing file is never replaced: of two processes that write at once both get the first one's content.
    """
    name = _written(path, content)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
    return read_private(path) or {}


def replace_private(path: Path, content: Mapping[str, Any]) -> None:
    """Put `content` in the place of what `path` holds, whole or not at all, on the disk when this returns."""
    os.replace(_written(path, content), path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _written(path: Path, content: Mapping[str, Any]) -> str:
    """A temporary file beside `path` (mode 0600) that holds `content`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    return name
