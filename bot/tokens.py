"""Where processes share access tokens: Redis in production, memory in tests and single processes."""

from __future__ import annotations

import json
import secrets
import threading
import time
from typing import Any, Protocol

from redis.exceptions import RedisError

from bot.clock import real_seconds
from bot.ports import Lock
from bot.refusals import Busy

PREFIX = "linli:token:"
POLL_SECONDS = 0.05
# Frees the lock only for the one who holds it: an owner that was too slow must not free another's.
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"


class Redis(Protocol):
    """What is used of a redis client. Its maker sets socket_timeout=1 and no retries."""

    def get(self, name: str, /) -> Any: ...

    def set(
        self, name: str, value: str, /, *, px: int | None = None, pxat: int | None = None, nx: bool = False
    ) -> Any: ...

    def eval(self, script: str, numkeys: int, /, *keys_and_args: str) -> Any: ...


class RedisTokens:
    """A TokenStore on Redis. Every method raises refusals.Busy when Redis cannot be reached."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    def get(self, name: str) -> tuple[str, float] | None:
        try:
            kept = self._client.get(PREFIX + name)
        except RedisError as error:
            raise _busy(error) from None
        if not kept:
            return None
        data = json.loads(kept)
        return data["token"], data["expires_at"]

    def put(self, name: str, token: str, expires_at: float) -> None:
        value = json.dumps({"token": token, "expires_at": expires_at})
        try:
            self._client.set(PREFIX + name, value, pxat=max(int(expires_at * 1000), 1))
        except RedisError as error:
            raise _busy(error) from None

    def lock(self, name: str, seconds: float) -> Lock:
        return RedisLock(self._client, f"{PREFIX}{name}:lock", seconds)


class RedisLock:
    """SET NX with an owner's mark and a time limit. Waits at most `seconds` for its turn."""

    def __init__(self, client: Redis, name: str, seconds: float) -> None:
        self._client, self._name, self._seconds = client, name, seconds
        self._owner = secrets.token_hex(16)
        self._mine = False

    def __enter__(self) -> bool:
        deadline = real_seconds() + self._seconds
        try:
            while not self._take():
                if real_seconds() >= deadline:
                    return False
                time.sleep(POLL_SECONDS)
        except RedisError as error:
            raise _busy(error) from None
        self._mine = True
        return True

    def _take(self) -> bool:
        return bool(self._client.set(self._name, self._owner, px=int(self._seconds * 1000), nx=True))

    def __exit__(self, *exc: object) -> None:
        if not self._mine:
            return
        self._mine = False
        try:
            self._client.eval(_RELEASE, 1, self._name, self._owner)
        except RedisError:
            # The time limit frees it; what was done under the lock has been done.
            return


def _busy(error: RedisError) -> Busy:
    return Busy(f"token store: {type(error).__name__}")


class MemoryTokens:
    """A TokenStore for one process."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, float]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, name: str) -> tuple[str, float] | None:
        return self._kept.get(name)

    def put(self, name: str, token: str, expires_at: float) -> None:
        self._kept[name] = (token, expires_at)

    def lock(self, name: str, seconds: float) -> Lock:
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        return MemoryLock(lock, seconds)


class MemoryLock:
    """A thread lock that gives up waiting after `seconds`. Its holder lives in this process and frees it."""

    def __init__(self, lock: threading.Lock, seconds: float) -> None:
        self._lock, self._seconds = lock, seconds
        self._mine = False

    def __enter__(self) -> bool:
        self._mine = self._lock.acquire(timeout=self._seconds)
        return self._mine

    def __exit__(self, *exc: object) -> None:
        if self._mine:
            self._mine = False
            self._lock.release()
