"""A WeCom app hears callbacks as the documents show them, sealed by hand, and answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from app_stage import AT, CARD, PUBLISHED, app, event, hear, xml
from samples import (
    CORPID,
    KEY,
    NOW,
    OTHER_KEY,
    TOKEN,
    app_callback,
    asked,
    sealed,
)

from bot.channels.sealing import Envelope
from bot.channels.strict_xml import read
from bot.message import Heard, Option, Reply
from bot.ports import Answer, Callback
from bot.refusals import (
    NotGenuine,
    TooLarge,
    Unreadable,
)

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
