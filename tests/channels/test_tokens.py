"""Both token stores keep a token with its expiry and let one in at a time."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from bot.ports import TokenStore
from bot.refusals import Busy
from bot.tokens import MemoryTokens, RedisTokens

Store = Callable[[], TokenStore]


class FakeRedis:
    """The few commands that are used, as Redis does them; time limits are only remembered."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.limits: dict[str, tuple[int | None, int | None]] = {}
        self._guard = threading.Lock()

    def get(self, name: str, /) -> Any:
        return self.kept.get(name)

    def set(
        self, name: str, value: str, /, *, px: int | None = None, pxat: int | None = None, nx: bool = False
    ) -> Any:
        with self._guard:
            if nx and name in self.kept:
                return None
            self.kept[name] = value
            self.limits[name] = (px, pxat)
            return True

    def eval(self, script: str, numkeys: int, /, *keys_and_args: str) -> Any:
        name, owner = keys_and_args
        with self._guard:
            if self.kept.get(name) == owner:
                del self.kept[name]


class BrokenRedis:
    """Nobody answers."""

    def get(self, name: str, /) -> Any:
        raise RedisConnectionError("redis://:password@host")

    def set(self, name: str, value: str, /, **limits: Any) -> Any:
        raise RedisConnectionError("redis://:password@host")

    def eval(self, script: str, numkeys: int, /, *keys_and_args: str) -> Any:
        raise RedisConnectionError("redis://:password@host")


STORES: list[Store] = [MemoryTokens, lambda: RedisTokens(FakeRedis())]


@pytest.mark.parametrize("make", STORES)
def test_a_token_is_kept_with_its_expiry(make: Store) -> None:
    tokens = make()
    assert tokens.get("a") is None
    tokens.put("a", "TOKEN", 4e9)
    assert tokens.get("a") == ("TOKEN", 4e9)
    assert tokens.get("b") is None


@pytest.mark.parametrize("make", STORES)
def test_one_at_a_time(make: Store) -> None:
    tokens, inside, most = make(), 0, 0

    def enter() -> None:
        nonlocal inside, most
        with tokens.lock("a", 10) as mine:
            assert mine
            inside += 1
            most = max(most, inside)
            inside -= 1

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (most, inside) == (1, 0)


@pytest.mark.parametrize("make", STORES)
def test_who_waits_too_long_goes_without_and_frees_nobody(make: Store) -> None:
    tokens = make()
    with tokens.lock("a", 10) as first:
        with tokens.lock("a", 0) as second:
            assert (first, second) == (True, False)
        with tokens.lock("a", 0) as third:
            assert not third
        with tokens.lock("b", 0.001) as other:
            assert other
    with tokens.lock("a", 10) as again:
        assert again


def test_redis_forgets_a_token_when_it_expires_and_a_lock_when_its_time_is_over() -> None:
    redis = FakeRedis()
    tokens = RedisTokens(redis)
    tokens.put("a", "TOKEN", 4e9)
    assert redis.limits["linli:token:a"] == (None, 4_000_000_000_000)
    assert json.loads(redis.kept["linli:token:a"]) == {"token": "TOKEN", "expires_at": 4e9}
    with tokens.lock("a", 30):
        assert redis.limits["linli:token:a:lock"] == (30_000, None)


def test_a_lock_that_another_took_over_is_left_alone() -> None:
    redis = FakeRedis()
    with RedisTokens(redis).lock("a", 30):
        redis.kept["linli:token:a:lock"] = "someone else"
    assert redis.kept["linli:token:a:lock"] == "someone else"


def test_without_redis_it_is_busy() -> None:
    tokens = RedisTokens(BrokenRedis())
    for attempt in (
        lambda: tokens.get("a"),
        lambda: tokens.put("a", "TOKEN", 4e9),
        lambda: tokens.lock("a", 1).__enter__(),
    ):
        with pytest.raises(Busy) as caught:
            attempt()
        assert "password" not in str(caught.value)


def test_redis_going_away_under_a_lock_does_no_harm() -> None:
    redis = FakeRedis()
    lock = RedisTokens(redis).lock("a", 1)
    assert lock.__enter__()
    redis.eval = BrokenRedis().eval  # type: ignore[method-assign]  # Redis goes away
    lock.__exit__()
