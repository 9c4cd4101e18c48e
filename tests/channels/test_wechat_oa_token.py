"""The token of an account, which all processes share."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from oa_stage import FAR, NAME, WORDS, assert_clean, channel, fake, stored
from samples import APPID, Asked, Platform, Said, error, ok, platform, token_then

from bot.channels.wechat_oa import WeChatOA
from bot.channels.wechat_oa_token import TokenKeeper
from bot.refusals import Busy, KeyRefused, NotTold, TooMany
from bot.tokens import MemoryTokens

__all__ = ["fake"]


def counted(fake: Platform) -> list[bool]:
    """For each token that was asked for, whether by force."""
    return [one.json["force_refresh"] for one in fake.heard if one.path.endswith("stable_token")]


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_refused_for_ever_costs_two_fetches(code: int) -> None:
    for tokens, fetched in ((MemoryTokens(), [False, True]), (stored("TOKEN-1"), [False, True])):
        with platform(token_then(lambda asked: error(code))) as fake:
            ours = channel(fake.url, tokens)
            with pytest.raises(KeyRefused):
                ours.tell(WORDS)
            assert counted(fake) == fetched
            assert len(fake.heard) == 4
            with pytest.raises(KeyRefused):  # force_refresh is 30 seconds apart
                ours.tell(WORDS)
            assert counted(fake) == fetched


def test_a_refused_token_that_another_process_replaced_costs_nothing() -> None:
    tokens = stored("OLD")

    def say(asked: Asked) -> Said:
        if asked.query["access_token"] == "OLD":
            tokens.put(NAME, "NEW", FAR)
            return error(40001)
        return ok()

    with platform(token_then(say)) as fake:
        channel(fake.url, tokens).tell(WORDS)
        assert counted(fake) == []


def test_a_refused_token_is_replaced_without_force_when_a_new_one_is_given() -> None:
    def say(asked: Asked) -> Said:
        return error(42001) if asked.query["access_token"] == "OLD" else ok()

    tokens = stored("OLD")
    with platform(token_then(say, "NEW")) as fake:
        channel(fake.url, tokens).tell(WORDS)
        assert counted(fake) == [False]
    kept = tokens.get(NAME)
    assert kept
    assert kept[0] == "NEW"


def test_sixteen_threads_and_one_expiry_fetch_once(fake: Platform) -> None:
    ours = channel(fake.url, stored("OLD", expires_at=1.0))
    start, failures = threading.Barrier(16), list[BaseException]()

    def tell() -> None:
        start.wait()
        try:
            ours.tell(WORDS)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=tell) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failures == []
    assert counted(fake) == [False]
    assert len(fake.heard) == 17


def at_once(told: Callable[[WeChatOA], None], channels: list[WeChatOA]) -> list[str]:
    """All tell at the same moment; what each was refused with."""
    start, refused = threading.Barrier(len(channels)), list[str]()

    def tell(one: WeChatOA) -> None:
        start.wait()
        try:
            told(one)
        except NotTold as refusal:
            refused.append(refusal.reason)

    threads = [threading.Thread(target=tell, args=(one,)) for one in channels]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return refused


def test_twenty_channels_refused_for_ever_fetch_twice() -> None:
    """Each as a process has it; only the store of tokens is shared."""
    tokens = stored("TOKEN-1")
    with platform(token_then(lambda asked: error(40001))) as fake:
        channels = [channel(fake.url, tokens) for _ in range(20)]
        refused = at_once(lambda one: one.tell(WORDS) and None, channels)
        assert counted(fake) == [False, True]
    assert refused == ["KeyRefused"] * 20


def test_twenty_channels_whose_token_is_over_fetch_once(fake: Platform) -> None:
    tokens = stored("OLD", expires_at=1.0)
    assert at_once(lambda one: one.tell(WORDS) and None, [channel(fake.url, tokens) for _ in range(20)]) == []
    assert counted(fake) == [False]


def test_force_is_used_twenty_times_a_day_at_most() -> None:
    now, forced = [0.0], 0
    keeper = TokenKeeper(APPID, MemoryTokens(), lambda: now[0])

    def fetch(force: bool) -> tuple[str, float]:
        nonlocal forced
        forced += force
        return "SAME", 7200.0

    for _ in range(30):
        now[0] += 31
        try:
            keeper.renew("SAME", True, fetch)
        except KeyRefused:
            continue
    assert forced == 20
    now[0] += 86_400
    keeper.renew("SAME", True, fetch)
    assert forced == 21


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (error(40001), KeyRefused),
        (error(40125), KeyRefused),
        (error(40164, "invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4, not in whitelist"), KeyRefused),
        (error(45009), TooMany),
        (error(-1), Busy),
        ((200, b"{}"), Busy),
        ((500, b""), Busy),
        (None, Busy),
    ],
)
def test_no_token_no_message(said: Said, expected: type[NotTold]) -> None:
    with platform(lambda asked: said) as fake, pytest.raises(expected) as caught:
        channel(fake.url).tell(WORDS)
    assert_clean(caught.value)
    assert fake.paths() == ["/cgi-bin/stable_token"]
