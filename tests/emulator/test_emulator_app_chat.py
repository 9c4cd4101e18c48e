"""A self-built app of WeCom: what it hears, what it may answer, and how its cards change."""

from typing import Any

import pytest
import requests

from emulator.crypto import Seal
from emulator.transport import InProcess
from emulator.wire import from_xml, to_xml
from tests.emulator.apps import JPEG, card, send_card, upload
from tests.emulator.fake_app import FakeApp
from tests.emulator.stage import KEY, TOWN, MakeStage, Stage
from tests.emulator.test_emulator_crypto import WECOM

Json = dict[str, Any]
PRESS = [{"text": "接单", "key": "take"}, {"text": "转给别人", "key": "pass"}]


def press(stage: Stage, userid: str = "lihua", key: str = "take", **data: Any) -> Json:
    shown = stage.app_phone(userid)[-1]
    return stage.emu(f"cards/{shown.id}/click", userid=userid, key=key, **data)


def shown_card(stage: Stage, userid: str = "lihua") -> Json:
    body: Json = stage.app_phone(userid)[-1].body
    one: Json = body["card"]
    return one


def update(stage: Stage, code: str, **data: Any) -> Json:
    return stage.app_api("message/update_template_card", response_code=code, **data)


# The app hears


def test_words_as_the_document_has_them(stage: Stage) -> None:
    told = stage.worker("text", text="修好了 ]]> <b>")
    assert told["deliveries"][0]["outcome"] == "silent"
    heard = stage.bot.heard[0]
    assert list(heard) == [
        "ToUserName",
        "FromUserName",
        "CreateTime",
        "MsgType",
        "Content",
        "MsgId",
        "AgentID",
    ]
    assert (heard["ToUserName"], heard["FromUserName"], heard["AgentID"]) == ("wwanju", "lihua", "1000002")
    assert (heard["MsgType"], heard["Content"]) == ("text", "修好了 ]]> <b>")
    assert stage.bot.envelopes[0].keys() == {"ToUserName", "AgentID", "Encrypt"}
    assert stage.bot.envelopes[0]["ToUserName"] == "wwanju"
    assert stage.bot.envelopes[0]["AgentID"] == "1000002"


def test_a_photo_is_fetched_by_its_media_id(stage: Stage) -> None:
    stage.worker("image", sample="repaired")
    heard = stage.bot.heard[0]
    assert (heard["MsgType"], heard["PicUrl"].startswith("http://emulator.test/")) == ("image", True)
    got = stage.app_get("media/get", access_token=stage.app_token(), media_id=heard["MediaId"])
    assert got.mimetype == "image/jpeg"
    assert got.get_data()[:3] == b"\xff\xd8\xff"
    assert stage.get(heard["PicUrl"].removeprefix("http://emulator.test")).get_data() == got.get_data()
    assert "照片" in stage.refused("apps/anju-app/members/lihua/image")


def test_voice_place_and_anything_else(stage: Stage) -> None:
    stage.worker("voice", text="修好了")
    stage.worker("location", lat=31.2, lon=121.4, label="3 号楼")
    stage.worker("enter")
    stage.worker("event", event="subscribe")
    stage.worker("message", type="video", fields={"MediaId": "m", "ThumbMediaId": "t"})
    voice, place, enter, subscribe, video = stage.bot.heard
    assert (voice["Format"], "Recognition" in voice) == ("amr", False)
    assert (place["Location_X"], place["Location_Y"], place["AppType"]) == ("31.2", "121.4", "wxwork")
    assert (enter["Event"], enter["EventKey"], "MsgId" in enter) == ("enter_agent", "", False)
    assert (subscribe["Event"], video["ThumbMediaId"]) == ("subscribe", "t")
    assert "没有这个动作" in stage.refused("apps/anju-app/members/lihua/dance")
    assert "没有这个应用" in stage.refused("apps/anju-app/members/stranger/text", text="x")
    assert "缺少 text" in stage.refused("apps/anju-app/members/lihua/text")


def test_any_words_come_in_a_genuine_envelope(stage: Stage) -> None:
    stage.worker("raw", xml="<xml><MsgType>dance</MsgType></xml>")
    assert stage.bot.heard == [{"MsgType": "dance"}]


def test_four_attempts_carry_one_message(stage: Stage) -> None:
    stage.bot.raw = lambda: (500, b"")
    told = stage.worker("text", text="在吗")
    assert len(told["deliveries"][0]["attempts"]) == 4
    assert len({one["MsgId"] for one in stage.bot.heard}) == 1
    assert stage.app_phone()[-1].kind == "notice"
    stage.bot.raw = lambda: None
    stage.worker("text", text="还在吗")
    assert len({one["MsgId"] for one in stage.bot.heard}) == 2


def test_repeats_after_an_answer_that_was_lost(stage: Stage) -> None:
    stage.bot.tell = lambda fields: "收到"
    stage.emu("faults", where="callback/wecom/anju-app", what="drop_answer", n=1)
    stage.worker("text", text="在吗")
    assert len(stage.bot.heard) == 2
    assert [one.body["text"] for one in stage.app_phone()] == ["在吗", "收到"]


def test_verification_of_the_address(stage: Stage) -> None:
    assert stage.emu("verify")["apps"] == {"anju-app": {"ok": True, "status": 200}}


def test_another_address_for_the_callback(make_stage: MakeStage) -> None:
    stage = make_stage(
        apps=[{**TOWN["apps"][0], "callback": "https://elsewhere.test/callback/wecom/anju-app"}]
    )
    assert stage.worker("text", text="x")["deliveries"][0]["outcome"] == "silent"


# The app answers


def test_words_in_the_answer(stage: Stage) -> None:
    stage.bot.tell = lambda fields: f"收到：{fields.get('Content', '您好')}"
    stage.bot.own_nonce = "4711"
    stage.worker("text", text="在吗")
    stage.worker("enter")
    assert [(one.sender, one.body["text"]) for one in stage.app_phone()] == [
        ("lihua", "在吗"),
        ("app", "收到：在吗"),
        ("app", "收到：您好"),
    ]


def test_a_picture_and_news_in_the_answer(stage: Stage) -> None:
    media_id = upload(stage, JPEG, "image")["media_id"]
    item = {"Title": "停水", "Description": "明天", "PicUrl": "", "Url": "https://x.test"}
    replies: list[Json] = [
        {"MsgType": "image", "Image": {"MediaId": media_id}},
        {"MsgType": "news", "ArticleCount": 2, "Articles": {"item": [item, item]}},
        {"MsgType": "news", "ArticleCount": 1, "Articles": {"item": item}},
    ]
    stage.bot.tell = lambda fields: replies.pop(0)
    for number in range(3):
        stage.worker("text", text=str(number))
    kinds = [one.kind for one in stage.app_phone() if one.sender == "app"]
    assert kinds == ["image", "news", "news"]
    assert len(stage.app_phone()[3].body["more"]) == 1


@pytest.mark.parametrize(
    "reply",
    [
        {"MsgType": "poem"},
        {"MsgType": "text", "Content": ""},
        {"MsgType": "text", "Content": "长" * 683},
        {"MsgType": "image", "Image": {"MediaId": "none"}},
        {"MsgType": "news", "ArticleCount": 2, "Articles": {"item": {"Title": "a"}}},
        {"MsgType": "update_button", "Button": {"ReplaceName": "好"}},
        {"MsgType": "text", "Content": "x", "FromUserName": "someone"},
        {"MsgType": "text", "Content": "x", "CreateTime": "now"},
    ],
)
def test_answers_that_wecom_does_not_take(stage: Stage, reply: Json) -> None:
    stage.bot.tell = lambda fields: reply
    assert stage.worker("text", text="在吗")["deliveries"][0]["outcome"] == "invalid"
    assert [one.kind for one in stage.app_phone()] == ["text", "notice"]


@pytest.mark.parametrize("body", [b"success", b"<xml></xml>", b"\xff", b"{}"])
def test_answers_that_are_no_envelope(stage: Stage, body: bytes) -> None:
    stage.bot.raw = lambda: (200, body)
    assert stage.worker("text", text="在吗")["deliveries"][0]["outcome"] == "invalid"


@pytest.mark.parametrize("wrong", ["signature", "receive id"])
def test_answers_under_a_wrong_seal(stage: Stage, wrong: str) -> None:
    seal = Seal("t4", KEY, "wwother" if wrong == "receive id" else "wwanju")
    sealed = seal.close(to_xml({"MsgType": "text"}).encode())
    signature = seal.sign("1", "2", sealed) if wrong == "receive id" else "0" * 40
    envelope = to_xml({"Encrypt": sealed, "MsgSignature": signature, "TimeStamp": 1, "Nonce": "2"})
    stage.bot.raw = lambda: (200, envelope.encode())
    told = stage.worker("text", text="在吗")["deliveries"][0]
    assert (told["outcome"], wrong in told["problem"]) == ("invalid", True)


def test_only_silence_answers_other_events(stage: Stage) -> None:
    stage.bot.tell = lambda fields: "好"
    assert stage.worker("event", event="batch_job_result")["deliveries"][0]["outcome"] == "invalid"
    assert stage.app_phone() == []


# Cards


@pytest.fixture
def with_card(stage: Stage) -> Stage:
    assert send_card(stage, card(button_list=PRESS))["errcode"] == 0
    return stage


def test_a_click_as_the_document_has_it(with_card: Stage) -> None:
    press(with_card)
    heard = with_card.bot.heard[0]
    assert list(heard) == [
        "ToUserName",
        "FromUserName",
        "CreateTime",
        "MsgType",
        "Event",
        "EventKey",
        "TaskId",
        "CardType",
        "ResponseCode",
        "AgentID",
    ]
    assert heard["Event"] == "template_card_event"
    assert (heard["EventKey"], heard["TaskId"], heard["CardType"]) == ("take", "j1", "button_interaction")
    assert (heard["FromUserName"], bool(heard["ResponseCode"])) == ("lihua", True)
    press(with_card)
    assert with_card.bot.heard[1]["ResponseCode"] != heard["ResponseCode"]


def test_a_click_that_is_not_answered_is_repeated_with_its_code(with_card: Stage) -> None:
    with_card.bot.raw = lambda: (500, b"")
    assert len(press(with_card)["deliveries"][0]["attempts"]) == 4
    assert len({one["ResponseCode"] for one in with_card.bot.heard}) == 1


def test_choices_and_the_menu_of_a_card(stage: Stage) -> None:
    selection = {
        "question_key": "when",
        "option_list": [{"id": "am", "text": "上午"}, {"id": "pm", "text": "下午"}],
    }
    menu = {"desc": "更多", "action_list": [{"text": "不再提醒", "key": "mute"}]}
    send_card(stage, card(button_selection=selection, action_menu=menu))
    press(stage, selected={"when": ["pm"]})
    press(stage, key="mute", selected={"when": ["pm"]})
    clicked, muted = stage.bot.heard
    item = clicked["SelectedItems"]["SelectedItem"]
    assert item == {"QuestionKey": "when", "OptionIds": {"OptionId": "pm"}}
    assert (muted["Event"], "SelectedItems" in muted) == ("template_card_menu_event", False)


def test_who_may_press(with_card: Stage) -> None:
    shown = with_card.app_phone()[-1]
    assert "别人" in with_card.refused(f"cards/{shown.id}/click", userid="wangwei", key="take")
    assert "没有这个按钮" in with_card.refused(f"cards/{shown.id}/click", userid="lihua", key="fly")


def test_the_answer_changes_the_card_of_who_pressed(with_card: Stage) -> None:
    with_card.bot.tell = lambda fields: {"MsgType": "update_button", "Button": {"ReplaceName": "您已接单"}}
    press(with_card)
    assert shown_card(with_card)["replace_text"] == "您已接单"
    assert "replace_text" not in shown_card(with_card, "wangwei")
    shown = with_card.app_phone()[-1]
    assert "已经更新" in with_card.refused(f"cards/{shown.id}/click", userid="lihua", key="take")


def test_an_update_before_the_answer_is_kept(with_card: Stage) -> None:
    def tell(fields: Json) -> Json:
        moved = card(main_title={"title": "已接单"}, button_list=PRESS)
        update(with_card, fields["ResponseCode"], atall=1, template_card=moved)
        return {"MsgType": "update_button", "Button": {"ReplaceName": "您已接单"}}

    with_card.bot.tell = tell
    press(with_card)
    shown = shown_card(with_card)
    assert (shown["main_title"], shown["replace_text"]) == ({"title": "已接单"}, "您已接单")


def test_the_answer_brings_a_whole_card(with_card: Stage) -> None:
    xml_card = {
        "CardType": "button_interaction",
        "MainTitle": {"Title": "工单 1024", "Desc": "已接单"},
        "HorizontalContentList": [{"KeyName": "楼", "Value": "3", "Type": 0}],
        "ButtonList": [
            {"Text": "到场", "Style": 1, "Key": "arrive"},
            {"Text": "退回", "Style": 2, "Key": "back"},
        ],
    }
    with_card.bot.tell = lambda fields: {"MsgType": "update_template_card", "TemplateCard": xml_card}
    press(with_card)
    assert shown_card(with_card) == {
        "task_id": "j1",
        "card_type": "button_interaction",
        "main_title": {"title": "工单 1024", "desc": "已接单"},
        "horizontal_content_list": [{"keyname": "楼", "value": "3", "type": 0}],
        "button_list": [
            {"text": "到场", "style": 1, "key": "arrive"},
            {"text": "退回", "style": 2, "key": "back"},
        ],
    }
    with_card.bot.tell = lambda fields: None
    press(with_card, key="arrive")
    assert with_card.bot.heard[-1]["TaskId"] == "j1"


@pytest.mark.parametrize(
    "reply",
    [
        {"MsgType": "text", "Content": "好"},
        {"MsgType": "update_button", "Button": {"ReplaceName": ""}},
        {"MsgType": "update_template_card", "TemplateCard": {"CardType": "poem"}},
        {
            "MsgType": "update_template_card",
            "TemplateCard": {
                "CardType": "button_interaction",
                "TaskId": "j9",
                "MainTitle": {"Title": "x"},
                "ButtonList": {"Text": "x", "Key": "x"},
            },
        },
    ],
)
def test_answers_to_a_click_that_wecom_does_not_take(with_card: Stage, reply: Json) -> None:
    with_card.bot.tell = lambda fields: reply
    assert press(with_card)["deliveries"][0]["outcome"] == "invalid"


# Updates by a code


def code_of(stage: Stage, **more: Any) -> str:
    return str(send_card(stage, card(button_list=PRESS, **more))["response_code"])


def test_an_update_for_some_and_who_did_not_get_the_card(stage: Stage) -> None:
    code = code_of(stage)
    answer = update(stage, code, userids=["WangWei", "Stranger"], button={"replace_name": "已由李华接单"})
    assert answer == {"errcode": 0, "errmsg": "ok", "invaliduser": ["stranger"]}
    assert shown_card(stage, "wangwei")["replace_text"] == "已由李华接单"
    assert "replace_text" not in shown_card(stage)


def test_an_update_for_all_by_the_code_of_a_click(with_card: Stage) -> None:
    press(with_card)
    code = with_card.bot.heard[0]["ResponseCode"]
    taken = card(main_title={"title": "工单 1024"}, button_list=[{"text": "到场", "key": "arrive"}])
    assert update(with_card, code, atall=1, template_card=taken)["invaliduser"] == []
    assert [shown_card(with_card, one)["button_list"][0]["key"] for one in ("lihua", "wangwei")] == [
        "arrive"
    ] * 2
    assert len(with_card.app_phone()) == 1


def test_an_update_to_a_plain_notice(stage: Stage) -> None:
    notice = {
        "card_type": "text_notice",
        "main_title": {"title": "已办结"},
        "card_action": {"type": 1, "url": "https://x.test"},
    }
    assert update(stage, code_of(stage), atall=1, template_card=notice)["errcode"] == 0
    assert shown_card(stage)["card_type"] == "text_notice"


def test_a_code_serves_once_within_72_hours(stage: Stage) -> None:
    button = {"replace_name": "已接单"}
    code = code_of(stage)
    assert update(stage, code, atall=1, button=button)["errcode"] == 0
    assert update(stage, code, atall=1, button=button)["errcode"] == 42022
    in_time, late = code_of(stage, task_id="j2"), code_of(stage, task_id="j3")
    stage.time.at += 72 * 3600
    assert update(stage, in_time, atall=1, button=button)["errcode"] == 0
    stage.time.at += 1
    assert update(stage, late, atall=1, button=button)["errcode"] == 40058
    assert update(stage, "made-up", atall=1, button=button)["errcode"] == 40058


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, 82001),
        ({"userids": ["stranger"]}, 81013),
        ({"partyids": [1]}, 81013),
        ({"userids": ["lihua"] * 1001}, 40032),
        ({"userids": "lihua"}, 40058),
        ({"atall": 1, "button": None}, 40058),
        ({"atall": 1, "button": {}}, 40058),
        ({"atall": 1, "template_card": {"card_type": "text_notice"}}, 40058),
        ({"atall": 1, "button": None, "template_card": {"card_type": "text_notice"}}, 42045),
        ({"atall": 1, "button": None, "template_card": "card"}, 40058),
        ({"atall": 1, "agentid": 7}, 40056),
    ],
)
def test_updates_that_are_refused_leave_the_code(stage: Stage, data: Json, code: int) -> None:
    saved = code_of(stage)
    assert update(stage, saved, **({"button": {"replace_name": "好"}} | data))["errcode"] == code
    assert "replace_text" not in shown_card(stage)
    assert update(stage, saved, userids=["lihua"], button={"replace_name": "好"})["errcode"] == 0


def test_a_new_task_id_must_be_unused(stage: Stage) -> None:
    code_of(stage, task_id="old")
    code = code_of(stage)
    assert update(stage, code, atall=1, template_card=card("old"))["errcode"] == 42014
    assert update(stage, code, atall=1, template_card=card("new"))["errcode"] == 0
    assert send_card(stage, card("new"))["errcode"] == 42014
    press(stage)
    assert stage.bot.heard[-1]["TaskId"] == "new"


def test_a_code_belongs_to_its_app(make_stage: MakeStage) -> None:
    one = TOWN["apps"][0]
    stage = make_stage(apps=[one, {**one, "name": "other", "agentid": 3, "secret": "s2"}])
    code = code_of(stage)
    token = stage.app_token("other")
    button = {"replace_name": "好"}
    answer = stage.app_api(
        "message/update_template_card", token=token, agentid=3, response_code=code, atall=1, button=button
    )
    assert answer["errcode"] == 40058


def test_the_first_click_wins_on_both_phones(with_card: Stage) -> None:
    """The story the channel plays: the answer for who pressed, the click's code for the others."""
    with_card.bot.tell = lambda fields: {"MsgType": "update_button", "Button": {"ReplaceName": "您已接单"}}
    press(with_card, "wangwei")
    code = with_card.bot.heard[0]["ResponseCode"]
    update(with_card, code, userids=["lihua"], button={"replace_name": "已由王伟接单"})
    assert shown_card(with_card, "wangwei")["replace_text"] == "您已接单"
    assert shown_card(with_card, "lihua")["replace_text"] == "已由王伟接单"


def test_cards_codes_and_files_survive_a_restart(make_stage: MakeStage, tmp_path: Any) -> None:
    first = make_stage(data=tmp_path)
    code, token = code_of(first), first.app_token()
    first.world.close()
    second = make_stage(data=tmp_path)
    assert second.app_token() == token
    assert update(second, code, atall=1, button={"replace_name": "已接单"})["errcode"] == 0
    assert shown_card(second)["replace_text"] == "已接单"


def test_the_story_over_http(stage: Stage) -> None:
    """A bot written from the document: all get the card, the first press wins, nobody is left behind."""
    session = requests.Session()
    session.mount("http://emulator.test/", InProcess(stage.app))
    names = {"lihua": "李华", "wangwei": "王伟"}
    stage.bot.tell = FakeApp(stage.town.apps[0], "http://emulator.test", names, session).tell
    stage.worker("text", text="派单")
    assert [one.kind for one in stage.app_phone()] == ["text", "card", "text"]
    offered = {one: stage.app_phone(one)[index].id for one, index in (("lihua", 1), ("wangwei", 0))}
    stage.emu(f"cards/{offered['wangwei']}/click", userid="wangwei", key="take")
    mine, theirs = stage.app_phone("wangwei")[0].body["card"], stage.app_phone()[1].body["card"]
    assert [one["text"] for one in mine["button_list"]] == ["到场", "退回"]
    assert theirs["replace_text"] == "已由王伟接单"
    assert "已经更新" in stage.refused(f"cards/{offered['lihua']}/click", userid="lihua", key="take")


# Known answers


def test_the_documents_own_envelopes_open_as_an_app_gets_them() -> None:
    """The published vectors with a corpid as receive id: a text message in XML, and an echostr."""
    known = {one["id"]: one for one in WECOM["callback_vectors"]}
    seen = []
    for name in ("tencent-doc-decryptmsg", "tencent-doc-verifyurl"):
        one = known[name]
        seal = Seal(one["token"], one["encoding_aes_key"], one["receiveid"])
        seal.check(one["msg_signature"], one["timestamp"], one["nonce"], one["encrypt"])
        seen.append(seal.open(one["encrypt"]))
    fields = from_xml(seen[0])
    assert (fields["MsgType"], fields["Content"], fields["AgentID"]) == ("text", "hello", "218")
    assert seen[1] == b"1616140317555161061"
