"""The smart robot afterwards: late answers and pictures; and its settings."""

from __future__ import annotations

from base64 import b64decode

import pytest
from aibot_stage import NAME, VECTORS, channel
from samples import (
    AIBOT,
    KEY,
    OTHER_KEY,
    Asked,
    Said,
    error,
    ok,
    platform,
    tools,
)

from bot.channels.sealing import encrypt, read_key
from bot.channels.wecom_aibot import WeComAIBot
from bot.message import Told
from bot.refusals import (
    BadMessage,
    Busy,
    NoMedia,
    NotAllowed,
    NotTold,
    TooMany,
    Unsure,
    WindowClosed,
)

# Late answers

LATE = Told(NAME, "CHATID", "14 点到", rung="late_answer")


def late(url: str, base: str = "", told: Told = LATE) -> None:
    made = WeComAIBot.build(NAME, {**AIBOT, "api_base": base}, tools())
    made.tell(Told(NAME, told.to, told.words, rung=told.rung, reply_to=url))


def test_a_late_answer_is_posted_plainly() -> None:
    with platform(lambda one: ok()) as fake:
        late(f"{fake.url}/cgi-bin/aibot/response?response_code=CODE", fake.url)
    (one,) = fake.heard
    assert (one.path, one.query) == ("/cgi-bin/aibot/response", {"response_code": "CODE"})
    assert one.json == {"msgtype": "markdown", "markdown": {"content": "14 点到"}}


@pytest.mark.parametrize(
    "url",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=C",
        "https://qyapi.weixin.qq.com.evil.org/cgi-bin/aibot/response",
        "https://evil.org/cgi-bin/aibot/response",
        "https://user@qyapi.weixin.qq.com/cgi-bin/aibot/response",
        "https://qyapi.weixin.qq.com:8443/cgi-bin/aibot/response",
        "https://qyapi.weixin.qq.com/cgi-bin/aibot/response/../../gettoken",
        "https://qyapi.weixin.qq.com/cgi-bin/gettoken",
        "https://[",
        "file:///etc/passwd",
        "R",
    ],
)
def test_a_late_answer_goes_nowhere_else(url: str) -> None:
    with pytest.raises(BadMessage):
        late(url)


def test_without_an_address_there_is_no_late_answer() -> None:
    with pytest.raises(WindowClosed):
        late("")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(-1), Busy),
        (error(45009), TooMany),
        (error(40058), BadMessage),
        (error(846608), WindowClosed),
        ((302, b""), Busy),
        ((500, b""), Unsure),
        ((200, b"?"), Unsure),
        ((200, b"[]"), Unsure),
        (None, Unsure),
    ],
)
def test_a_late_answer_that_fails(answer: Said, expected: type[NotTold]) -> None:
    def say(one: Asked) -> Said:
        return answer

    with platform(say) as fake, pytest.raises(expected) as caught:
        late(f"{fake.url}/cgi-bin/aibot/response?response_code=CAPABILITY", fake.url)
    failure: BaseException | None = caught.value
    while failure is not None:
        assert "CAPABILITY" not in repr(failure)
        failure = failure.__cause__ or failure.__context__
    assert len(fake.heard) == 1


def test_other_rungs_and_no_words() -> None:
    with pytest.raises(NotAllowed):
        channel().tell(Told(NAME, "CHATID", "a", rung="robot"))
    with pytest.raises(BadMessage):
        channel().tell(Told(NAME, "CHATID", "", rung="late_answer"))


# Pictures


def pictured(raw: bytes, **change: str) -> bytes:
    with platform(lambda one: (200, raw)) as fake:
        return channel(media_hosts="*.myqcloud.com, 127.0.0.1", **change).fetch(f"{fake.url}/pic?sign=1")


def test_the_published_picture_is_fetched_and_decrypted() -> None:
    (vector,) = VECTORS["media_vectors"]
    raw = b64decode(vector["ciphertext_b64"])
    assert pictured(raw, aes_key=vector["encoding_aes_key"]) == b64decode(vector["plaintext_b64"])


def test_a_picture_under_the_previous_key() -> None:
    raw = encrypt(read_key(KEY), b"jpeg")
    assert pictured(raw, aes_key=OTHER_KEY, aes_key_previous=KEY) == b"jpeg"


@pytest.mark.parametrize("raw", [b"", b"not encrypted", b"x" * 64, encrypt(read_key(OTHER_KEY), b"jpeg")])
def test_a_picture_that_cannot_be_decrypted(raw: bytes) -> None:
    with pytest.raises(NoMedia):
        pictured(raw)


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"aibotid": ""}, "aibotid"),
        ({"token": ""}, "token"),
        ({"aes_key": ""}, "aes_key"),
        ({"aes_key": "a"}, "aes_key"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, str], setting: str) -> None:
    with pytest.raises(ValueError, match=setting):
        channel(**change)
