"""The file of a backup: a tar of gzipped tables, of photos and of a manifest that counts and hashes all of it.

manifest.json             format, version of the tables, rows and hashes, fingerprints of the keys
tables/<name>.jsonl.gz    one row a line
photos/ spool/ root/      files of the data folder; root/ holds the platforms' verification files
keys.json                 only when it was asked for
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from operate.command import CommandRefused

FORMAT = 1
MANIFEST, KEYS = "manifest.json", "keys.json"
# The only names that are taken out of an archive again; none leads out of its folder.
FILE = re.compile(r"(photos|spool|root)/[0-9A-Za-z][0-9A-Za-z._-]{0,100}")
BLOCK = 1024 * 1024


@dataclass
class Writer:
    """An archive that is being written; add() everything, then finish()."""

    tar: tarfile.TarFile
    folder: Path
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add_table(self, name: str, lines: Iterable[bytes]) -> int:
        """A table's lines; how many."""
        digest, rows = hashlib.sha256(), 0
        with tempfile.TemporaryFile(dir=self.folder) as packed:
            with gzip.open(packed, "wb", compresslevel=6) as out:
                for line in lines:
                    out.write(line)
                    digest.update(line)
                    rows += 1
            size = packed.tell()
            packed.seek(0)
            self.tar.addfile(_entry(f"tables/{name}.jsonl.gz", size), packed)
        self.tables[name] = {"rows": rows, "sha256": digest.hexdigest()}
        return rows

    def add_file(self, name: str, content: bytes) -> None:
        """One small file."""
        self.files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        self.tar.addfile(_entry(name, len(content)), io.BytesIO(content))

    def finish(self, facts: Mapping[str, Any]) -> None:
        """The manifest, last, when all is counted."""
        content = json.dumps(
            {"format": FORMAT, **facts, "tables": self.tables, "files": self.files}, indent=1
        )
        self.tar.addfile(_entry(MANIFEST, len(content.encode())), io.BytesIO(content.encode()))


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new archive at `path`, which is there only once it is whole and on the disk (mode 0600).

    Raises CommandRefused when something is there already, OSError when the disk refuses.
    """
    if path.exists():
        raise CommandRefused(f"{path} 已经存在：请换一个文件名，备份不会覆盖旧文件。")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as tar:
                yield Writer(tar, path.parent)
            out.flush()
            os.fsync(out.fileno())
        os.link(name, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


@dataclass(frozen=True)
class Reader:
    """An archive with its manifest."""

    tar: tarfile.TarFile
    manifest: Mapping[str, Any]

    def lines(self, table: str) -> Iterator[bytes]:
        """The lines of a table. Raises CommandRefused when they are not those that were written."""
        name, digest = f"tables/{table}.jsonl.gz", hashlib.sha256()
        try:
            with gzip.open(self._open(name)) as packed:
                for line in packed:
                    digest.update(line)
                    yield line
        except (gzip.BadGzipFile, EOFError, zlib.error, tarfile.TarError):
            raise _damaged(name) from None
        if digest.hexdigest() != self.manifest["tables"].get(table, {}).get("sha256"):
            raise _damaged(name)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file with its content. Raises CommandRefused for a strange name or content."""
        for name, written in self.manifest["files"].items():
            if name != KEYS and not FILE.fullmatch(name):
                raise _damaged(str(name))
            yield name, self.file(name, written["sha256"])

    def file(self, name: str, sha256: str) -> bytes:
        """One file. Raises CommandRefused when it is not what was written."""
        content = self._open(name).read()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise _damaged(name)
        return content

    def check(self) -> None:
        """Read everything once. Raises CommandRefused when anything is not what was written."""
        for name, written in self.manifest["tables"].items():
            if sum(1 for _ in self.lines(name)) != written["rows"]:
                raise _damaged(name)
        for _ in self.files():
            pass

    def _open(self, name: str) -> IO[bytes]:
        try:
            found = self.tar.extractfile(name)
        except KeyError:
            found = None
        if found is None:
            raise _damaged(name)
        return found


def _damaged(name: str) -> CommandRefused:
    return CommandRefused(f"备份文件坏了（{name}）：请换另一份备份。")


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """An archive that was written by writing(). Raises CommandRefused when it is none, or not whole."""
    try:
        tar = tarfile.open(path, "r:")  # noqa: SIM115 - closed below
    except FileNotFoundError:
        raise CommandRefused(f"没有文件 {path}：请核对文件名。") from None
    except tarfile.TarError:
        raise CommandRefused(f"{path} 不是备份，或者不完整：请换另一份。") from None
    with tar:
        yield Reader(tar, _manifest(tar, path))


def _manifest(tar: tarfile.TarFile, path: Path) -> dict[str, Any]:
    try:
        held = tar.extractfile(MANIFEST)
        manifest = json.load(held) if held else None
    except (tarfile.TarError, KeyError, ValueError):
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise CommandRefused(f"{path} 不是这个程序能读的备份，或者不完整：请换另一份。")
    return manifest
