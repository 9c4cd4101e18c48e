"""Where the emulator keeps what it knows: one SQLite file, or memory."""

import json
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS thing (
    kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, chat TEXT NOT NULL,
    version INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS message_of_chat ON message (chat, seq);
CREATE INDEX IF NOT EXISTS message_since ON message (version);
CREATE TABLE IF NOT EXISTS blob (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
FILE = "emulator.db"


@dataclass(frozen=True)
class Blob:
    """A media file: MIME type, Unix seconds when it came, bytes."""

    type: str
    at: int
    body: bytes


class Store:
    """Documents by (kind, id), messages in order, media and counters.

    folder: where the file lives; None keeps everything in memory.
    Every write is on disk (write-ahead log) before the call returns, and raises the version.
    `lock` is held by callers that read, decide and write.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        where = str(folder / FILE) if folder else ":memory:"
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.closed = False
        self._db = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file; whoever waits for a change is woken."""
        with self.lock:
            self.closed = True
            self._db.close()
            self.changed.notify_all()

    def count(self, name: str) -> int:
        """The next number of a counter that survives a restart (1, 2, 3, …)."""
        with self.lock:
            row = self._db.execute(
                "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name)"
                " DO UPDATE SET value = value + 1 RETURNING value",
                (name,),
            ).fetchone()
            return int(row[0])

    @property
    def version(self) -> int:
        """A number that grows with every change."""
        with self.lock:
            row = self._db.execute("SELECT value FROM counter WHERE name = 'version'").fetchone()
            return int(row[0]) if row else 0

    def touch(self) -> int:
        """Raise the version and wake whoever waits for a change."""
        with self.lock:
            version = self.count("version")
            self.changed.notify_all()
            return version

    def get(self, kind: str, key: str) -> Json | None:
        """One document, or None."""
        with self.lock:
            row = self._db.execute("SELECT body FROM thing WHERE kind = ? AND id = ?", (kind, key)).fetchone()
            return json.loads(row[0]) if row else None

    def put(self, kind: str, key: str, body: Json) -> None:
        """Write one document."""
        with self.lock:
            self._db.execute(
                "INSERT INTO thing VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
                (kind, key, json.dumps(body, ensure_ascii=False)),
            )
            self.touch()

    def drop(self, kind: str, key: str | None = None) -> None:
        """Delete one document, or all of a kind."""
        with self.lock:
            self._db.execute("DELETE FROM thing WHERE kind = ? AND (? IS NULL OR id = ?)", (kind, key, key))
            self.touch()

    def all(self, kind: str) -> dict[str, Json]:
        """All documents of a kind by id, in the order they were first written."""
        with self.lock:
            rows = self._db.execute(
                "SELECT id, body FROM thing WHERE kind = ? ORDER BY rowid", (kind,)
            ).fetchall()
            return {key: json.loads(body) for key, body in rows}

    def put_message(self, key: str, chat: str, body: Json) -> None:
        """Add a message to a chat, or change the one of that id in its place."""
        with self.lock:
            self._db.execute(
                "INSERT INTO message (id, chat, version, body) VALUES (?, ?, ?, ?) ON CONFLICT (id)"
                " DO UPDATE SET version = excluded.version, body = excluded.body",
                (key, chat, self.touch(), json.dumps(body, ensure_ascii=False)),
            )

    def message(self, key: str) -> Json | None:
        """One message by id."""
        with self.lock:
            row = self._db.execute("SELECT body FROM message WHERE id = ?", (key,)).fetchone()
            return json.loads(row[0]) if row else None

    def messages(self, chat: str | None = None, since: int = 0, limit: int = 2000) -> list[Json]:
        """The newest messages, oldest first, of one chat or all, changed after a version."""
        with self.lock:
            rows = self._db.execute(
                "SELECT body FROM message WHERE (? IS NULL OR chat = ?) AND version > ?"
                " ORDER BY seq DESC LIMIT ?",
                (chat, chat, since, limit),
            ).fetchall()
            return [json.loads(row[0]) for row in reversed(rows)]

    def message_counts(self) -> dict[str, int]:
        """How many messages each chat holds."""
        with self.lock:
            return dict(self._db.execute("SELECT chat, COUNT(*) FROM message GROUP BY chat").fetchall())

    def put_blob(self, key: str, blob: Blob) -> None:
        """Keep a media file."""
        with self.lock:
            self._db.execute(
                "INSERT OR REPLACE INTO blob VALUES (?, ?, ?, ?)",
                (key, blob.type, blob.at, blob.body),
            )

    def blob(self, key: str) -> Blob | None:
        """A media file by id, or None."""
        with self.lock:
            row = self._db.execute("SELECT type, at, body FROM blob WHERE id = ?", (key,)).fetchone()
            return Blob(*row) if row else None

    def clear(self) -> None:
        """Forget everything but the counters, whose numbers must never come twice."""
        with self.lock:
            self._db.executescript("DELETE FROM thing; DELETE FROM message; DELETE FROM blob;")
            self.touch()
