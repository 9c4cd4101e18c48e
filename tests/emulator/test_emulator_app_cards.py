"""The cards of a self-built app: presses, answers to them, and updates by a code."""

from typing import Any

import pytest
import requests

from emulator.transport import InProcess
from tests.emulator.apps import card, send_card
from tests.emulator.fake_app import FakeApp
from tests.emulator.pressing import PRESS, Json, press, shown_card, update
from tests.emulator.stage import TOWN, MakeStage, Stage

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
