"""The smart robot: the WeCom docs' own samples heard, every reply unsealed and looked at, late answers, pictures."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from samples import (
    AIBOT,
    KEY,
    NOW,
    OTHER_KEY,
    TOKEN,
    Asked,
    Said,
    aibot_callback,
    asked,
    error,
    ok,
    platform,
    sealed,
    tools,
)

from bot.channels.sealing import Envelope, encrypt, read_key
from bot.channels.wecom_aibot import WeComAIBot
from bot.message import Card, Heard, Option, Reply, Told
from bot.ports import Answer, Callback
from bot.refusals import (
    BadMessage,
    Busy,
    NoMedia,
    NotAllowed,
    NotGenuine,
    NotTold,
    TooLarge,
    TooMany,
    Unreadable,
    Unsure,
    WindowClosed,
)

NAME = "wecom_aibot:firm"
CALLED = datetime.fromtimestamp(1_400_000_000, UTC)
IMAGE = "https://ww-aibot-img-1258476243.cos.ap-guangzhou.myqcloud.com/a?sign=1"
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "wecom_vectors.json").read_text(encoding="utf-8"))

# The docs' samples as they stand there, placeholders included.
TEXT = r"""{"msgid":"CAIQ16HMjQYY\/NGagIOAgAMgq4KM0AI=","aibotid":"AIBOTID","chatid":"CHATID","chattype":"group",
 "from":{"userid":"USERID"},"response_url":"RESPONSEURL","msgtype":"text",
 "text":{"content":"@RobotA hello robot"},
 "quote":{"msgtype":"text","text":{"content":"这是今日的测试情况"}}}"""
MIXED = """{"msgid":"MSGID","aibotid":"AIBOTID","chatid":"CHATID","chattype":"group","from":{"userid":"USERID"},
 "response_url":"RESPONSEURL","msgtype":"mixed","mixed":{"msg_item":[
   {"msgtype":"text","text":{"content":"@RobotA 这是今日的测试情况"}},
   {"msgtype":"image","image":{"url":"https://a.myqcloud.com/1"}}]},
 "quote":{"msgtype":"text","text":{"content":"这是今日的测试情况"}}}"""
PRESS = r"""{"msgid":"CAIQ16HMjQYY\/NGagIOAgAMgq4KM0AI=","create_time":1700000000,"aibotid":"AIBOTID",
 "from":{"corpid":"CORPID","userid":"USERID"},"chatid":"CHATID","chattype":"group","response_url":"RESPONSEURL",
 "msgtype":"event","event":{"eventtype":"template_card_event","template_card_event":{
   "card_type":"button_interaction","event_key":"button_replace_text","task_id":"fBmjTL7ErRCQSNA6GZKMlcFiWX1shOvg",
   "selected_items":{"selected_item":[{"question_key":"button_selection_key1",
   "option_ids":{"option_id":["button_selection_id1"]}}]}}}}"""


def channel(**change: str) -> WeComAIBot:
    return WeComAIBot.build(NAME, {**AIBOT, **change}, tools())


def hear(message: dict[str, Any] | str, **change: str) -> Heard:
    return channel(**change).hear(aibot_callback(message))


def said(kind: str, group: bool = False, **fields: Any) -> dict[str, Any]:
    place = {"chatid": "CHATID", "chattype": "group"} if group else {"chattype": "single"}
    sender = {"msgid": "M1", "aibotid": "AIBOTID", "from": {"userid": "USERID"}, "response_url": "R"}
    return {**sender, **place, "msgtype": kind, **fields}


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return said("event", create_time=1_700_000_000, event={"eventtype": kind, **fields})


def heard(**parts: Any) -> Heard:
    whole = {"key": f"ww:{NAME}:M1", "sender": "USERID", "at": CALLED, "reply_to": "R", **parts}
    return Heard(channel=NAME, **whole)


def test_a_text_with_a_quote_as_in_the_docs() -> None:
    assert hear(TEXT) == heard(
        key=f"ww:{NAME}:CAIQ16HMjQYY/NGagIOAgAMgq4KM0AI=",
        kind="text",
        text="hello robot",
        chat="CHATID",
        quote="这是今日的测试情况",
        reply_to="RESPONSEURL",
    )


def test_a_mixture_as_in_the_docs() -> None:
    found = hear(MIXED)
    assert (found.kind, found.text, found.media) == (
        "text",
        "这是今日的测试情况",
        ("https://a.myqcloud.com/1",),
    )
    assert found.quote == "这是今日的测试情况"


def test_a_press_as_in_the_docs() -> None:
    found = hear(PRESS)
    assert (found.kind, found.choice, found.card) == (
        "card",
        "button_replace_text",
        "fBmjTL7ErRCQSNA6GZKMlcFiWX1shOvg",
    )
    assert found.extra == {
        "card_type": "button_interaction",
        "selected:button_selection_key1": "button_selection_id1",
    }
    assert found.at == datetime.fromtimestamp(1_700_000_000, UTC)


@pytest.mark.parametrize(
    "vector", [one for one in VECTORS["callback_vectors"] if one["id"] == "aibot-text-group-quote"]
)
def test_the_published_vector_is_heard(vector: dict[str, Any]) -> None:
    ours = channel(token=vector["token"], aes_key=vector["encoding_aes_key"])
    query = {name: vector[name] for name in ("timestamp", "nonce", "msg_signature")}
    found = ours.hear(Callback("POST", query, json.dumps({"encrypt": vector["encrypt"]}).encode()))
    assert (found.text, found.quote) == ("已修好", "【工单 WX-20260001】3栋电梯故障")


TABLE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (said("text", text={"content": "在吗"}), {"kind": "text", "text": "在吗"}),
    (said("image", image={"url": IMAGE}), {"kind": "photo", "media": (IMAGE,)}),
    (said("voice", voice={"content": "语音转文本"}), {"kind": "voice", "text": "语音转文本"}),
    (said("file", file={"url": IMAGE}), {"kind": "file", "media": (IMAGE,)}),
    (said("video", video={"url": IMAGE}), {"kind": "video", "media": (IMAGE,)}),
    (
        said("text", text={"content": "完成"}, quote={"msgtype": "image", "image": {"url": IMAGE}}),
        {"kind": "text", "text": "完成", "media": (IMAGE,)},
    ),
    (
        said(
            "text",
            text={"content": "看"},
            quote={
                "msgtype": "mixed",
                "mixed": {
                    "msg_item": [
                        {"msgtype": "text", "text": {"content": "一"}},
                        {"msgtype": "image", "image": {"url": IMAGE}},
                        {"msgtype": "text", "text": {"content": "二"}},
                    ]
                },
            },
        ),
        {"kind": "text", "text": "看", "quote": "一\n二", "media": (IMAGE,)},
    ),
    (
        said("mixed", mixed={"msg_item": [{"msgtype": "image", "image": {"url": IMAGE}}]}),
        {"kind": "photo", "media": (IMAGE,)},
    ),
    (said("stream", stream={"id": "S"}), {"kind": "other", "extra": {"type": "stream"}}),
    (said("hologram"), {"kind": "other", "extra": {"type": "hologram"}}),
    (event("enter_chat"), {"kind": "enter", "at": datetime.fromtimestamp(1_700_000_000, UTC)}),
    (
        event("feedback_event", feedback_event={"id": "F", "type": 1}),
        {
            "kind": "other",
            "extra": {"type": "feedback_event"},
            "at": datetime.fromtimestamp(1_700_000_000, UTC),
        },
    ),
    (
        event(
            "template_card_event",
            template_card_event={"cardtype": "text_notice", "eventkey": "k", "taskid": "t"},
        ),
        {
            "kind": "card",
            "choice": "k",
            "card": "t",
            "extra": {"card_type": "text_notice"},
            "at": datetime.fromtimestamp(1_700_000_000, UTC),
        },
    ),
]


@pytest.mark.parametrize(("message", "parts"), TABLE)
def test_every_message_and_event(message: dict[str, Any], parts: dict[str, Any]) -> None:
    assert hear(message) == heard(**parts)


@pytest.mark.parametrize(
    ("words", "display", "left"),
    [
        ("@RobotA 接单 1024", "RobotA", "接单 1024"),
        ("@RobotA接单 1024", "RobotA", "接单 1024"),
        ("@RobotA\u2005接单", "RobotA", "接单"),
        ("@RobotA", "RobotA", ""),
        ("接单 1024 @RobotA", "RobotA", "接单 1024"),
        ("@张三 @RobotA 看一下", "RobotA", "@张三 看一下"),
        ("写给 @RobotAB 的", "RobotA", "写给 @RobotAB 的"),
        ("@小邻 (测试) 接单", "小邻 (测试)", "接单"),
        ("@RobotA 接单", "", "接单"),
        ("接单", "", "接单"),
    ],
)
def test_the_robots_own_name_is_taken_out_of_a_group_message(words: str, display: str, left: str) -> None:
    message = said("text", group=True, text={"content": words})
    assert hear(message, display=display).text == left


def test_in_a_private_chat_nothing_is_taken_out() -> None:
    assert hear(said("text", text={"content": "@RobotA hi"})).text == "@RobotA hi"


UNREADABLE: list[dict[str, Any] | str] = [
    "",
    "[]",
    "{}",
    '"text"',
    "{" * 30_000,
    said("text", text="no object"),
    said("text", text={"content": 5}),
    said("mixed", mixed={"msg_item": "none"}),
    said("mixed", mixed={"msg_item": ["none"]}),
    said("text", text={"content": "a"}, msgid=""),
    {**said("text", text={"content": "a"}), "from": {}},
    {**said("text", text={"content": "a"}), "from": "USERID"},
    {**said("text", text={"content": "a"}), "create_time": "soon"},
    {**said("text", text={"content": "a"}), "create_time": 1e300},
]


@pytest.mark.parametrize("message", UNREADABLE)
def test_what_cannot_be_read_is_kept(message: dict[str, Any] | str) -> None:
    with pytest.raises(Unreadable) as first:
        hear(message)
    with pytest.raises(Unreadable) as again:
        hear(message)
    assert first.value.key == again.value.key
    assert first.value.key.startswith(f"ww:{NAME}:x:")


def test_another_robot_is_refused() -> None:
    with pytest.raises(NotGenuine):
        hear({**said("text", text={"content": "a"}), "aibotid": "OTHER"})


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"encrypt": 5}', b'{"encrypt": ""}', b"[" * 60_000, b"<xml/>"]
)
def test_what_is_not_sealed_is_refused(body: bytes) -> None:
    with pytest.raises(NotGenuine, match=r"^refused$"):
        channel().hear(Callback("POST", {"timestamp": "1", "msg_signature": "x"}, body))


def test_a_body_over_64_kb_is_refused() -> None:
    with pytest.raises(TooLarge):
        channel().hear(Callback("POST", {}, b"{" * (64 * 1024 + 1)))


def test_the_address_check_gives_the_bare_plaintext() -> None:
    one = sealed("1234567890123456789", receive_id="")
    query = {**asked(one), "echostr": one.encrypt}
    assert channel().verify(Callback("GET", query, b"")) == Answer(200, b"1234567890123456789")
    with pytest.raises(NotGenuine):
        channel().verify(Callback("GET", {**query, "nonce": "other"}, b""))


# Answers

CARD = Card(
    id="j17-ab",
    title="工单 1024",
    text="三号楼电梯",
    lines=(("楼栋", "三号楼"),),
    buttons=(Option("claim", "接单", ""), Option("pass", "转走", "")),
)
SHOWN = {
    "card_type": "button_interaction",
    "main_title": {"title": "工单 1024"},
    "task_id": "j17-ab",
    "sub_title_text": "三号楼电梯",
    "horizontal_content_list": [{"keyname": "楼栋", "value": "三号楼"}],
    "button_list": [
        {"text": "接单", "style": 1, "key": "claim"},
        {"text": "转走", "style": 1, "key": "pass"},
    ],
}
MESSAGE = said("text", group=True, text={"content": "@RobotA 待办"})


def answered(message: dict[str, Any] | str, reply: Reply, key: str = KEY, **change: str) -> Any:
    """What WeCom finds in the sealed answer."""
    ours, callback = channel(**change), aibot_callback(message, key=key)
    answer = ours.answer(callback, ours.hear(callback), reply)
    assert answer.status == 200
    if not answer.body:
        return None
    outer = json.loads(answer.body)
    assert set(outer) == {"encrypt", "msgsignature", "timestamp", "nonce"}
    assert (outer["timestamp"], outer["nonce"]) == (int(NOW.timestamp()), "nonce1")
    query = {
        "timestamp": str(outer["timestamp"]),
        "nonce": outer["nonce"],
        "msg_signature": outer["msgsignature"],
    }
    return json.loads(Envelope(TOKEN, [key], "").open(query, outer["encrypt"]).message)


def test_words_are_a_stream_that_is_finished() -> None:
    found = answered(MESSAGE, Reply("✅ 已接单", (Option("1", "到场", ""),)))
    assert found == {
        "msgtype": "stream",
        "stream": {"id": found["stream"]["id"], "finish": True, "content": "✅ 已接单\n1. 到场"},
    }
    assert answered(MESSAGE, Reply("✅ 已接单"))["stream"]["id"] == found["stream"]["id"]


def test_long_words_are_cut() -> None:
    content = answered(MESSAGE, Reply("长" * 9000))["stream"]["content"]
    assert len(content.encode()) <= 20480
    assert content.endswith("…")


def test_kept_photos_are_shown_under_the_words_and_lost_ones_left_out() -> None:
    kept = {"a.jpg": b"jpeg bytes"}
    ours = WeComAIBot.build(NAME, AIBOT, tools(picture=lambda name: kept.get(name, b"")))
    callback = aibot_callback(MESSAGE)
    answer = ours.answer(callback, ours.hear(callback), Reply("【1024】", pictures=("a.jpg", "lost.jpg")))
    outer = json.loads(answer.body)
    query = {
        "timestamp": str(outer["timestamp"]),
        "nonce": outer["nonce"],
        "msg_signature": outer["msgsignature"],
    }
    stream = json.loads(Envelope(TOKEN, [KEY], "").open(query, outer["encrypt"]).message)["stream"]
    (item,) = stream["msg_item"]
    assert b64decode(item["image"]["base64"]) == b"jpeg bytes"
    assert item["image"]["md5"] == hashlib.md5(b"jpeg bytes", usedforsecurity=False).hexdigest()


def test_links_and_mentions_that_somebody_wrote_do_not_work() -> None:
    content = answered(MESSAGE, Reply("“[点这里](https://evil.example) <@all>”"))["stream"]["content"]
    assert "](" not in content
    assert "<@" not in content


def test_a_card_alone_and_with_words() -> None:
    assert answered(MESSAGE, Reply(card=CARD)) == {"msgtype": "template_card", "template_card": SHOWN}
    both = answered(MESSAGE, Reply("有一单", card=CARD))
    assert (both["msgtype"], both["template_card"]) == ("stream_with_template_card", SHOWN)


def test_entering_a_chat_is_greeted_with_text_or_a_card() -> None:
    assert answered(event("enter_chat"), Reply("您好")) == {"msgtype": "text", "text": {"content": "您好"}}
    assert answered(event("enter_chat"), Reply("您好", card=CARD))["msgtype"] == "template_card"


def test_a_press_updates_the_card_for_everyone() -> None:
    task = "fBmjTL7ErRCQSNA6GZKMlcFiWX1shOvg"
    assert answered(PRESS, Reply(card=CARD)) == {
        "response_type": "update_template_card",
        "template_card": {**SHOWN, "task_id": task},
    }
    assert answered(PRESS, Reply("已由张三接单\n三号楼"), card_url="https://example.org/c") == {
        "response_type": "update_template_card",
        "template_card": {
            "card_type": "text_notice",
            "main_title": {"title": "已由张三接单"},
            "task_id": task,
            "sub_title_text": "三号楼",
            "card_action": {"type": 1, "url": "https://example.org/c"},
        },
    }


@pytest.mark.parametrize("message", [MESSAGE, PRESS, event("enter_chat")])
def test_nothing_to_say_is_an_empty_body(message: dict[str, Any] | str) -> None:
    assert answered(message, Reply()) is None


@pytest.mark.parametrize("message", [event("feedback_event"), said("stream", stream={"id": "S"})])
def test_to_feedback_and_polls_nothing_is_said(message: dict[str, Any]) -> None:
    assert answered(message, Reply("words")) is None


def test_a_press_without_a_card_cannot_be_answered() -> None:
    assert answered(event("template_card_event"), Reply("words")) is None


def test_what_was_not_read_gets_an_empty_body() -> None:
    assert channel().answer(aibot_callback("rubbish"), None, Reply("words")) == Answer(200, b"")


def test_a_card_is_cut_to_what_the_platform_shows() -> None:
    card = Card(
        id="j1",
        title="题" * 40,
        text="文" * 200,
        lines=tuple(("很长的名字", "值" * 40) for _ in range(9)),
        buttons=tuple(Option(str(n), "一个很长很长很长的按钮", "") for n in range(9)),
    )
    shown = answered(MESSAGE, Reply(card=card))["template_card"]
    assert len(shown["main_title"]["title"]) == 26
    assert len(shown["sub_title_text"]) == 112
    assert len(shown["horizontal_content_list"]) == 6
    assert len(shown["horizontal_content_list"][0]["value"]) == 26
    assert [len(one["text"]) for one in shown["button_list"]] == [10] * 6


def test_a_card_with_an_impossible_id_is_a_defect() -> None:
    with pytest.raises(ValueError, match="card's id"):
        answered(MESSAGE, Reply(card=Card(id="单号 1", title="a")))


def test_the_previous_key_answers_what_it_opened() -> None:
    change = {"aes_key": OTHER_KEY, "aes_key_previous": KEY}
    assert answered(MESSAGE, Reply("旧"), key=KEY, **change)["stream"]["content"] == "旧"
    assert answered(MESSAGE, Reply("新"), key=OTHER_KEY, **change)["stream"]["content"] == "新"


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
