"""Redis for those who connect: the clients, the check at start-up, and where an embedded Valkey lives."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

SECONDS = 1.0
# A socket's path holds 104 bytes on macOS and 108 on Linux, with a zero at the end.
LONGEST_SOCKET = 100


class RedisRefused(Exception):
    """A Redis that cannot be used. The text says what to change; it never holds a password."""


def connect(url: str) -> redis.Redis:
    """A client that fails within a second and never tries again by itself; callers have their own rows to retry."""
    return _client(url, socket_timeout=SECONDS)


def connect_worker(url: str) -> redis.Redis:
    """A client for RQ workers, which wait for jobs for longer than `connect` would let them."""
    return _client(url, socket_timeout=None)


def _client(url: str, **more: Any) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=SECONDS, retry=Retry(NoBackoff(), 0), **more)


def answers(url: str) -> bool:
    """Whether the server answers and has read its file; for Program.ready."""
    with connect(url) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def check_redis(url: str) -> list[str]:
    """Warnings about the server at `url`, each says what to change.

    Raises RedisRefused when it does not answer, or when it would throw jobs away to save memory.
    """
    with connect(url) as client:
        try:
            memory: Any = client.info("memory")
            persistence: Any = client.info("persistence")
        except redis.RedisError as refused:
            # Without its text: a library may put the address, and so the password, in it.
            raise RedisRefused(
                f"Redis does not answer ({type(refused).__name__}): start it, or correct LINLI_REDIS_URL."
            ) from None
    policy = memory.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise RedisRefused(
            f"Redis has maxmemory-policy {policy} and would throw jobs away: set it to noeviction."
        )
    if not persistence.get("aof_enabled"):
        return [
            "Redis keeps no append-only file, so reminders wait longer after it restarts: set appendonly yes."
        ]
    return []


@dataclass(frozen=True, slots=True)
class Place:
    """Where the embedded Valkey of one data folder lives."""

    data: Path
    folder: Path

    @property
    def socket(self) -> Path:
        """The Unix socket it listens on."""
        return self.folder / "s"

    @property
    def pid_file(self) -> Path:
        """Where it writes its process id."""
        return self.folder / "pid"

    @property
    def url(self) -> str:
        """What clients connect to."""
        return f"unix://{quote(str(self.socket))}"


def place(data_dir: Path) -> Place:
    """The place for the Valkey of `data_dir`: its data inside, its socket in a private temporary folder.

    Raises RedisRefused when the socket's path is too long, or when that folder is not ours alone.
    """
    data = data_dir.resolve() / "redis"
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    found = Place(data, Path(tempfile.gettempdir()) / f"linli-{digest}")
    if len(os.fsencode(found.socket)) > LONGEST_SOCKET:
        raise RedisRefused(
            f"The path {found.socket} is too long for a socket: set TMPDIR to a shorter folder, like /tmp."
        )
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.mkdir(exist_ok=True)
    found.folder.mkdir(mode=0o700, exist_ok=True)
    state = found.folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid() or state.st_mode & 0o077:
        raise RedisRefused(f"{found.folder} is not a private folder of yours: remove it and start again.")
    return found
