"""The smart robot hears: the WeCom docs' own samples, everything else, and what is not for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from aibot_stage import IMAGE, MIXED, NAME, PRESS, TEXT, VECTORS, channel, event, hear, heard, said
from samples import (
    asked,
    sealed,
)

from bot.ports import Answer, Callback
from bot.refusals import (
    NotGenuine,
    TooLarge,
    Unreadable,
)


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
