"""The contract that every channel keeps. A new file in bot/channels is walked as soon as it has a sample."""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import SAMPLES, Asked, Said, Sample, asked, error, free, ok, platform, sealed, token_then, tools

import bot.channels
from bot.message import Doorbell, Option, Receipt, Reply, Told
from bot.ports import Answer, Callback, Channel, Lock
from bot.refusals import Busy, NoMedia, NotHeard, NotTold
from bot.registry import find_channels
from bot.tokens import MemoryTokens

KINDS: dict[str, type[Channel]] = find_channels(bot.channels)
MEMBERS = [
    name for name, value in vars(Channel).items() if inspect.isfunction(value) and not name.startswith("_")
]


def sample(kind: str) -> Sample:
    assert kind in SAMPLES, f"add settings of {kind} to tests/channels/samples.py"
    return SAMPLES[kind]


def build(kind: str, url: str = "http://127.0.0.1:1", **change: Any) -> Channel:
    one = sample(kind)
    given_tools = tools(**{"rate": free(), "tokens": MemoryTokens(), **change})
    return KINDS[kind].build(one.name, {**one.config, "api_base": url}, given_tools)


def chain(failure: BaseException | None) -> Iterator[BaseException]:
    """A failure and all it hangs on, suppressed ones included: tracebacks and error trackers may show them."""
    while failure is not None:
        yield failure
        failure = failure.__cause__ or failure.__context__


def assert_secret_free(channel: Channel, failure: BaseException) -> None:
    for one in chain(failure):
        for secret in (*channel.secrets(), "TOKEN-1", "CAPABILITY"):
            assert secret not in f"{one!r} {one} {vars(one)}"


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def test_there_are_channels() -> None:
    assert {"wechat_oa", "wecom_aibot", "wecom_robot"} <= set(KINDS)


def test_it_has_every_member_of_the_protocol(kind: str) -> None:
    channel = build(kind)
    assert channel.kind == kind
    assert channel.name.partition(":")[0] == kind
    for name in MEMBERS:
        ours = inspect.signature(getattr(type(channel), name))
        theirs = inspect.signature(getattr(Channel, name))
        assert [p for p in ours.parameters if p != "cls"] == [p for p in theirs.parameters if p != "cls"], (
            name
        )


def test_its_flags_are_sane(kind: str) -> None:
    flags = build(kind).flags
    assert flags.hears or flags.speaks_first
    assert bool(flags.rungs) or not flags.speaks_first
    assert len(set(flags.rungs)) == len(flags.rungs)
    assert 140 <= flags.text_bytes <= 100_000
    assert 1.0 <= flags.ack_seconds <= 60.0
    assert flags.per_minute >= 0


def test_its_secrets_are_named_and_come_from_its_settings(kind: str) -> None:
    secrets = build(kind).secrets()
    assert secrets
    assert all(len(one) >= 8 for one in secrets)
    assert set(secrets) <= set(sample(kind).config.values())


@pytest.mark.parametrize("missing", ["all", "one"])
def test_a_missing_setting_is_a_value_error_without_secrets(kind: str, missing: str) -> None:
    config = sample(kind).config
    poorer = [{}] if missing == "all" else [{**config, name: ""} for name in config]
    for one in poorer:
        with suppress(ValueError):
            KINDS[kind].build(sample(kind).name, one, tools())
    with pytest.raises(ValueError) as caught:
        KINDS[kind].build(sample(kind).name, {}, tools())
    assert_secret_free(build(kind), caught.value)


@pytest.mark.parametrize("base", ["api.weixin.qq.com", "ftp://a.b", "https://", "https://a.b/?c=d"])
def test_an_address_that_is_none_is_explained(kind: str, base: str) -> None:
    with pytest.raises(ValueError, match="api_base"):
        build(kind, base)


# Hearing

ODD = st.text(st.characters(), max_size=30)
QUERIES = st.dictionaries(
    st.sampled_from(["timestamp", "nonce", "msg_signature", "signature", "echostr", "encrypt_type"]), ODD
)
BODIES = st.binary(max_size=200) | st.sampled_from(
    [b"<xml><Encrypt>AAAA</Encrypt></xml>", b'{"encrypt":"AAAA"}', b"[" * 60_000, b"<" * 70_000, b"null"]
)


@pytest.mark.parametrize("name", sorted(KINDS))
@given(query=QUERIES, body=BODIES)
def test_garbage_is_not_heard(name: str, query: dict[str, str], body: bytes) -> None:
    channel = build(name)
    for attempt in (channel.hear, channel.verify):
        with pytest.raises(NotHeard) as caught:
            attempt(Callback("POST", query, body))
        assert_secret_free(channel, caught.value)


def sealed_callback(one: Sample, message: bytes) -> Callback:
    envelope = sealed(message, receive_id=one.receive_id)
    body = f"<xml><Encrypt>{envelope.encrypt}</Encrypt></xml>".encode()
    if not one.receive_id:
        body = json.dumps({"encrypt": envelope.encrypt}).encode()
    return Callback("POST", asked(envelope), body)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | ODD
NAMES = st.sampled_from(
    [
        "msgid",
        "aibotid",
        "from",
        "userid",
        "msgtype",
        "text",
        "content",
        "event",
        "eventtype",
        "mixed",
        "msg_item",
    ]
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6)
)


@pytest.mark.parametrize("name", sorted(KINDS))
@settings(max_examples=50)
@given(message=st.binary(max_size=100) | TREES.map(lambda tree: json.dumps(tree).encode()))
def test_sealed_garbage_is_heard_or_not_but_never_a_crash(name: str, message: bytes) -> None:
    channel, callback = build(name), sealed_callback(sample(name), message)
    try:
        heard = channel.hear(callback)
    except NotHeard:
        answer = channel.answer(callback, None, Reply("words"))
        assert answer.status == 200
        assert answer.body in (b"", b"success")
    else:
        assert heard.channel == channel.name


def test_what_was_not_heard_is_only_acknowledged(kind: str) -> None:
    answer = build(kind).answer(Callback("POST", {}, b""), None, Reply("words"))
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body in (b"", b"success")) == (200, True)


# Telling


def tellings(kind: str, url: str) -> Iterator[Told]:
    one = sample(kind)
    reply_to = url + one.reply_to if one.reply_to else ""
    doorbell = Doorbell("progress", {"thing1": "电梯\x00"})
    options = tuple(Option(f"o{n}", f"选项{n}]]>", f"选项{n}") for n in range(12))
    for rung in (*build(kind).flags.rungs, "", "unheard_of"):
        for words in ("电梯修好了", "]]>\x00\ud800", "长" * 9000, ""):
            for choices in ((), options[:2], options):
                yield Told(
                    one.name, "somebody", words, rung, choices, ("@all",), doorbell, reply_to, "told-1"
                )


SAID: list[Said] = [
    None,
    (200, b""),
    (200, b"null"),
    (200, b"[]"),
    (200, b"{}"),
    (200, b'{"errcode": "?"}'),
    (200, b'{"errcode": [1]}'),
    (200, b"\xff\xfe"),
    (200, b"[" * 60_000),
    (204, b""),
    (302, b""),
    (400, b""),
    (404, b"<html>"),
    (429, b""),
    (500, b""),
    (503, b"{}"),
    *(
        error(code, "rid: 1")
        for code in (-1, 40001, 42001, 40003, 45009, 45015, 47003, 48001, 93000, 93004, 7)
    ),
]


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("wrap", [lambda say: say, token_then], ids=["token too", "token given"])
def test_under_every_failure_it_is_told_or_not(
    kind: str, said: Said, wrap: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def say(one: Asked) -> Said:
        return said

    with platform(wrap(say)) as fake:
        channel = build(kind, fake.url)
        for told in list(tellings(kind, fake.url))[::5]:
            try:
                assert isinstance(channel.tell(told), Receipt)
            except NotTold as refusal:
                assert_secret_free(channel, refusal)
    assert not [
        one for one in (*channel.secrets(), "TOKEN-1", "CAPABILITY", "somebody") if one in caplog.text
    ]


def test_all_is_told_when_all_is_well(kind: str) -> None:
    with platform(token_then(lambda one: ok())) as fake:
        channel = build(kind, fake.url)
        for told in tellings(kind, fake.url):
            if told.rung in channel.flags.rungs and told.words == "电梯修好了":
                assert isinstance(channel.tell(told), Receipt)


class NoStore:
    """A token store and rate that cannot be reached."""

    def get(self, name: str) -> tuple[str, float] | None:
        raise Busy("token store")

    def put(self, name: str, token: str, expires_at: float) -> None:
        raise Busy("token store")

    def lock(self, name: str, seconds: float) -> Lock:
        raise Busy("token store")

    def wait(self, key: str, per_minute: int) -> float:
        raise Busy("rate store")


def test_without_redis_and_without_a_network_it_is_not_told(kind: str) -> None:
    for channel in (build(kind), build(kind, tokens=NoStore(), rate=NoStore())):
        for told in tellings(kind, "http://127.0.0.1:1"):
            with pytest.raises(NotTold) as caught:
                channel.tell(told)
            assert_secret_free(channel, caught.value)


# Fetching


@pytest.mark.parametrize("said", SAID)
def test_what_cannot_be_fetched_is_no_media(kind: str, said: Said) -> None:
    with platform(token_then(lambda one: said)) as fake:
        channel, media = build(kind, fake.url), sample(kind).media
        try:
            assert isinstance(channel.fetch(fake.url + media if media.startswith("/") else media), bytes)
        except NoMedia as refusal:
            assert_secret_free(channel, refusal)


@pytest.mark.parametrize("media", ["", "\x00", "http://169.254.169.254/", "file:///etc/passwd", "信" * 100])
def test_odd_media_are_no_media(kind: str, media: str) -> None:
    with pytest.raises(NoMedia):
        build(kind, http=requests.Session).fetch(media)
