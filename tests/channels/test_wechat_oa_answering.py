"""Passive replies: whatever is said stays well-formed, short enough, and sealed with the right key."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ACCOUNT, APPID, KEY, NOW, OA, OPENID, OTHER_KEY, TOKEN, oa_callback, tools

from bot.channels.sealing import Envelope
from bot.channels.strict_xml import read, text
from bot.channels.text import plain
from bot.channels.wechat_oa import WeChatOA
from bot.channels.wechat_oa_rendering import text_reply
from bot.message import Option, Reply
from bot.ports import Answer

MESSAGE = (
    f"<xml><ToUserName>{ACCOUNT}</ToUserName><FromUserName>{OPENID}</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>text</MsgType><Content>a</Content><MsgId>1</MsgId></xml>"
)
OPTIONS = (Option("101", "满意", "满意"), Option("102", "不满意", "不满意 & 100%"))


def answered(reply: Reply, key: str = KEY, **change: str) -> tuple[Answer, dict[str, str]]:
    """The answer, and the fields of its decrypted message."""
    channel = WeChatOA.build("wechat_oa", {**OA, **change}, tools())
    callback = oa_callback(MESSAGE, key=key)
    answer = channel.answer(callback, channel.hear(callback), reply)
    outer = {one.tag: one.text or "" for one in ElementTree.fromstring(answer.body)}
    query = {"timestamp": outer["TimeStamp"], "nonce": outer["Nonce"], "msg_signature": outer["MsgSignature"]}
    message = Envelope(TOKEN, [key], APPID).open(query, outer["Encrypt"]).message
    return answer, {one.tag: one.text or "" for one in ElementTree.fromstring(message)}


def content(reply: Reply, **change: str) -> str:
    return answered(reply, **change)[1]["Content"]


def test_a_reply_is_a_sealed_text() -> None:
    answer, fields = answered(Reply("好的，已经记下。"))
    assert answer.status == 200
    assert fields == {
        "ToUserName": OPENID,
        "FromUserName": ACCOUNT,
        "CreateTime": str(int(NOW.timestamp())),
        "MsgType": "text",
        "Content": "好的，已经记下。",
    }
    assert b"<Nonce><![CDATA[nonce1]]></Nonce>" in answer.body


@pytest.mark.parametrize("words", ["", " \n", "\x00\x08", "\ud800"])
def test_nothing_to_say_is_the_bare_ack(words: str) -> None:
    channel = WeChatOA.build("wechat_oa", OA, tools())
    callback = oa_callback(MESSAGE)
    assert channel.answer(callback, channel.hear(callback), Reply(words)) == Answer(200, b"success")


def test_what_was_not_read_gets_the_bare_ack() -> None:
    channel = WeChatOA.build("wechat_oa", OA, tools())
    assert channel.answer(oa_callback("rubbish"), None, Reply("words")).body == b"success"


def test_the_key_that_opened_also_seals() -> None:
    change = {"aes_key": OTHER_KEY, "aes_key_previous": KEY}
    assert answered(Reply("旧"), key=KEY, **change)[1]["Content"] == "旧"
    assert answered(Reply("新"), key=OTHER_KEY, **change)[1]["Content"] == "新"


def test_without_an_account_the_callback_says_whose_reply_it_is() -> None:
    assert answered(Reply("a"), account="")[1]["FromUserName"] == ACCOUNT


CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
ANY = st.text(st.characters(), max_size=80) | st.sampled_from(
    [
        "]]>",
        "x]]></Content><MsgType>image</MsgType>",
        "]]]]>>",
        "\x00a",
        "a\r\nb\rc",
        "&amp;<!--",
        "]" * 9 + ">",
    ]
)


@given(st.lists(ANY, min_size=1, max_size=4).map("".join))
def test_any_words_arrive_as_they_are(words: str) -> None:
    expected = CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
    if expected.strip():
        assert content(Reply(words)) == expected.replace("<", "＜").replace(">", "＞").replace("](", "］（")


@given(st.lists(ANY, min_size=1, max_size=4).map("".join))
def test_any_content_survives_the_xml(words: str) -> None:
    expected = plain(words)
    tree = read(text_reply("to", "gh_a", 1, expected))
    assert text(tree, "Content") == expected


def test_a_tag_that_somebody_wrote_does_not_work() -> None:
    said = content(Reply('有人报过：“<a href="http://evil.example">点这里</a>”'))
    assert "<a" not in said


@given(
    st.lists(st.sampled_from(["a" * 7, "信" * 31, "😀" * 43, "\n]]"]), min_size=8, max_size=40).map("".join)
)
def test_long_words_are_cut_between_characters(words: str) -> None:
    said = content(Reply(words))
    assert len(said.encode()) <= 2048
    assert said == words or (said.endswith("…") and words.startswith(said[:-1]))


def test_options_are_numbered_and_survive_a_long_text() -> None:
    assert content(Reply("满意吗？", OPTIONS)) == "满意吗？\n1. 满意\n2. 不满意"
    said = content(Reply("长" * 2000, OPTIONS))
    assert said.endswith("…\n1. 满意\n2. 不满意")
    assert len(said.encode()) <= 2048


@pytest.mark.parametrize("choices", ["links", "menu"])
def test_options_may_be_tapped(choices: str) -> None:
    lines = content(Reply("满意吗？", OPTIONS), choices=choices).split("\n")
    assert lines[1] == '1. <a href="weixin://bizmsgmenu?msgmenucontent=满意&msgmenuid=101">满意</a>'
    assert "msgmenucontent=不满意%20%26%20100%25&msgmenuid=102" in lines[2]


def test_an_option_cannot_break_out_of_its_link() -> None:
    nasty = Option('1"><b>', "</a><a href='http://evil'>", '"&msgmenuid=9')
    said = content(Reply("选", (nasty,)), choices="links")
    assert said.count("<a ") == 1
    assert said.count("</a>") == 1
    assert said.count('"') == 2


def test_too_many_links_become_plain_lines() -> None:
    options = tuple(Option(str(n), f"选项{n}", f"选项{n}") for n in range(40))
    said = content(Reply("选一个", options), choices="links")
    assert "<a" not in said
    assert said.endswith("40. 选项39")
    assert len(said.encode()) <= 2048
