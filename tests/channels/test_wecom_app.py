"""A WeCom app: callbacks as the documents show them, sealed by hand; what it sends; its token; every refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from samples import (
    APP,
    CORPID,
    KEY,
    NOW,
    OTHER_KEY,
    TOKEN,
    Asked,
    Platform,
    Said,
    app_callback,
    asked,
    error,
    ok,
    platform,
    sealed,
    token_then,
    tools,
)

from bot.channels.failures import load
from bot.channels.sealing import Envelope
from bot.channels.strict_xml import read
from bot.channels.wecom_app import WeComApp
from bot.channels.wecom_app_api import TOKEN_REFUSED
from bot.channels.wecom_app_token import AppToken
from bot.message import Card, Heard, Option, Receipt, Reply, Told
from bot.ports import Answer, Callback, Rate
from bot.refusals import (
    BadMessage,
    Busy,
    KeyRefused,
    NoMedia,
    NoSuchPerson,
    NotAllowed,
    NotGenuine,
    NotTold,
    TooLarge,
    TooMany,
    Unreadable,
    Unsure,
    WindowClosed,
)
from bot.tokens import MemoryTokens

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "wecom_vectors.json").read_text("utf-8"))
PUBLISHED = {one["id"]: one for one in VECTORS["callback_vectors"]}
AT = 1_763_802_000
CARD = Card(
    "o7-31",
    "1001 水电",
    "“厨房漏水” <a>",
    (("地点", "幸福小区 3 号楼"),),
    (Option("claim", "接单", "接单"),),
)
TOLD = Told("wecom_app:firm", "LiHua", "工单 1001：厨房漏水", once="linli-31")
UPDATE = Told("wecom_app:firm", "LiHua", "", "card_update", card=CARD, reply_to="CODE-1")


def app(base: str = "", *, rate: Rate | None = None, tokens: Any = None, **change: str) -> WeComApp:
    given = tools(rate=rate, tokens=tokens or MemoryTokens())
    return WeComApp.build("wecom_app:firm", {**APP, "api_base": base, **change}, given)


@pytest.fixture
def fake() -> Iterator[Platform]:
    with platform(token_then(lambda one: ok(msgid="m1", response_code="CODE-1", invaliduser=""))) as made:
        yield made


def xml(fields: str, kind: str = "text", sender: str = "LiHua", agent: str = "1000002") -> str:
    return (
        f"<xml><ToUserName><![CDATA[{CORPID}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{AT}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{fields}<AgentID>{agent}</AgentID></xml>"
    )


def event(name: str, fields: str = "") -> str:
    return xml(f"<Event><![CDATA[{name}]]></Event>{fields}", "event")


def hear(message: str) -> Heard:
    return app().hear(app_callback(message))


ID = "<MsgId>4561255354251345929</MsgId>"
# The sample of the document on events (90240), with this app's numbers.
PRESS = (
    "<EventKey><![CDATA[key111]]></EventKey><TaskId><![CDATA[taskid111]]></TaskId>"
    "<CardType><![CDATA[text_notice]]></CardType><ResponseCode><![CDATA[ResponseCode]]></ResponseCode>"
    "<SelectedItems><SelectedItem><QuestionKey><![CDATA[QuestionKey1]]></QuestionKey><OptionIds>"
    "<OptionId><![CDATA[OptionId1]]></OptionId><OptionId><![CDATA[OptionId2]]></OptionId></OptionIds>"
    "</SelectedItem></SelectedItems>"
)


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (xml(f"<Content><![CDATA[ 接 1001 ]]></Content>{ID}"), {"kind": "text", "text": "接 1001"}),
        (
            xml(f"<PicUrl>http://a/b</PicUrl><MediaId><![CDATA[media-1]]></MediaId>{ID}", "image"),
            {"kind": "photo", "media": ("media-1",)},
        ),
        (xml(f"<MediaId>m</MediaId><Format>amr</Format>{ID}", "voice"), {"kind": "voice", "media": ("m",)}),
        (xml(f"<MediaId>m</MediaId>{ID}", "video"), {"kind": "video", "media": ("m",)}),
        (xml(f"<Location_X>23.1</Location_X>{ID}", "location"), {"kind": "location"}),
        (xml(f"<Title>接 1001</Title>{ID}", "link"), {"kind": "link", "text": ""}),
        (xml(ID, "hologram"), {"kind": "other", "extra": {"type": "hologram"}}),
        (event("enter_agent"), {"kind": "enter", "extra": {"each_time": "1"}}),
        (event("LOCATION", "<Latitude>23.1</Latitude>"), {"kind": "other", "extra": {"type": "LOCATION"}}),
        (event("template_card_menu_event", PRESS), {"kind": "other", "card": ""}),
        (
            event("template_card_event", PRESS),
            {
                "kind": "card",
                "choice": "key111",
                "card": "taskid111",
                "reply_to": "ResponseCode",
                "extra": {"card_type": "text_notice", "selected:QuestionKey1": "OptionId1,OptionId2"},
            },
        ),
    ],
)
def test_messages_and_events(message: str, parts: dict[str, Any]) -> None:
    heard = hear(message)
    assert (heard.sender, heard.chat, heard.at) == ("LiHua", "", datetime.fromtimestamp(AT, UTC))
    assert {name: getattr(heard, name) for name in parts} == parts
    assert Heard.from_json(heard.to_json()) == heard


def test_a_repeat_has_the_same_key_and_another_message_another_one() -> None:
    text = xml(f"<Content>好</Content>{ID}")
    assert hear(text).key == hear(text).key
    assert hear(text).key != hear(text.replace("5929", "5930")).key
    press = event("template_card_event", PRESS)
    assert hear(press).key == hear(press.replace("[ResponseCode]", "[Another]")).key
    assert hear(press).key != hear(press.replace("key111", "key112")).key
    assert hear(press).key != hear(press.replace("taskid111", "taskid112")).key


def test_the_published_vectors_of_an_app_are_opened() -> None:
    url, message = PUBLISHED["tencent-doc-verifyurl"], PUBLISHED["tencent-doc-decryptmsg"]
    change = {"corpid": url["receiveid"], "token": url["token"], "aes_key": url["encoding_aes_key"]}
    ours = app(agentid="218", **change)
    query = {name: url[name] for name in ("timestamp", "nonce", "msg_signature")}
    verified = ours.verify(Callback("GET", {**query, "echostr": url["encrypt"]}, b""))
    assert verified == Answer(200, b"1616140317555161061")
    query = {name: message[name] for name in ("timestamp", "nonce", "msg_signature")}
    body = f"<xml><Encrypt><![CDATA[{message['encrypt']}]]></Encrypt><AgentID>218</AgentID></xml>".encode()
    heard = ours.hear(Callback("POST", query, body))
    assert (heard.sender, heard.text) == ("mycreate", "hello")


GOOD = xml(f"<Content>好</Content>{ID}")


@pytest.mark.parametrize(
    "callback",
    [
        app_callback(GOOD, token="another"),
        app_callback(GOOD, key=OTHER_KEY),
        app_callback(GOOD, receive_id="wwOther"),
        app_callback(GOOD, receive_id=""),
        app_callback(xml(f"<Content>好</Content>{ID}", agent="1000003")),
        app_callback(xml(f"<Content>好</Content>{ID}", agent="")),
        Callback("POST", asked(sealed(GOOD, CORPID)), b"<xml></xml>"),
        Callback("POST", asked(sealed(GOOD, CORPID)), GOOD.encode()),
        Callback("POST", asked(sealed(GOOD, CORPID)), b'{"encrypt":"x"}'),
        Callback("POST", {}, app_callback(GOOD).body),
    ],
)
def test_what_is_not_ours_is_refused_alike(callback: Callback) -> None:
    with pytest.raises(NotGenuine, match=r"^refused$"):
        app().hear(callback)


@pytest.mark.parametrize(
    "message",
    [
        "no xml",
        xml("<Content>好</Content>"),
        xml(f"<Content>好</Content>{ID}", sender=""),
        xml(f"<Content>好</Content>{ID}").replace(str(AT), "soon"),
        xml(f"<Content>好</Content>{ID}").replace(str(AT), "999999999999"),
        f"<!DOCTYPE a [<!ENTITY b 'c'>]>{GOOD}",
    ],
)
def test_genuine_but_unreadable_is_poison_with_one_key(message: str) -> None:
    keys = []
    for _ in range(2):
        with pytest.raises(Unreadable) as caught:
            app().hear(app_callback(message))
        keys.append(caught.value.key)
    assert keys[0] == keys[1]


def test_too_large_is_refused() -> None:
    with pytest.raises(TooLarge):
        app().hear(Callback("POST", {}, b"<" * 70_000))


def test_the_previous_key_opens_and_seals_while_keys_are_changed() -> None:
    ours, callback = app(aes_key=OTHER_KEY, aes_key_previous=KEY), app_callback(GOOD)
    answer = ours.answer(callback, ours.hear(callback), Reply("好的"))
    assert opened(answer)["Content"] == "好的"


# Answering


def opened(answer: Answer, key: str = KEY) -> dict[str, Any]:
    """What is in a passive reply, its signature checked as the platform would."""
    assert answer.status == 200
    tree = read(answer.body)
    query = {"timestamp": tree["TimeStamp"], "nonce": tree["Nonce"], "msg_signature": tree["MsgSignature"]}
    return read(Envelope(TOKEN, [key], CORPID).open(query, tree["Encrypt"]).message)


def answered(message: str, reply: Reply) -> Answer:
    callback = app_callback(message)
    return app().answer(callback, app().hear(callback), reply)


def test_words_are_a_text_reply() -> None:
    said = opened(answered(GOOD, Reply("1001 由您接单 <a href='x'>]]>", (Option("1", "好", "好"),))))
    assert said == {
        "ToUserName": "LiHua",
        "FromUserName": CORPID,
        "CreateTime": str(int(NOW.timestamp())),
        "MsgType": "text",
        "Content": "1001 由您接单 ＜a href='x'＞]]＞\n1. 好",
    }
    assert len(opened(answered(GOOD, Reply("长" * 3000)))["Content"].encode()) <= 2048


def test_nothing_to_say_is_an_empty_body() -> None:
    assert answered(GOOD, Reply()) == Answer(200, b"")
    assert answered(GOOD, Reply(card=CARD)) == Answer(200, b""), "a message cannot be answered with a card"
    assert answered(event("template_card_menu_event"), Reply("words")) == Answer(200, b"")


def test_a_press_changes_the_card_of_the_one_who_pressed() -> None:
    said = opened(answered(event("template_card_event", PRESS), Reply("由您接单", card=CARD)))
    assert said["MsgType"] == "update_template_card"
    assert said["TemplateCard"] == {
        "CardType": "button_interaction",
        "MainTitle": {"Title": "1001 水电"},
        "SubTitleText": "“厨房漏水” <a>",
        "HorizontalContentList": {"KeyName": "地点", "Value": "幸福小区 3 号楼"},
        "ButtonList": {"Text": "接单", "Style": "1", "Key": "claim"},
    }


def test_words_alone_make_a_card_without_buttons() -> None:
    said = opened(answered(event("template_card_event", PRESS), Reply("没有找到工单\n请发：待办")))
    assert said["TemplateCard"] == {
        "CardType": "text_notice",
        "MainTitle": {"Title": "没有找到工单"},
        "SubTitleText": "请发：待办",
        "CardAction": {"Type": "1", "Url": "https://work.weixin.qq.com/"},
    }


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
