"""WeCom: group robots, and an AIBot in groups, alone, and on its cards."""

import base64
import hashlib
import io
import json
from typing import Any

import pytest

from emulator.crypto import decode_key, decrypt
from tests.emulator.stage import KEY, Stage

Json = dict[str, Any]
GROUP = "groups/G1/say"


def stream(text: str, **more: Any) -> Json:
    return {"msgtype": "stream", "stream": {"id": "s1", "finish": True, "content": text, **more}}


def card(task_id: str = "j1", **more: Any) -> Json:
    return {
        "card_type": "button_interaction",
        "main_title": {"title": "工单 1024"},
        "button_list": [{"text": "接单", "style": 1, "key": "take"}],
        "task_id": task_id,
        **more,
    }


def robot(stage: Stage, key: str = "K1", **data: Any) -> int:
    answer = stage.app.test_client().post(f"/qyapi.weixin.qq.com/cgi-bin/webhook/send?key={key}", json=data)
    return int(answer.get_json()["errcode"])


def say_robot(stage: Stage, content: str, **more: Any) -> int:
    return robot(stage, msgtype="text", text={"content": content, **more})


def group(stage: Stage) -> list[Any]:
    return stage.world.chats.of("group/G1")


def respond(stage: Stage, url: str, **data: Any) -> int:
    answer = stage.app.test_client().post(url.removeprefix("http://emulator.test"), json=data)
    return int(answer.get_json()["errcode"])


def fetch(stage: Stage, url: str) -> bytes:
    answer = stage.get(url.removeprefix("http://emulator.test"))
    assert answer.status_code == 200
    return decrypt(decode_key(KEY), answer.get_data())


# Group robots


def test_a_robot_speaks_twenty_times_a_minute(stage: Stage) -> None:
    assert [say_robot(stage, f"{n}") for n in range(21)] == [0] * 20 + [45009]
    stage.time.at += 59
    assert say_robot(stage, "x") == 45009
    stage.time.at += 1
    assert say_robot(stage, "x", mentioned_list=["lihua"]) == 0
    assert group(stage)[-1].body == {"text": "x", "mentioned": ["lihua"]}


def test_text_and_markdown_are_limited_in_bytes(stage: Stage) -> None:
    assert say_robot(stage, "长" * 682 + "ab") == 0
    assert say_robot(stage, "长" * 683) == 40058
    assert robot(stage, msgtype="markdown", markdown={"content": "长" * 1365}) == 0
    assert robot(stage, msgtype="markdown", markdown={"content": "长" * 1366}) == 40058


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"msgtype": "poem", "poem": {}}, 40008),
        ({"msgtype": "text"}, 40058),
        ({"msgtype": "text", "text": {"content": ""}}, 40058),
        ({"msgtype": "news", "news": {"articles": [{"title": "a", "url": "https://x.test"}] * 9}}, 40058),
        ({"msgtype": "news", "news": {"articles": [{"title": "a", "url": "https://x.test"}]}}, 0),
        ({"msgtype": "image", "image": {"base64": "eA==", "md5": "0"}}, 301019),
        ({"msgtype": "file", "file": {"media_id": "none"}}, 40007),
        ({"msgtype": "template_card", "template_card": card()}, 40058),
        ({"msgtype": "template_card", "template_card": {"card_type": "text_notice"}}, 42045),
    ],
)
def test_what_a_robot_may_say(stage: Stage, data: Json, code: int) -> None:
    assert robot(stage, **data) == code


def test_unknown_disabled_and_removed_robots(stage: Stage) -> None:
    assert robot(stage, key="K9", msgtype="text", text={"content": "x"}) == 93000
    for state, code in (("disabled", 93004), ("removed", 93000), ("on", 0)):
        stage.emu("groups/G1/robot", state=state)
        assert say_robot(stage, "x") == code


def test_a_robot_sends_a_picture_and_a_file(stage: Stage) -> None:
    picture = b"\xff\xd8\xffpicture"
    image = {"base64": base64.b64encode(picture).decode(), "md5": hashlib.md5(picture).hexdigest()}
    assert robot(stage, msgtype="image", image=image) == 0
    assert stage.get(f"/emu/media/{group(stage)[-1].body['media']}").get_data() == picture
    uploaded = stage.app.test_client().post(
        "/qyapi.weixin.qq.com/cgi-bin/webhook/upload_media?key=K1&type=file",
        data={"media": (io.BytesIO(b"report"), "日报.txt")},
    )
    media_id = uploaded.get_json()["media_id"]
    assert robot(stage, msgtype="file", file={"media_id": media_id}) == 0
    stage.time.at += 3 * 86400 + 1
    assert robot(stage, msgtype="file", file={"media_id": media_id}) == 40007


# The AIBot hears


def test_only_what_ats_the_bot_reaches_it(stage: Stage) -> None:
    assert stage.emu(GROUP, userid="lihua", text="我去看看", at=False)["deliveries"] == []
    stage.bot.answer = lambda body: stream("✅ 已接单")
    stage.emu(GROUP, userid="lihua", text="接 1024")
    heard = stage.bot.heard
    assert [one["text"]["content"] for one in heard] == ["@小邻 接 1024"]
    assert heard[0].items() >= {"chatid": "G1", "chattype": "group", "aibotid": "AIB1"}.items()
    assert heard[0]["from"] == {"userid": "lihua"}
    assert [(one.sender, one.body["text"]) for one in group(stage)] == [
        ("lihua", "我去看看"),
        ("lihua", "@小邻 接 1024"),
        ("bot", "✅ 已接单"),
    ]


def test_an_at_typed_by_hand_counts(stage: Stage) -> None:
    stage.emu(GROUP, userid="lihua", text="@小邻 接 1024", at=False)
    stage.emu(GROUP, userid="lihua", text="@小邻 接 1024")
    assert [one["text"]["content"] for one in stage.bot.heard] == ["@小邻 接 1024"] * 2


def test_a_photo_in_a_group_is_mixed_and_encrypted_for_five_minutes(stage: Stage) -> None:
    stage.emu(GROUP, userid="lihua", text="完成 1024", photo="repaired")
    items = stage.bot.heard[0]["mixed"]["msg_item"]
    assert [one["msgtype"] for one in items] == ["text", "image"]
    assert items[0]["text"]["content"] == "@小邻 完成 1024"
    assert fetch(stage, items[1]["image"]["url"])[:3] == b"\xff\xd8\xff"
    stage.time.at += 301
    assert stage.get(items[1]["image"]["url"].removeprefix("http://emulator.test")).status_code == 403


def test_a_quote_carries_content_only(stage: Stage) -> None:
    say_robot(stage, "【工单 1024】3 栋电梯故障")
    stage.emu(GROUP, userid="lihua", text="接", quote=group(stage)[-1].id)
    quote = {"msgtype": "text", "text": {"content": "【工单 1024】3 栋电梯故障"}}
    assert stage.bot.heard[0]["quote"] == quote


def test_a_quoted_picture_comes_by_address(stage: Stage) -> None:
    stage.emu(GROUP, userid="lihua", photo="lift", at=False)
    stage.emu(GROUP, userid="wangwei", text="1024 现场图", quote=group(stage)[-1].id)
    assert fetch(stage, stage.bot.heard[0]["quote"]["image"]["url"])[:3] == b"\xff\xd8\xff"


def test_a_card_is_quoted_as_an_empty_message(stage: Stage) -> None:
    stage.bot.answer = lambda body: {"msgtype": "template_card", "template_card": card()}
    stage.emu(GROUP, userid="lihua", text="待办")
    stage.emu(GROUP, userid="lihua", text="接", quote=group(stage)[-1].id)
    assert stage.bot.heard[1]["quote"] == {"msgtype": "text", "text": {"content": ""}}


def test_who_is_not_in_the_group_cannot_speak_there(stage: Stage) -> None:
    assert "不在群里" in stage.refused(GROUP, userid="stranger", text="x")


def test_alone_with_the_bot(stage: Stage) -> None:
    stage.bot.answer = lambda body: (
        {"msgtype": "text", "text": {"content": "早"}} if body["msgtype"] == "event" else stream("好")
    )
    stage.emu("bots/anju/single/lihua/enter")
    stage.emu("bots/anju/single/lihua/enter")
    stage.emu("bots/anju/single/lihua/say", text="绑定 1234")
    stage.emu("bots/anju/single/lihua/say", photo="pipe")
    stage.emu("bots/anju/single/lihua/say", text="修好了", voice=True)
    kinds = [one["msgtype"] for one in stage.bot.heard]
    assert kinds == ["event", "text", "image", "voice"]
    assert stage.bot.heard[0]["event"] == {"eventtype": "enter_chat"}
    assert all(one["chattype"] == "single" and "chatid" not in one for one in stage.bot.heard)
    assert stage.bot.heard[1]["text"]["content"] == "绑定 1234"
    stage.time.at += 86400
    stage.emu("bots/anju/single/lihua/enter")
    assert stage.bot.heard[-1]["msgtype"] == "event"


# The AIBot answers


@pytest.mark.parametrize(
    "reply",
    [
        {"msgtype": "text", "text": {"content": "x"}},
        {"msgtype": "markdown", "markdown": {"content": "x"}},
        stream(""),
        stream("长" * 6827),
        {"msgtype": "stream", "stream": {"id": "s", "finish": "yes", "content": "x"}},
        {"response_type": "update_template_card", "template_card": card()},
        {"msgtype": "template_card", "template_card": card(task_id="中文")},
        {"msgtype": "template_card", "template_card": card(button_list=[{"text": "接", "key": "k"}] * 7)},
        {"msgtype": "template_card", "template_card": card(main_title={"title": "长" * 27})},
        {"msgtype": "template_card", "template_card": {**card(), "card_type": "text_notice"}},
    ],
)
def test_answers_that_wecom_does_not_take(stage: Stage, reply: Json) -> None:
    stage.bot.answer = lambda body: reply
    told = stage.emu(GROUP, userid="lihua", text="x")["deliveries"][0]
    assert told["outcome"] == "invalid"
    assert group(stage)[-1].kind == "notice"


def test_a_message_is_delivered_four_times_and_a_click_once(stage: Stage) -> None:
    stage.bot.answer = lambda body: {"msgtype": "template_card", "template_card": card()}
    stage.emu(GROUP, userid="lihua", text="待办")
    stage.bot.raw = lambda: (500, b"")
    told = stage.emu(f"cards/{group(stage)[-1].id}/click", userid="lihua", key="take")
    assert len(told["deliveries"][0]["attempts"]) == 1
    stage.bot.heard.clear()
    stage.emu(GROUP, userid="lihua", text="在吗")
    assert len({one["msgid"] for one in stage.bot.heard}) == 1
    assert len(stage.bot.heard) == 4


def test_an_unfinished_stream_is_polled(stage: Stage) -> None:
    parts = [
        {"msgtype": "stream", "stream": {"id": "s1", "finish": False, "content": "正在查"}},
        stream("正在查……三条待办"),
    ]
    stage.bot.answer = lambda body: parts.pop(0)
    stage.emu(GROUP, userid="lihua", text="待办")
    assert stage.bot.heard[1]["stream"] == {"id": "s1"}
    assert group(stage)[-1].body == {"text": "正在查……三条待办", "pictures": [], "unfinished": False}


def test_a_task_id_cannot_come_twice(stage: Stage) -> None:
    stage.bot.answer = lambda body: {"msgtype": "template_card", "template_card": card()}
    stage.emu(GROUP, userid="lihua", text="待办")
    stage.emu(GROUP, userid="lihua", text="待办")
    assert [one.kind for one in group(stage)] == ["text", "card", "text", "notice"]


# Cards


@pytest.fixture
def with_card(stage: Stage) -> Stage:
    stage.bot.answer = lambda body: {"msgtype": "template_card", "template_card": card()}
    stage.emu(GROUP, userid="lihua", text="待办")
    stage.bot.heard.clear()
    return stage


def test_a_click_and_its_update_for_all(with_card: Stage) -> None:
    taken = card(button_list=[{"text": "已由李华接单", "key": "none"}])
    with_card.bot.answer = lambda body: {"response_type": "update_template_card", "template_card": taken}
    shown = group(with_card)[-1]
    with_card.emu(f"cards/{shown.id}/click", userid="lihua", key="take")
    event = with_card.bot.heard[0]
    assert event["event"]["template_card_event"] == {
        "card_type": "button_interaction",
        "event_key": "take",
        "task_id": "j1",
    }
    assert (event["chatid"], event["from"]) == ("G1", {"userid": "lihua"})
    assert group(with_card)[-1].body["card"]["button_list"][0]["text"] == "已由李华接单"
    assert "已经更新" in with_card.refused(f"cards/{shown.id}/click", userid="wangwei", key="take")


def test_an_update_for_one_person(with_card: Stage) -> None:
    taken = card(button_list=[{"text": "你已接单", "key": "none"}])
    update = {"response_type": "update_template_card", "userids": ["lihua"], "template_card": taken}
    with_card.bot.answer = lambda body: update
    with_card.emu(f"cards/{group(with_card)[-1].id}/click", userid="lihua", key="take")
    body = group(with_card)[-1].body
    assert body["for"]["lihua"]["button_list"][0]["text"] == "你已接单"
    assert body["card"]["button_list"][0]["text"] == "接单"


def test_an_update_of_another_task_is_refused(with_card: Stage) -> None:
    update = {"response_type": "update_template_card", "template_card": card(task_id="j2")}
    with_card.bot.answer = lambda body: update
    told = with_card.emu(f"cards/{group(with_card)[-1].id}/click", userid="lihua", key="take")
    assert told["deliveries"][0]["outcome"] == "invalid"


def test_feedback_takes_only_silence(stage: Stage) -> None:
    feedback = {"eventtype": "feedback_event", "feedback_event": {"id": "f1", "type": 1}}
    told = stage.emu("bots/anju/single/lihua/event", event=feedback)["deliveries"][0]
    assert told["outcome"] == "silent"
    assert stage.bot.heard[-1]["event"] == feedback
    stage.bot.answer = lambda body: stream("谢谢")
    told = stage.emu("bots/anju/single/lihua/event", event=feedback)["deliveries"][0]
    assert told["outcome"] == "invalid"
    assert stage.world.chats.of("single/anju/lihua") == []


# The late answer


def test_one_late_answer_within_an_hour(stage: Stage) -> None:
    stage.emu(GROUP, userid="lihua", text="待办")
    url = stage.bot.heard[0]["response_url"]
    assert respond(stage, url, msgtype="template_card", template_card=card()) == 40008
    assert respond(stage, url, msgtype="markdown", markdown={"content": "**三条待办**"}) == 0
    assert respond(stage, url, msgtype="markdown", markdown={"content": "再来"}) == 846605
    assert group(stage)[-1].quote["text"] == "@小邻 待办"
    stage.emu(GROUP, userid="lihua", text="待办")
    stage.time.at += 3601
    late = stage.bot.heard[1]["response_url"]
    assert respond(stage, late, msgtype="markdown", markdown={"content": "晚了"}) == 846604


def test_a_late_card_in_a_single_chat(stage: Stage) -> None:
    stage.emu("bots/anju/single/lihua/say", text="详情 1024")
    url = stage.bot.heard[0]["response_url"]
    assert respond(stage, url, msgtype="template_card", template_card=card()) == 0
    shown = stage.world.chats.of("single/anju/lihua")[-1]
    stage.emu(f"cards/{shown.id}/click", userid="lihua", key="take")
    assert stage.bot.heard[-1]["chattype"] == "single"


def test_what_is_sent_without_waiting_arrives_by_settle(stage: Stage) -> None:
    for number in range(5):
        answer = stage.emu(GROUP, userid="lihua", text=f"{number}", wait=False)
        assert answer["deliveries"] == []
    stage.emu("settle")
    assert {one["text"]["content"] for one in stage.bot.heard} == {f"@小邻 {number}" for number in range(5)}


def test_verification_of_every_address(stage: Stage) -> None:
    result = stage.emu("verify")
    assert result["ok"] is True
    assert result["bots"] == {"anju": {"ok": True, "status": 200}}


def test_the_state_holds_no_secret(stage: Stage) -> None:
    stage.emu(GROUP, userid="lihua", text="x", photo="lift")
    state = json.dumps(stage.get("/emu/state").get_json(), ensure_ascii=False)
    for secret in (KEY, "K1", "secret", '"token"', "ops"):
        assert secret not in state
