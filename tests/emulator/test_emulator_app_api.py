"""A self-built app of WeCom: its tokens, its messages, its files, and how fast it may write."""

from typing import Any

import pytest

from emulator.server import create_app
from emulator.town import BadTown, read_town
from tests.emulator.apps import JPEG, card, send_card, upload
from tests.emulator.stage import KEY, TOWN, MakeStage, Stage

Json = dict[str, Any]


def text(stage: Stage, content: str = "早", touser: str = "lihua", **more: Any) -> Json:
    return stage.app_api("message/send", touser=touser, msgtype="text", text={"content": content}, **more)


def send(stage: Stage, **data: Any) -> int:
    return int(stage.app_api("message/send", **({"touser": "lihua"} | data))["errcode"])


def two_apps(make_stage: MakeStage, **second: Any) -> Stage:
    """A stage with another app besides; by default of another corp."""
    other = {**TOWN["apps"][0], "name": "other", "corpid": "wwother", "secret": "s2", **second}
    return make_stage(apps=[TOWN["apps"][0], other])


# Tokens


def test_the_same_token_until_it_is_over(stage: Stage) -> None:
    first = stage.app_token()
    stage.time.at += 7199
    assert stage.app_token() == first
    assert text(stage)["errcode"] == 0
    stage.time.at += 1
    assert stage.app_api("message/send", token=first)["errcode"] == 42001
    assert stage.app_token() != first
    assert text(stage)["errcode"] == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"corpid": "wwanju", "corpsecret": "wrong"}, 40001),
        ({"corpid": "wwnobody", "corpsecret": "app-secret"}, 40013),
        ({"corpsecret": "app-secret"}, 41002),
        ({"corpid": "wwanju"}, 41004),
    ],
)
def test_who_gets_no_token(stage: Stage, query: dict[str, str], code: int) -> None:
    assert stage.app_get("gettoken", **query).get_json()["errcode"] == code


def test_the_answer_of_gettoken(stage: Stage) -> None:
    answer = stage.app_get("gettoken", corpid="wwanju", corpsecret="app-secret").get_json()
    assert answer.items() >= {"errcode": 0, "errmsg": "ok", "expires_in": 7200}.items()


def test_no_unknown_and_foreign_tokens(stage: Stage) -> None:
    assert stage.app_api("message/send", token="")["errcode"] == 41001
    assert stage.app_api("message/send", token="made-up")["errcode"] == 40014
    assert stage.app_api("message/send", token=stage.token())["errcode"] == 40014
    assert stage.api("message/custom/send", token=stage.app_token())["errcode"] == 40001


def test_an_app_speaks_for_itself_only(make_stage: MakeStage) -> None:
    stage = two_apps(make_stage, corpid="wwanju", agentid=1000003)
    assert text(stage, agentid=1000003)["errcode"] == 301002
    assert text(stage, agentid=7)["errcode"] == 40056
    assert text(stage, agentid="1000002")["errcode"] == 40056
    assert text(stage, agentid=None)["errcode"] == 41011
    assert stage.app_token("anju-app") != stage.app_token("other")


# Messages


def test_a_message_reaches_each_chat(stage: Stage) -> None:
    answer = text(stage, touser="LiHua|wangwei|lihua")
    assert (answer["errcode"], "invaliduser" in answer, "response_code" in answer) == (0, False, False)
    assert answer["msgid"]
    assert [one.body for one in stage.app_phone()] == [{"text": "早"}]
    assert [one.sender for one in stage.app_phone("wangwei")] == ["app"]
    assert text(stage, touser="@all")["errcode"] == 0
    assert len(stage.app_phone("wangwei")) == 2


def test_who_does_not_see_the_app_comes_back(stage: Stage) -> None:
    assert text(stage, touser="lihua|Stranger", toparty="1|2")["invaliduser"] == "stranger"
    assert text(stage, touser="lihua", toparty="1|2")["invalidparty"] == "1|2"
    lost = text(stage, touser="Stranger|X")
    assert (lost["errcode"], lost["invaliduser"]) == (81013, "stranger|x")
    stage.worker("visible", on=False)
    assert text(stage)["errcode"] == 81013
    assert "不可见" in stage.refused("apps/anju-app/members/lihua/text", text="在吗")
    stage.worker("visible")
    assert text(stage)["errcode"] == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"touser": ""}, 82001),
        ({"touser": "|".join(["lihua"] * 1001)}, 40032),
        ({"toparty": "|".join(["1"] * 101)}, 82002),
        ({"totag": "|".join(["1"] * 101)}, 82003),
    ],
)
def test_lists_of_receivers(stage: Stage, data: Json, code: int) -> None:
    assert send(stage, msgtype="text", text={"content": "早"}, **data) == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"msgtype": "poem"}, 40008),
        ({"msgtype": "text"}, 40058),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "长" * 682 + "ab"}}, 0),
        ({"msgtype": "text", "text": {"content": "长" * 683}}, 45002),
        ({"msgtype": "markdown", "markdown": {"content": "**好**"}}, 0),
        ({"msgtype": "markdown", "markdown": {"content": "长" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "image", "image": {}}, 41006),
        ({"msgtype": "textcard", "textcard": {"title": "a", "description": "b", "url": "https://x.test"}}, 0),
        ({"msgtype": "textcard", "textcard": {"title": "a", "description": "b"}}, 40058),
        ({"msgtype": "textcard", "textcard": {"title": "长" * 43, "description": "b", "url": "u"}}, 45002),
        ({"msgtype": "news", "news": {"articles": [{"title": "a", "url": "https://x.test"}]}}, 0),
        ({"msgtype": "news", "news": {"articles": [{"title": "a", "url": "u"}] * 9}}, 45008),
        ({"msgtype": "news", "news": {"articles": [{"title": "a"}]}}, 40058),
    ],
)
def test_what_an_app_may_say(stage: Stage, data: Json, code: int) -> None:
    assert send(stage, **data) == code
    assert len(stage.app_phone()) == (code == 0)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]"])
def test_bodies_that_are_no_request(stage: Stage, body: bytes) -> None:
    answer = stage.app.test_client().post(
        "/qyapi.weixin.qq.com/cgi-bin/message/send",
        query_string={"access_token": stage.app_token()},
        data=body,
    )
    assert answer.get_json()["errcode"] == (47001 if body else 44002)


def test_the_same_request_is_shown_once_if_the_app_asks(stage: Stage) -> None:
    first = text(stage, enable_duplicate_check=1)
    again = text(stage, enable_duplicate_check=1)
    assert (first["errcode"], again["errcode"], "msgid" in again) == (0, 0, False)
    assert len(stage.app_phone()) == 1
    text(stage)
    text(stage, "别的", enable_duplicate_check=1)
    assert len(stage.app_phone()) == 3
    stage.time.at += 1800
    text(stage, enable_duplicate_check=1)
    assert len(stage.app_phone()) == 4
    assert text(stage, enable_duplicate_check=1, duplicate_check_interval=14401)["errcode"] == 40058


# How fast


def test_more_than_thirty_a_minute_are_thrown_away_without_an_error(stage: Stage) -> None:
    assert {text(stage, str(n), touser="lihua|wangwei")["errcode"] for n in range(31)} == {0}
    assert len(stage.app_phone()) == len(stage.app_phone("wangwei")) == 30
    assert stage.get("/emu/state").get_json()["apps"][0]["dropped"] == {"lihua": 1, "wangwei": 1}
    stage.time.at += 60
    text(stage)
    assert len(stage.app_phone()) == 31


def test_a_thousand_an_hour(stage: Stage) -> None:
    stage.world.store.put("app_sent", "anju-app/lihua", {"at": [int(stage.time.at) - 1800] * 999})
    text(stage)
    text(stage)
    assert len(stage.app_phone()) == 1


def test_the_app_has_a_day(stage: Stage) -> None:
    stage.world.store.put("app_day", "anju-app", {"day": stage.world.clock.today(), "count": 200 * 200 - 2})
    assert [text(stage, touser="lihua|wangwei")["errcode"], text(stage)["errcode"]] == [0, 45009]
    stage.time.at += 86400
    assert text(stage)["errcode"] == 0


def test_a_daily_limit_of_a_rehearsal(stage: Stage) -> None:
    stage.emu("quotas", **{"app/message/send": 1, "app/gettoken": 3})
    assert [text(stage)["errcode"], text(stage)["errcode"]] == [0, 45009]
    stage.app_token()
    answer = stage.app_get("gettoken", corpid="wwanju", corpsecret="app-secret").get_json()
    assert answer["errcode"] == 45009


# Files


def test_a_file_goes_up_and_comes_back(stage: Stage) -> None:
    sent = upload(stage, JPEG, "image")
    assert (sent["errcode"], sent["type"], sent["created_at"].isdigit()) == (0, "image", True)
    got = stage.app_get("media/get", access_token=stage.app_token(), media_id=sent["media_id"])
    assert got.get_data() == JPEG
    assert "a.jpg" in got.headers["Content-Disposition"]
    assert send(stage, msgtype="image", image={"media_id": sent["media_id"]}) == 0
    shown = stage.app_phone()[-1]
    assert (shown.kind, shown.body["media"]) == ("image", sent["media_id"])
    stage.time.at += 3 * 86400 + 1
    late = stage.app_get("media/get", access_token=stage.app_token(), media_id=sent["media_id"])
    assert late.get_json()["errcode"] == 40007


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (JPEG, "poem", 40004),
        (b"GIF89a....", "image", 40004),
        (b"", "image", 44001),
        (b"12345", "file", 40006),
        (b"123456", "file", 0),
        (JPEG + bytes(2 * 1024 * 1024), "image", 40009),
        (bytes(2 * 1024 * 1024 + 1), "voice", 40006),
    ],
)
def test_files_that_may_go_up(stage: Stage, body: bytes, kind: str, code: int) -> None:
    assert upload(stage, body, kind)["errcode"] == code


def test_a_file_belongs_to_its_corp(make_stage: MakeStage) -> None:
    stage = two_apps(make_stage)
    media_id = upload(stage, JPEG, "image")["media_id"]
    for token, media, code in (
        (stage.app_token("other"), media_id, 40007),
        (stage.app_token(), "none", 40007),
        (stage.app_token(), "", 41006),
        ("", media_id, 41001),
    ):
        answer = stage.app_get("media/get", access_token=token, media_id=media)
        assert (answer.status_code, answer.get_json()["errcode"]) == (200, code)
    kin = two_apps(make_stage, corpid="wwanju", agentid=3)
    media_id = upload(kin, JPEG, "image")["media_id"]
    assert kin.app_get("media/get", access_token=kin.app_token("other"), media_id=media_id).get_data() == JPEG


def test_addresses_need_a_token(stage: Stage) -> None:
    assert stage.app_get("getcallbackip", access_token=stage.app_token()).get_json()["ip_list"]
    assert stage.app_get("get_api_domain_ip", access_token="x").get_json()["errcode"] == 40014


# Cards


def test_a_card_gives_a_response_code(stage: Stage) -> None:
    answer = send_card(stage, card())
    assert (answer["errcode"], bool(answer["response_code"])) == (0, True)
    assert [one.kind for one in stage.app_phone()] == ["card"]
    notice = {
        "card_type": "text_notice",
        "main_title": {"title": "停水"},
        "card_action": {"type": 1, "url": "https://x.test"},
    }
    assert "response_code" not in send_card(stage, notice)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"card_type": "poem"}, 40058),
        ({"task_id": ""}, 42014),
        ({"task_id": "中文"}, 42014),
        ({"task_id": "x" * 129}, 42014),
        ({"task_id": "x" * 128}, 0),
        ({"button_list": []}, 40058),
        ({"button_list": [{"text": "接", "key": str(n)} for n in range(7)]}, 40058),
        ({"button_list": [{"text": "接", "key": "a"}, {"text": "转", "key": "a"}]}, 40058),
        ({"button_list": [{"text": "接", "key": "k" * 1025}]}, 40058),
        ({"button_list": [{"text": "打开", "type": 1, "url": "https://x.test"}]}, 0),
        ({"button_list": [{"text": "打开", "type": 1}]}, 40058),
        ({"main_title": {"title": "长" * 27}}, 40058),
        ({"horizontal_content_list": [{"keyname": "楼", "value": "3"}]}, 0),
        ({"horizontal_content_list": [{"keyname": "图", "value": "a.jpg", "type": 2}]}, 40058),
        (
            {"horizontal_content_list": [{"keyname": "图", "value": "a.jpg", "type": 2, "media_id": "x"}]},
            40007,
        ),
        ({"card_type": "text_notice"}, 42045),
        ({"main_title": "不是对象"}, 40058),
    ],
)
def test_which_cards_an_app_may_send(stage: Stage, change: Json, code: int) -> None:
    assert send_card(stage, card(**change))["errcode"] == code


def test_a_task_id_cannot_come_twice(stage: Stage) -> None:
    assert [send_card(stage, card())["errcode"], send_card(stage, card())["errcode"]] == [0, 42014]
    assert send_card(stage, card("j2"))["errcode"] == 0
    assert len(stage.app_phone()) == 2


def test_without_a_callback_no_card_can_be_pressed(make_stage: MakeStage) -> None:
    stage = make_stage(apps=[{**TOWN["apps"][0], "callback": ""}])
    assert send_card(stage, card())["errcode"] == 43012
    assert text(stage)["errcode"] == 0
    assert stage.worker("text", text="在吗")["deliveries"] == []
    assert stage.emu("verify")["apps"] == {}


# Faults


def test_faults_of_an_app_leave_the_account_alone(stage: Stage) -> None:
    stage.emu("faults", where="app/media/get", what="errcode", errcode=-1, times=None)
    sent = upload(stage, JPEG, "image")["media_id"]
    got = stage.app_get("media/get", access_token=stage.app_token(), media_id=sent)
    assert got.get_json()["errcode"] == -1
    query = {"access_token": stage.token(), "media_id": "x"}
    assert (
        stage.get("/api.weixin.qq.com/cgi-bin/media/get", query_string=query).get_json()["errcode"] == 40007
    )


def test_faults_of_the_wire_and_lost_answers(stage: Stage) -> None:
    token = stage.app_token()
    url, query = "/qyapi.weixin.qq.com/cgi-bin/message/send", {"access_token": token}
    body = {"agentid": 1000002, "touser": "lihua", "msgtype": "text", "text": {"content": "早"}}
    stage.emu("faults", where="app/message/send", what="http", status=503)
    assert stage.app.test_client().post(url, query_string=query, json=body).status_code == 503
    stage.emu("faults", where="message/send", what="lost")
    assert stage.app.test_client().post(url, query_string=query, json=body).status_code == 502
    assert len(stage.app_phone()) == 1
    stage.emu("faults", where="app", what="errcode", errcode=45009)
    answer = stage.app.test_client().post(url, query_string=query, json=body)
    assert answer.get_json()["errcode"] == 45009


def test_tokens_of_apps_expire_too(stage: Stage) -> None:
    first = stage.app_token()
    stage.emu("faults", where="app/message/send", what="expire_token")
    assert text(stage)["errcode"] == 42001
    assert stage.app_token() != first
    assert text(stage)["errcode"] == 0


# The town file


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "anju"}, "name of its own"),
        ({"agentid": "1000002"}, "agentid must be a number"),
        ({"users": ["lihua", "nobody"]}, "add nobody to members"),
        ({"colour": "red"}, "emulator/README.md"),
    ],
)
def test_a_wrong_app_says_what_to_change(change: Json, words: str) -> None:
    with pytest.raises(BadTown, match=words):
        read_town({**TOWN, "apps": [{**TOWN["apps"][0], **change}]})


def test_two_apps_of_a_corp_need_two_numbers() -> None:
    one = TOWN["apps"][0]
    with pytest.raises(BadTown, match="1000002 is taken"):
        read_town({**TOWN, "apps": [one, {**one, "name": "second"}]})


def test_a_town_without_apps_goes_on_working() -> None:
    app = create_app(read_town({name: value for name, value in TOWN.items() if name != "apps"}))
    with app.test_client() as client:
        assert client.get("/emu/state").get_json()["apps"] == []
        answer = client.get("/qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=a&corpsecret=b")
        assert answer.get_json()["errcode"] == 40013
    app.extensions["emulator"].close()


def test_no_secret_of_an_app_is_shown(stage: Stage) -> None:
    stage.worker("text", text="x")
    state = stage.get("/emu/state").get_data(as_text=True)
    assert not [secret for secret in (KEY, "app-secret", "wwanju", '"t4"') if secret in state]
