"""What a WeCom app sends and fetches, its token, and every refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from app_stage import CARD, TOLD, UPDATE, app, fake
from samples import (
    APP,
    CORPID,
    Asked,
    Platform,
    Said,
    error,
    ok,
    platform,
    token_then,
    tools,
)

from bot.channels.failures import load
from bot.channels.wecom_app import WeComApp
from bot.channels.wecom_app_api import TOKEN_REFUSED
from bot.channels.wecom_app_token import AppToken
from bot.message import Card, Receipt, Told
from bot.refusals import (
    BadMessage,
    Busy,
    KeyRefused,
    NoMedia,
    NoSuchPerson,
    NotAllowed,
    NotTold,
    TooMany,
    Unsure,
    WindowClosed,
)
from bot.tokens import MemoryTokens

__all__ = ["fake"]

# Telling


def test_a_text(fake: Platform) -> None:
    assert app(fake.url).tell(TOLD) == Receipt("m1", "CODE-1")
    token, sent = fake.heard
    assert (token.path, token.query) == (
        "/cgi-bin/gettoken",
        {"corpid": CORPID, "corpsecret": APP["secret"]},
    )
    assert (sent.path, sent.query) == ("/cgi-bin/message/send", {"access_token": "TOKEN-1"})
    text = {"content": "工单 1001：厨房漏水"}
    assert sent.json == {"touser": "LiHua", "agentid": 1000002, "msgtype": "text", "text": text}


def test_a_card_that_the_platform_drops_when_it_comes_again(fake: Platform) -> None:
    told = Told("wecom_app:firm", "LiHua", "words", "app", card=CARD)
    assert app(fake.url).tell(told) == Receipt("m1", "CODE-1")
    assert fake.heard[-1].json == {
        "touser": "LiHua",
        "agentid": 1000002,
        "msgtype": "template_card",
        "template_card": {
            "card_type": "button_interaction",
            "main_title": {"title": "1001 水电"},
            "sub_title_text": "“厨房漏水” <a>",
            "horizontal_content_list": [{"keyname": "地点", "value": "幸福小区 3 号楼"}],
            "button_list": [{"text": "接单", "style": 1, "key": "claim"}],
            "task_id": "o7-31",
        },
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 600,
    }


def test_a_card_that_is_there_already_has_arrived() -> None:
    with platform(token_then(lambda one: error(42014))) as fake:
        told = Told("wecom_app:firm", "LiHua", "words", "app", card=CARD)
        assert app(fake.url).tell(told) == Receipt()
        with pytest.raises(BadMessage):
            app(fake.url).tell(TOLD)


def test_a_picture_is_uploaded_and_sent() -> None:
    with platform(token_then(lambda one: ok(media_id="MEDIA-9", msgid="m2"))) as fake:
        given = tools(picture=lambda name: b"\xff\xd8jpeg" if name == "a.jpg" else b"")
        ours = WeComApp.build("wecom_app:firm", {**APP, "api_base": fake.url}, given)
        told = Told("wecom_app:firm", "LiHua", "照片", picture="a.jpg")
        assert ours.tell(told) == Receipt("m2")
        with pytest.raises(BadMessage, match="gone"):
            ours.tell(Told("wecom_app:firm", "LiHua", "照片", picture="b.jpg"))
    uploaded, sent = fake.heard[1:]
    assert (uploaded.path, uploaded.query["type"]) == ("/cgi-bin/media/upload", "image")
    assert b'name="media"; filename="a.jpg"' in uploaded.body
    assert b"\xff\xd8jpeg" in uploaded.body
    assert sent.json == {
        "touser": "LiHua", "agentid": 1000002, "msgtype": "image", "image": {"media_id": "MEDIA-9"},
    }  # fmt: skip


def test_a_change_spends_its_code(fake: Platform) -> None:
    assert app(fake.url).tell(UPDATE) == Receipt()
    sent = fake.heard[-1]
    assert sent.path == "/cgi-bin/message/update_template_card"
    assert (sent.json["userids"], sent.json["agentid"]) == (["LiHua"], 1000002)
    assert sent.json["response_code"] == "CODE-1"
    assert sent.json["template_card"]["button_list"][0]["key"] == "claim"


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        (Told("wecom_app:firm", "LiHua", ""), BadMessage),
        (Told("wecom_app:firm", "LiHua", "a", "customer_service"), NotAllowed),
        (Told("wecom_app:firm", "LiHua", "a", "card_update"), WindowClosed),
        (Told("wecom_app:firm", "LiHua", "a", card=Card("信", "a")), BadMessage),
    ],
)
def test_what_cannot_be_told(fake: Platform, told: Told, refusal: type[NotTold]) -> None:
    with pytest.raises(refusal):
        app(fake.url).tell(told)
    assert [one for one in fake.paths() if "gettoken" not in one] == []


@pytest.mark.parametrize("name", ["invaliduser", "unlicenseduser"])
def test_who_is_named_as_unreached_was_not_told(name: str) -> None:
    with platform(token_then(lambda one: ok(**{name: "lihua"}))) as fake:
        for told in (TOLD, UPDATE):
            with pytest.raises(NoSuchPerson, match=name):
                app(fake.url).tell(told)


CODES = [code for code in load("wecom_errors") if code != "default"]


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_table_is_its_refusal(code: str) -> None:
    with (
        platform(token_then(lambda one: error(int(code), "x, hint: [1700_7_abc], from ip: 1.2.3.4"))) as fake,
        pytest.raises(NotTold) as caught,
    ):
        app(fake.url).tell(TOLD)
    assert caught.value.reason == load("wecom_errors")[code]["refusal"]


@pytest.mark.parametrize(
    ("said", "text", "card"),
    [
        (None, Unsure, Busy),
        ((500, b""), Unsure, Busy),
        ((200, b"{}"), Unsure, Busy),
        ((302, b""), Busy, Busy),
        ((429, b""), TooMany, TooMany),
    ],
)
def test_in_doubt_a_text_may_have_arrived_and_a_card_is_tried_again(
    said: Said, text: type[NotTold], card: type[NotTold]
) -> None:
    with platform(token_then(lambda one: said)) as fake:
        with pytest.raises(text):
            app(fake.url).tell(TOLD)
        with pytest.raises(card):
            app(fake.url).tell(Told("wecom_app:firm", "LiHua", "words", card=CARD))


def test_over_the_rate_of_one_member_nothing_is_sent(fake: Platform) -> None:
    seen: list[tuple[str, int]] = []

    class Waiting:
        def wait(self, key: str, per_minute: int) -> float:
            seen.append((key, per_minute))
            return 2.5

    with pytest.raises(TooMany) as caught:
        app(fake.url, rate=Waiting()).tell(TOLD)
    assert caught.value.after == timedelta(seconds=2.5)
    assert fake.heard == []
    ((key, per_minute),) = seen
    assert (per_minute, "LiHua" in key) == (30, False)


# The token


class Counting:
    """A platform that counts tokens and refuses those in `bad`."""

    def __init__(self, code: int = 40014, bad: Callable[[str], bool] = lambda token: True) -> None:
        self.fetched, self.code, self.bad = 0, code, bad

    def __call__(self, one: Asked) -> Said:
        if one.path.endswith("gettoken"):
            self.fetched += 1
            return ok(access_token=f"T{self.fetched}", expires_in=7200)
        return error(self.code) if self.bad(one.query["access_token"]) else ok()


@pytest.mark.parametrize("code", sorted(TOKEN_REFUSED))
def test_a_refused_token_is_fetched_anew_once(code: int) -> None:
    counting = Counting(code, lambda token: token == "T1")
    with platform(counting) as fake:
        tokens = MemoryTokens()
        tokens.put(AppToken(CORPID, APP["secret"], tokens)._name, "T1", 4e9)
        counting.fetched = 1
        ours = app(fake.url, tokens=tokens)
        assert ours.tell(TOLD) == Receipt()
        assert ours.tell(TOLD) == Receipt()
    assert counting.fetched == 2


@pytest.mark.parametrize("code", sorted(TOKEN_REFUSED))
def test_tokens_refused_for_ever_are_two_fetches_at_most_and_a_refusal(code: int) -> None:
    counting = Counting(code)
    with platform(counting) as fake:
        ours = app(fake.url, tokens=MemoryTokens())
        for _ in range(6):
            with pytest.raises(KeyRefused):
                ours.tell(TOLD)
    assert counting.fetched <= 2


def test_a_wrong_secret_is_a_refused_key() -> None:
    with platform(lambda one: error(40001)) as fake, pytest.raises(KeyRefused):
        app(fake.url).tell(TOLD)
    assert fake.paths() == ["/cgi-bin/gettoken"]


def test_apps_of_other_secrets_do_not_share_a_token() -> None:
    tokens = MemoryTokens()
    with platform(Counting(bad=lambda token: False)) as fake:
        app(fake.url, tokens=tokens).tell(TOLD)
        app(fake.url, tokens=tokens).tell(TOLD)
        app(fake.url, tokens=tokens, secret="another-secret-1").tell(TOLD)
    assert fake.paths().count("/cgi-bin/gettoken") == 2
    assert not [name for name in tokens._kept if APP["secret"] in name]


# Fetching and checking


def test_a_photo_is_fetched_with_the_token() -> None:
    with platform(token_then(lambda one: (200, b"\xff\xd8jpeg"))) as fake:
        assert app(fake.url).fetch("media/../1&x=2") == b"\xff\xd8jpeg"
    assert fake.heard[-1].query == {"media_id": "media/../1&x=2", "access_token": "TOKEN-1"}


@pytest.mark.parametrize(
    ("said", "retry"),
    [(error(40007), False), (error(-1), True), ((500, b""), True), ((302, b""), True), (None, True)],
)
def test_what_cannot_be_fetched(said: Said, retry: bool) -> None:
    with platform(token_then(lambda one: said)) as fake, pytest.raises(NoMedia) as caught:
        app(fake.url).fetch("m")
    assert caught.value.retry is retry


def test_a_file_that_is_too_large_is_no_photo() -> None:
    big = b"\xff" * (10 * 1024 * 1024 + 1)
    with platform(token_then(lambda one: (200, big))) as fake, pytest.raises(NoMedia):
        app(fake.url).fetch("m")


@pytest.mark.parametrize(
    ("said", "fragment"),
    [
        (ok(name="小邻"), "有效"),
        (error(40001), "Secret"),
        (error(301002), "同一个应用"),
        (error(60020, "not allow to access from your ip, from ip: 1.2.3.4"), "企业可信 IP"),
        (error(-1), "连不上"),
        (error(99), "没见过"),
    ],
)
def test_the_check_says_what_to_change(said: Said, fragment: str) -> None:
    with platform(token_then(lambda one: said)) as fake:
        (finding,) = app(fake.url).check()
    assert fragment in finding.words
    assert finding.ok is (fragment == "有效")
    assert APP["secret"] not in finding.words


@pytest.mark.parametrize("setting", ["corpid", "agentid", "secret", "token", "aes_key"])
def test_a_missing_setting_is_named(setting: str) -> None:
    with pytest.raises(ValueError, match=setting):
        app(**{setting: ""})


def test_an_agentid_is_a_number() -> None:
    with pytest.raises(ValueError, match="agentid is no number"):
        app(agentid="abc")
