"""Callbacks of the official account: envelope, repeats, replies."""

from typing import Any

import pytest

from emulator.chats import UNAVAILABLE
from emulator.courier import NoAnswer, Outgoing
from tests.emulator.stage import ZHANG, Stage


def test_a_text_reaches_the_bot_and_its_reply_the_phone(follower: Stage) -> None:
    follower.bot.say = lambda fields: f"收到：{fields['Content']}"
    told = follower.resident("text", text="电梯坏了]]>")
    assert follower.phone()[-2:] == ["oZhang: 电梯坏了]]>", "account: 收到：电梯坏了]]>"]
    heard = follower.bot.heard[0]
    assert heard["FromUserName"] == ZHANG
    assert int(heard["MsgId"]) > 2**53
    assert told["deliveries"][0]["outcome"] == "answered"
    assert "<Encrypt>" in told["deliveries"][0]["attempts"][0]["raw"]
    assert [message["kind"] for message in told["messages"]] == ["text", "text"]


@pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
def test_modes(follower: Stage, mode: str) -> None:
    follower.emu("mode", mode=mode)
    follower.resident("text", text="你好")
    assert follower.bot.heard[0]["Content"] == "你好"


def test_safe_mode_hides_the_sender(follower: Stage) -> None:
    seen: list[bytes] = []
    post = follower.world.courier._post

    def spy(outgoing: Outgoing) -> Any:
        seen.append(outgoing.body)
        return post(outgoing)

    follower.world.courier._post = spy
    follower.resident("text", text="hello")
    assert ZHANG.encode() not in seen[0]
    assert b"<Encrypt>" in seen[0]


def test_four_deliveries_of_one_message_then_the_apology(follower: Stage) -> None:
    follower.bot.raw = lambda: (502, b"")
    told = follower.resident("text", text="在吗")
    assert [heard["MsgId"] for heard in follower.bot.heard] == [follower.bot.heard[0]["MsgId"]] * 4
    assert told["deliveries"][0]["outcome"] == "failed"
    assert follower.phone()[-1] == f": {UNAVAILABLE}"


def test_repeats_at_once_after_an_error_and_stops_at_an_answer(follower: Stage) -> None:
    answers = [(500, b""), (200, b"success")]
    follower.bot.raw = lambda: answers.pop(0)
    told = follower.resident("text", text="在吗")
    assert [one["status"] for one in told["deliveries"][0]["attempts"]] == [500, 200]
    assert max(follower.waits) < 1
    assert follower.phone()[-1] == "oZhang: 在吗"


def test_silence_after_five_seconds_is_repeated(follower: Stage) -> None:
    def silent(outgoing: Outgoing) -> Any:
        assert outgoing.timeout == 5
        raise NoAnswer("ReadTimeout", waited=5)

    follower.world.courier._post = silent
    told = follower.resident("text", text="在吗")
    assert len(told["deliveries"][0]["attempts"]) == 4
    assert follower.phone()[-1] == f": {UNAVAILABLE}"


@pytest.mark.parametrize("body", [b"", b"success"])
def test_silent_answers_show_nothing(follower: Stage, body: bytes) -> None:
    follower.bot.raw = lambda: (200, body)
    assert follower.resident("text", text="在吗")["deliveries"][0]["outcome"] == "silent"
    assert follower.phone()[-1] == "oZhang: 在吗"


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"<xml></xml>",
        b"SUCCESS",
        b"<xml><ToUserName>x</ToUserName></xml>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><xml>&b;</xml>',
        b"<xml><Encrypt>AAAA</Encrypt><MsgSignature>x</MsgSignature><TimeStamp>1</TimeStamp><Nonce>1</Nonce></xml>",
    ],
)
def test_an_answer_that_is_none_is_not_repeated_and_apologised_for(follower: Stage, body: bytes) -> None:
    follower.bot.raw = lambda: (200, body)
    told = follower.resident("text", text="在吗")["deliveries"][0]
    assert told["outcome"] == "invalid"
    assert told["problem"]
    assert len(told["attempts"]) == 1
    assert follower.phone()[-1] == f": {UNAVAILABLE}"


@pytest.mark.parametrize(
    "reply",
    [
        {"MsgType": "text", "Content": ""},
        {"MsgType": "text", "Content": "长" * 683},
        {"MsgType": "text", "Content": "x", "ToUserName": "oOther"},
        {"MsgType": "markdown", "Content": "x"},
        {"MsgType": "image"},
        {"MsgType": "news", "ArticleCount": "2", "Articles": {"item": [{"Title": "a"}, {"Title": "b"}]}},
    ],
)
def test_replies_the_platform_does_not_take(follower: Stage, reply: dict[str, Any]) -> None:
    follower.bot.say = lambda fields: reply
    assert follower.resident("text", text="在吗")["deliveries"][0]["outcome"] == "invalid"


def test_a_news_reply_of_one_article(follower: Stage) -> None:
    article = {"Title": "停水通知", "Description": "明早", "PicUrl": "", "Url": "https://example.com/"}
    follower.bot.say = lambda fields: {"MsgType": "news", "ArticleCount": "1", "Articles": {"item": article}}
    follower.resident("text", text="通知")
    assert follower.world.chats.of(f"resident/{ZHANG}")[-1].body["title"] == "停水通知"


def test_following_by_a_door_code(stage: Stage) -> None:
    stage.resident("scan", scene="bld:1")
    stage.resident("scan", scene="bld:1")
    assert [heard["Event"] for heard in stage.bot.heard] == ["subscribe", "SCAN"]
    assert [heard["EventKey"] for heard in stage.bot.heard] == ["qrscene_bld:1", "bld:1"]
    assert "MsgId" not in stage.bot.heard[0]


def test_who_does_not_follow_cannot_write(stage: Stage) -> None:
    assert "关注" in stage.refused(f"residents/{ZHANG}/text", text="在吗")
    stage.resident("follow")
    stage.resident("unfollow")
    assert stage.bot.heard[-1]["Event"] == "unsubscribe"
    assert "关注" in stage.refused(f"residents/{ZHANG}/text", text="在吗")


def test_every_kind_of_message(follower: Stage) -> None:
    follower.resident("voice", text="三号楼电梯坏了")
    follower.resident("voice", text="")
    follower.resident("image", sample="lift")
    follower.resident("location", lat=31.23, lon=121.47, label="幸福路 1 号")
    follower.resident("link", title="通知", description="", url="https://example.com/")
    follower.resident("video")
    follower.resident("choose", menu_id="101", content="满意")
    heard = follower.bot.heard
    assert [one["MsgType"] for one in heard] == [
        "voice",
        "voice",
        "image",
        "location",
        "link",
        "video",
        "text",
    ]
    assert [heard[0]["Recognition"], heard[1]["Recognition"]] == ["三号楼电梯坏了", ""]
    assert heard[3]["Location_X"] == "31.23"
    assert heard[6]["bizmsgmenuid"] == "101"
    photo = follower.get(heard[2]["PicUrl"].removeprefix("http://emulator.test"))
    assert photo.get_data()[:3] == b"\xff\xd8\xff"


def test_the_apology_is_not_shown_for_what_nobody_waits_for(follower: Stage) -> None:
    follower.bot.raw = lambda: (500, b"")
    follower.resident(
        "event", event="LOCATION", fields={"Latitude": 31.2, "Longitude": 121.4, "Precision": 65.0}
    )
    assert UNAVAILABLE not in follower.phone()[-1]


def test_any_text_can_be_pushed_in_a_genuine_envelope(follower: Stage) -> None:
    follower.resident("raw", xml="<xml><a>1</a><a>2</a></xml>")
    assert follower.bot.heard == [{"a": ["1", "2"]}]


def test_an_event_may_hold_one_list_or_several(follower: Stage) -> None:
    accepted = {"TemplateId": "T1", "SubscribeStatusString": "accept"}
    for lists in (accepted, [accepted, accepted]):
        fields = {"SubscribeMsgPopupEvent": {"List": lists}}
        follower.resident("event", event="subscribe_msg_popup_event", fields=fields)
    heard = [one["SubscribeMsgPopupEvent"]["List"] for one in follower.bot.heard]
    assert heard == [accepted, [accepted, accepted]]
