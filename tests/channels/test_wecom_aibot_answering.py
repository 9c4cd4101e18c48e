"""The smart robot answers: every reply is unsealed and looked at."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from typing import Any

import pytest
from aibot_stage import NAME, PRESS, channel, event, said
from samples import (
    AIBOT,
    KEY,
    NOW,
    OTHER_KEY,
    TOKEN,
    aibot_callback,
    tools,
)

from bot.channels.sealing import Envelope
from bot.channels.wecom_aibot import WeComAIBot
from bot.message import Card, Option, Reply
from bot.ports import Answer

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
