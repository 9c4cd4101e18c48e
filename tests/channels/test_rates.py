"""Never more than the platform takes in a minute, on Redis and in memory; and the token store on a real server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot import redis_client, redis_server
from bot.ports import Rate
from bot.rates import MemoryRate, RedisRate
from bot.refusals import Busy
from bot.tokens import RedisTokens


def client(path: str) -> Any:
    return redis.Redis(
        unix_socket_path=path, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    # A socket of its own: a free port may be taken by another test before the server has it.
    with tempfile.TemporaryDirectory(prefix="lv-") as folder:
        at = redis_client.Place(Path(folder) / "data", Path(folder))
        at.data.mkdir()
        process = redis_server.start(at)
        assert process is not None
        with client(str(at.socket)) as found:
            yield found
        process.terminate()
        process.wait()


@pytest.fixture(params=["memory", "redis"])
def rate(request: pytest.FixtureRequest) -> Rate:
    if request.param == "memory":
        return MemoryRate()
    found = request.getfixturevalue("server")
    found.flushall()
    return RedisRate(found)


def test_a_minute_never_sees_more_than_allowed(rate: Rate) -> None:
    """A quarter may go at once; the steady flow brings the rest, so that no minute sees more than twenty."""
    gone = 0
    while not rate.wait("robot:a", 20):
        gone += 1
    assert gone == 5
    seconds = rate.wait("robot:a", 20)
    assert 3.0 < seconds <= 4.0
    assert gone + 60 / 4.0 <= 20


def test_keys_do_not_share(rate: Rate) -> None:
    while not rate.wait("robot:a", 20):
        continue
    assert rate.wait("robot:b", 20) == 0.0


def test_one_a_minute_is_one(rate: Rate) -> None:
    assert rate.wait("robot:c", 1) == 0.0
    assert 50 < rate.wait("robot:c", 1) <= 60


def test_without_redis_it_is_busy() -> None:
    with client("/nowhere/s") as nobody, pytest.raises(Busy):
        RedisRate(nobody).wait("robot:a", 20)


@pytest.mark.parametrize("decode", [False, True])
def test_tokens_on_a_real_server(server: Any, decode: bool) -> None:
    path = server.connection_pool.connection_kwargs["path"]
    with redis.Redis(unix_socket_path=path, decode_responses=decode) as found:
        tokens = RedisTokens(found)
        tokens.put("a", "TOKEN", 4e9)
        assert tokens.get("a") == ("TOKEN", 4e9)
        tokens.put("a", "TOKEN", 1.0)
        assert tokens.get("a") is None
        with tokens.lock("a", 5) as first, tokens.lock("a", 0.001) as second:
            assert (first, second) == (True, False)
        with tokens.lock("a", 5) as again:
            assert again
