"""Every message and event of the WeChat docs, parsed; and every callback that must not be."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from samples import ACCOUNT, APPID, KEY, NOW, OA, OPENID, OTHER_KEY, TOKEN, asked, oa_callback, sealed, tools

from bot.channels.sealing import signature
from bot.channels.wechat_oa import WeChatOA
from bot.message import Heard, Place
from bot.ports import Callback
from bot.refusals import NotGenuine, TooLarge, Unreadable

AT = 1_763_802_000
WHOSE = hashlib.sha256(OPENID.encode()).hexdigest()[:32]  # keys stay when somebody is erased


def channel(**change: str) -> WeChatOA:
    return WeChatOA.build("wechat_oa", {**OA, **change}, tools())


def xml(fields: str, kind: str = "text", sender: str = OPENID, account: str = ACCOUNT) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{account}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{AT}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{fields}</xml>"
    )


def event(name: str, fields: str = "") -> str:
    return xml(f"<Event><![CDATA[{name}]]></Event>{fields}", "event")


def hear(message: str) -> Heard:
    return channel().hear(oa_callback(message))


def mark(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


ID = "<MsgId>6054768590064713728</MsgId>"
MEDIA = "<MediaId><![CDATA[media-1]]></MediaId>"
SUBSCRIBED = (
    "<List><TemplateId>T1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString>"
    "<PopupScene>2</PopupScene></List>"
)
SUBSCRIBED_TOO = SUBSCRIBED.replace("T1", "T2").replace("accept", "reject")
SENT = (
    "<List><TemplateId>T1</TemplateId><MsgID>77</MsgID><ErrorCode>0</ErrorCode>"
    "<ErrorStatus>success</ErrorStatus></List>"
)
SCANNED = (
    "<EventKey>scan-meal</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType>"
    "<ScanResult>https://example.org/bld/12</ScanResult></ScanCodeInfo>"
)
PLACE_CHOSEN = (
    "<EventKey>here</EventKey><SendLocationInfo><Location_X>23.1</Location_X><Location_Y>113.3</Location_Y>"
    "<Scale>15</Scale><Label>天河</Label><Poiname></Poiname></SendLocationInfo>"
)
PHOTOS = (
    "<EventKey>p</EventKey><SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>5a</PicMd5Sum></item>"
    "</PicList></SendPicsInfo>"
)

MESSAGES: list[tuple[str, str, dict[str, Any]]] = [
    (
        "text",
        f"<Content><![CDATA[ 三号楼电梯坏了 ]]></Content>{ID}",
        {"kind": "text", "text": " 三号楼电梯坏了 "},
    ),
    (
        "text",
        f"<Content>hi</Content>{ID}<MsgDataId>9</MsgDataId><Idx>1</Idx>",
        {"kind": "text", "text": "hi"},
    ),
    (
        "text",
        f"<Content><![CDATA[满意]]></Content>{ID}<bizmsgmenuid>101</bizmsgmenuid>",
        {"kind": "text", "text": "满意", "choice": "101", "extra": {"tap": "1"}},
    ),
    (
        "image",
        f"<PicUrl><![CDATA[http://mmbiz.qpic.cn/x]]></PicUrl>{MEDIA}{ID}",
        {"kind": "photo", "media": ("media-1",)},
    ),
    ("voice", f"{MEDIA}<Format>amr</Format>{ID}", {"kind": "voice", "text": "", "media": ("media-1",)}),
    (
        "voice",
        f"{MEDIA}<Format>amr</Format><Recognition><![CDATA[订两份饭]]></Recognition>{ID}",
        {"kind": "voice", "text": "订两份饭", "media": ("media-1",)},
    ),
    ("voice", f"{MEDIA}<Recognition/>{ID}", {"kind": "voice", "text": "", "media": ("media-1",)}),
    ("video", f"{MEDIA}<ThumbMediaId>t</ThumbMediaId>{ID}", {"kind": "video", "media": ("media-1",)}),
    ("shortvideo", f"{MEDIA}<ThumbMediaId>t</ThumbMediaId>{ID}", {"kind": "video", "media": ("media-1",)}),
    (
        "location",
        f"<Location_X>23.134521</Location_X><Location_Y>113.358803</Location_Y><Label>位置</Label>{ID}",
        {"kind": "location", "place": Place(23.134521, 113.358803, "位置")},
    ),
    (
        "link",
        f"<Title>标题</Title><Description>说明</Description><Url>https://example.org</Url>{ID}",
        {"kind": "link", "text": "标题", "extra": {"url": "https://example.org", "description": "说明"}},
    ),
    ("miniprogrampage", f"<Title>t</Title>{ID}", {"kind": "other", "extra": {"type": "miniprogrampage"}}),
    ("hologram", ID, {"kind": "other", "extra": {"type": "hologram"}}),
]

EVENTS: list[tuple[str, str, dict[str, Any]]] = [
    ("subscribe", "", {"kind": "follow"}),
    ("subscribe", "<EventKey><![CDATA[]]></EventKey>", {"kind": "follow", "scene": ""}),
    (
        "subscribe",
        "<EventKey>qrscene_bld:12</EventKey><Ticket>T</Ticket>",
        {"kind": "follow", "scene": "bld:12"},
    ),
    ("unsubscribe", "", {"kind": "unfollow"}),
    ("SCAN", "<EventKey>bld:12</EventKey><Ticket>T</Ticket>", {"kind": "scan", "scene": "bld:12"}),
    (
        "LOCATION",
        "<Latitude>23.1</Latitude><Longitude>113.3</Longitude>",
        {"kind": "other", "extra": {"type": "LOCATION"}},
    ),
    ("CLICK", "<EventKey>meal</EventKey>", {"kind": "menu", "choice": "meal"}),
    (
        "VIEW",
        "<EventKey>https://a.b</EventKey><MenuId>1</MenuId>",
        {"kind": "other", "extra": {"type": "VIEW"}},
    ),
    (
        "view_miniprogram",
        "<EventKey>pages/a</EventKey>",
        {"kind": "other", "extra": {"type": "view_miniprogram"}},
    ),
    *(
        (
            name,
            SCANNED,
            {
                "kind": "scan",
                "choice": "scan-meal",
                "extra": {"result": "https://example.org/bld/12", "scan_type": "qrcode"},
            },
        )
        for name in ("scancode_push", "scancode_waitmsg")
    ),
    *(
        (name, PHOTOS, {"kind": "other", "extra": {"type": name}})
        for name in ("pic_sysphoto", "pic_photo_or_album", "pic_weixin")
    ),
    (
        "location_select",
        PLACE_CHOSEN,
        {"kind": "location", "choice": "here", "place": Place(23.1, 113.3, "天河")},
    ),
    (
        "TEMPLATESENDJOBFINISH",
        "<MsgID>200163836</MsgID><Status><![CDATA[failed:user block]]></Status>",
        {"kind": "receipt", "extra": {"job": "200163836", "status": "failed:user block"}},
    ),
    (
        "MASSSENDJOBFINISH",
        "<MsgID>1000001625</MsgID><Status>err(30003)</Status><TotalCount>2</TotalCount><CopyrightCheckResult>"
        "<Count>2</Count><ResultList><item><ArticleIdx>1</ArticleIdx></item><item><ArticleIdx>2</ArticleIdx></item>"
        "</ResultList><CheckState>2</CheckState></CopyrightCheckResult>",
        {"kind": "receipt", "extra": {"job": "1000001625", "status": "err(30003)"}},
    ),
    (
        "subscribe_msg_popup_event",
        f"<SubscribeMsgPopupEvent>{SUBSCRIBED}</SubscribeMsgPopupEvent>",
        {"kind": "other", "extra": {"type": "subscribe_msg_popup_event", "T1": "accept"}},
    ),
    (
        "subscribe_msg_change_event",
        f"<SubscribeMsgChangeEvent>{SUBSCRIBED}{SUBSCRIBED_TOO}</SubscribeMsgChangeEvent>",
        {"kind": "other", "extra": {"type": "subscribe_msg_change_event", "T1": "accept", "T2": "reject"}},
    ),
    (
        "subscribe_msg_sent_event",
        f"<SubscribeMsgSentEvent>{SENT}</SubscribeMsgSentEvent>",
        {"kind": "receipt", "extra": {"job": "77", "status": "success"}},
    ),
    ("user_authorization_revoke", "", {"kind": "revoked"}),
    *(
        (name, "", {"kind": "other", "extra": {"type": name}})
        for name in (
            "kf_create_session",
            "kf_close_session",
            "kf_switch_session",
            "PUBLISHJOBFINISH",
            "user_info_modified",
            "qualification_verify_success",
            "annual_renew",
            "verify_expired",
            "debug_demo",
        )
    ),
]


@pytest.mark.parametrize(("kind", "fields", "expected"), MESSAGES)
def test_every_message(kind: str, fields: str, expected: dict[str, Any]) -> None:
    key = f"oa:{APPID}:{WHOSE}:m:6054768590064713728"
    at = datetime.fromtimestamp(AT, UTC)
    assert hear(xml(fields, kind)) == Heard("wechat_oa", key, OPENID, at=at, **expected)


@pytest.mark.parametrize(("name", "fields", "expected"), EVENTS)
def test_every_event(name: str, fields: str, expected: dict[str, Any]) -> None:
    heard = hear(event(name, fields))
    assert heard == Heard("wechat_oa", heard.key, OPENID, at=datetime.fromtimestamp(AT, UTC), **expected)
    assert heard.key.startswith(f"oa:{APPID}:{WHOSE}:e:{AT}:{name}:")
    assert OPENID not in heard.key


def test_the_key_of_an_event_tells_its_key_and_its_job_apart() -> None:
    keys = {
        hear(event("CLICK", "<EventKey>a</EventKey>")).key,
        hear(event("CLICK", "<EventKey>b</EventKey>")).key,
        hear(event("TEMPLATESENDJOBFINISH", "<MsgID>1</MsgID>")).key,
        hear(event("TEMPLATESENDJOBFINISH", "<MsgID>2</MsgID>")).key,
    }
    assert len(keys) == 4
    assert f"oa:{APPID}:{WHOSE}:e:{AT}:CLICK:{mark('a', '')}" in keys


def test_the_message_number_keeps_all_its_digits() -> None:
    assert hear(xml("<Content>a</Content><MsgId>18446744073709551615</MsgId>")).key.endswith(
        ":18446744073709551615"
    )


def test_a_stale_time_is_still_heard() -> None:
    """Tencent documents no window, and repeats may come late: the unique key is the protection."""
    assert hear(xml(f"<Content>a</Content>{ID}")).at < NOW.replace(year=2026)


UNREADABLE = [
    "",
    "not xml",
    "<xml/>",
    "<html></html>",
    "<xml><ToUserName>gh</ToUserName></xml>",
    xml("<Content>no number</Content>"),
    xml(f"<Content>a</Content><Content>b</Content>{ID}"),
    xml(f"<Content><b>nested</b></Content>{ID}"),
    xml("<Content>a</Content><MsgId>12x</MsgId>"),
    xml(f"<Content>a</Content>{ID}").replace(str(AT), "soon"),
    xml(f"<Content>a</Content>{ID}").replace(str(AT), "999999999999"),
    xml(f"<Content>a</Content>{ID}", sender=""),
    xml(f"<Location_X>nan</Location_X><Location_Y>1</Location_Y>{ID}", "location"),
    xml(f"<Location_X>91</Location_X><Location_Y>1</Location_Y>{ID}", "location"),
    xml(f"<Location_X></Location_X><Location_Y>1</Location_Y>{ID}", "location"),
    xml(f"<Content>a</Content>{ID}") + "<more/>",
    f'<!DOCTYPE xml [<!ENTITY a "b">]>{xml("<Content>&a;</Content>" + ID)}',
    f'<!DOCTYPE xml SYSTEM "file:///etc/passwd">{xml(ID)}',
    xml(f"<Content>&undefined;</Content>{ID}"),
    xml(f"<Content>\x08</Content>{ID}"),
    xml("<a>" * 40 + "</a>" * 40),
    xml("<a/>" * 2000),
    json.dumps({"ToUserName": ACCOUNT, "FromUserName": OPENID, "CreateTime": 1, "MsgType": "event"}),
]


@pytest.mark.parametrize("message", UNREADABLE)
def test_what_cannot_be_read_is_kept_under_the_key_of_its_content(message: str) -> None:
    with pytest.raises(Unreadable) as first:
        channel().hear(oa_callback(message))
    with pytest.raises(Unreadable) as again:
        channel().hear(oa_callback(message))
    assert first.value.raw == message.encode()
    assert (
        first.value.key == again.value.key == f"oa:{APPID}:x:{hashlib.sha256(message.encode()).hexdigest()}"
    )


def test_bytes_that_are_no_utf8_are_unreadable() -> None:
    with pytest.raises(Unreadable):
        channel().hear(oa_callback(b"<xml><A>\xff\xfe</A></xml>"))


def test_an_account_set_to_json_is_unreadable_not_forged() -> None:
    one = sealed(json.dumps({"FromUserName": OPENID}))
    body = json.dumps({"ToUserName": ACCOUNT, "Encrypt": one.encrypt}).encode()
    with pytest.raises(Unreadable):
        channel().hear(Callback("POST", asked(one), body))


PLAIN = xml(f"<Content>a</Content>{ID}").encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        PLAIN,
        b"{}",
        b'{"Encrypt": 1}',
        b'{"Encrypt": ["a"]}',
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b"<xml><Encrypt></Encrypt></xml>",
        b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
        PLAIN.replace(b"</xml>", b"<Encrypt>AAAA</Encrypt></xml>"),
        b"<a>" * 20_000,
        b"\xff\xfe<\x00x\x00",
        b'<?xml version="1.0" encoding="utf-16"?><xml/>',
    ],
)
def test_whatever_is_not_sealed_is_refused(body: bytes) -> None:
    query = {"timestamp": "1", "nonce": "n", "signature": signature(TOKEN, "1", "n"), "msg_signature": "x"}
    with pytest.raises(NotGenuine, match=r"^refused$"):
        channel().hear(Callback("POST", query, body))


def test_of_a_compatible_body_only_the_decrypted_fields_count() -> None:
    one = sealed(xml(f"<Content>true</Content>{ID}"))
    body = xml(
        f"<Content>forged</Content><MsgId>1</MsgId><Encrypt>{one.encrypt}</Encrypt>", sender="attacker"
    )
    heard = channel().hear(Callback("POST", asked(one), body.encode()))
    assert (heard.text, heard.sender) == ("true", OPENID)


def test_tencents_own_sample_is_heard() -> None:
    path = Path(__file__).parents[1] / "data" / "wechat_vectors.json"
    vectors = json.loads(path.read_text(encoding="utf-8"))["aes_vectors"]
    (one,) = [vector for vector in vectors if vector["id"] == "oa-tencent-sample-decrypt"]
    config = {
        "appid": one["receive_id"],
        "token": one["token"],
        "aes_key": one["encoding_aes_key"],
        "account": "",
    }
    query = {name: one[name] for name in ("timestamp", "nonce", "msg_signature")}
    heard = channel(**config).hear(
        Callback("POST", query, f"<xml><Encrypt>{one['encrypt']}</Encrypt></xml>".encode())
    )
    assert heard.text == "abcdteT"


def test_a_body_over_64_kb_is_not_even_decrypted() -> None:
    with pytest.raises(TooLarge):
        channel().hear(Callback("POST", {}, b"<" * (64 * 1024 + 1)))


def test_another_account_or_app_is_refused() -> None:
    with pytest.raises(NotGenuine):
        channel().hear(oa_callback(xml(ID, account="gh_other")))
    with pytest.raises(NotGenuine):
        channel().hear(oa_callback(xml(ID), receive_id="wxother"))
    with pytest.raises(NotGenuine):
        channel().hear(oa_callback(xml(ID), key=OTHER_KEY))
    assert channel(account="").hear(oa_callback(xml(ID, account="gh_other"))).kind == "text"


def test_the_previous_key_is_heard_while_it_is_changed() -> None:
    ours = channel(aes_key=OTHER_KEY, aes_key_previous=KEY)
    assert ours.hear(oa_callback(xml(ID))).kind == "text"


def test_the_address_check_gives_echostr_back() -> None:
    query = {
        "timestamp": "1",
        "nonce": "2",
        "signature": signature(TOKEN, "1", "2"),
        "echostr": "43751",
    }
    answer = channel().verify(Callback("GET", query, b""))
    assert (answer.status, answer.body) == (200, b"43751")
    odd = channel().verify(Callback("GET", {**query, "echostr": "\ud800"}, b""))
    assert odd.body == b"?"
    for change in ({"signature": ""}, {"nonce": "3"}, {"signature": "信"}):
        with pytest.raises(NotGenuine):
            channel().verify(Callback("GET", {**query, **change}, b""))
