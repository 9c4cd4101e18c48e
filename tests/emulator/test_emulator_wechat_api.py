"""The account's API: tokens, windows, quotas, templates, menus, codes, media, kinds of account."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from emulator.transport import InProcess
from emulator.wechat_media import UPLOAD_BYTES
from tests.emulator.stage import NOON, ZHANG, MakeStage, Stage

API = "/api.weixin.qq.com/cgi-bin"
TEMPLATE = {
    "thing1": {"value": "3 号楼电梯故障"},
    "character_string2": {"value": "WX-1024"},
    "phrase3": {"value": "已派工"},
    "time4": {"value": "2026年11月22日 15:01"},
}


def test_plain_tokens_replace_each_other_with_five_minutes_of_grace(follower: Stage) -> None:
    def fetch() -> str:
        return str(follower.get(f"{API}/token", query_string=follower.identity()).get_json()["access_token"])

    first, stable = fetch(), follower.token()
    second = fetch()
    assert len({first, second, stable}) == 3
    follower.time.at += 299
    assert code_with(follower, first) == 0
    follower.time.at += 2
    assert [code_with(follower, token) for token in (first, second, stable)] == [42001, 0, 0]


def code_with(stage: Stage, token: str) -> int:
    body = stage.get(f"{API}/getcallbackip", query_string={"access_token": token}).get_json()
    return int(body.get("errcode", 0))


def test_unknown_and_missing_tokens(stage: Stage) -> None:
    assert code_with(stage, "nonsense") == 40001
    assert code_with(stage, "") == 41001


def test_stable_token_stays_the_same_until_five_minutes_before_its_end(stage: Stage) -> None:
    first = stage.api("stable_token", **stage.identity())
    stage.time.at += 7200 - 301
    again = stage.api("stable_token", **stage.identity())
    assert again["access_token"] == first["access_token"]
    assert again["expires_in"] == 301
    stage.time.at += 1
    renewed = stage.api("stable_token", **stage.identity())
    assert renewed["access_token"] != first["access_token"]
    assert code_with(stage, first["access_token"]) == code_with(stage, renewed["access_token"]) == 0


def test_force_refresh_kills_the_old_token_and_is_limited(stage: Stage) -> None:
    tokens = [stage.token()]
    for _ in range(20):
        tokens.append(stage.api("stable_token", force_refresh=True, **stage.identity())["access_token"])
        assert code_with(stage, tokens[-2]) == 42001
        stage.time.at += 30
    assert len(set(tokens)) == 21
    assert stage.api("stable_token", force_refresh=True, **stage.identity())["errcode"] == 45009


def test_force_refresh_within_thirty_seconds_changes_nothing(stage: Stage) -> None:
    first = stage.api("stable_token", force_refresh=True, **stage.identity())["access_token"]
    stage.time.at += 29
    assert stage.api("stable_token", force_refresh=True, **stage.identity())["access_token"] == first


@pytest.mark.parametrize(("change", "code"), [({"appid": "wx0"}, 40013), ({"secret": "no"}, 40125)])
def test_wrong_identity(stage: Stage, change: dict[str, str], code: int) -> None:
    assert stage.api("stable_token", **{**stage.identity(), **change})["errcode"] == code


def test_five_messages_within_48_hours_of_a_message(follower: Stage) -> None:
    assert follower.say("早") == 45015
    follower.resident("text", text="在吗")
    assert [follower.say(f"{n}") for n in range(6)] == [0, 0, 0, 0, 0, 45047]
    follower.resident("text", text="在吗")
    follower.time.at += 48 * 3600 - 1
    assert follower.say("还在") == 0
    follower.time.at += 1
    assert follower.say("过了") == 45015


@pytest.mark.parametrize(
    "action",
    [
        lambda stage: stage.resident("scan", scene="bld:1"),
        lambda stage: stage.resident("menu", key="meal"),
        lambda stage: stage.resident("choose", menu_id="101", content="满意"),
        lambda stage: (stage.resident("unfollow"), stage.resident("follow")),
    ],
)
def test_three_messages_within_a_minute(follower: Stage, action: Callable[[Stage], Any]) -> None:
    follower.raw_api("menu/create", button=[{"type": "click", "name": "订餐", "key": "meal"}])
    action(follower)
    assert [follower.say("x") for _ in range(4)] == [0, 0, 0, 45047]
    action(follower)
    follower.time.at += 60
    assert follower.say("x") == 45015


def test_a_tap_adds_to_the_window_of_a_message(follower: Stage) -> None:
    follower.resident("text", text="在吗")
    follower.resident("choose", menu_id="1", content="满意")
    assert [follower.say("x") for _ in range(9)] == [0] * 8 + [45047]


def test_a_view_button_opens_no_window(follower: Stage) -> None:
    follower.raw_api("menu/create", button=[{"type": "view", "name": "看看", "url": "https://example.com/"}])
    follower.resident("menu", key="https://example.com/")
    assert follower.bot.heard[-1]["Event"] == "VIEW"
    assert follower.say("x") == 45015


def test_strangers_and_leavers(follower: Stage) -> None:
    assert follower.say("x", openid="oNobody") == 40003
    follower.resident("text", text="在吗")
    follower.resident("unfollow")
    assert follower.say("x") == 43004
    follower.resident("follow")
    follower.time.at += 61
    assert follower.say("x") == 45015


def test_escapes_are_refused_but_a_backslash_is_not(follower: Stage) -> None:
    follower.resident("text", text="在吗")

    def post(body: bytes) -> int:
        answer = follower.app.test_client().post(
            f"{API}/message/custom/send?access_token={follower.token()}", data=body
        )
        return int(answer.get_json()["errcode"])

    body = {"touser": ZHANG, "msgtype": "text", "text": {"content": "你好"}}
    assert post(json.dumps(body).encode()) == 40033
    assert post(json.dumps(body, ensure_ascii=False).replace("你好", r"C:\\u4e2d").encode()) == 0
    assert follower.phone()[-1] == r"account: C:\u4e2d"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "长" * 683}}, 45002),
        ({"msgtype": "poem", "poem": {}}, 40008),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [{"id": "1", "content": "x"}] * 11}}, 45098),
        ({"msgtype": "news", "news": {"articles": [{"title": "a"}, {"title": "b"}]}}, 45008),
    ],
)
def test_refused_messages_cost_nothing(follower: Stage, message: dict[str, Any], code: int) -> None:
    follower.resident("text", text="在吗")
    assert follower.raw_api("message/custom/send", touser=ZHANG, **message) == code
    assert follower.world.windows.left(ZHANG)["left"] == 5


def test_a_menu_message_is_shown_and_tapped(follower: Stage) -> None:
    follower.resident("text", text="在吗")
    menu = {"head_content": "满意吗？", "list": [{"id": "1", "content": "满意"}], "tail_content": "谢谢"}
    assert follower.raw_api("message/custom/send", touser=ZHANG, msgtype="msgmenu", msgmenu=menu) == 0
    shown = follower.world.chats.of(f"resident/{ZHANG}")[-1]
    assert shown.body == {"head": "满意吗？", "choices": [{"id": "1", "content": "满意"}], "tail": "谢谢"}


def test_typing(follower: Stage) -> None:
    def typing(command: str) -> int:
        return follower.raw_api("message/custom/typing", touser=ZHANG, command=command)

    assert typing("Typing") == 45080
    follower.resident("text", text="在吗")
    assert [typing("Typing"), typing("Typing"), typing("Sing")] == [0, 45081, 45072]
    follower.time.at += 15
    assert typing("Typing") == 0
    assert follower.get("/emu/state").get_json()["residents"][0]["typing"] is True
    follower.say("好了")
    assert follower.get("/emu/state").get_json()["residents"][0]["typing"] is False


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("verified-service", [0, 0, 0, 0]),
        ("test", [0, 40200, 0, 0]),
        ("unverified", [48001, 48001, 48001, 48001]),
    ],
)
def test_kinds_of_account(make_stage: MakeStage, kind: str, codes: list[int]) -> None:
    stage = make_stage(kind=kind)
    stage.resident("follow")
    menu = {"head_content": "?", "list": [{"id": "1", "content": "好"}]}
    assert [
        stage.say("x"),
        stage.raw_api("message/custom/send", touser=ZHANG, msgtype="msgmenu", msgmenu=menu),
        stage.raw_api("menu/create", button=[{"type": "click", "name": "订餐", "key": "meal"}]),
        stage.raw_api("message/template/send", touser=ZHANG, template_id="T1", data=TEMPLATE),
    ] == codes


def test_daily_quotas_count_by_the_day_in_china(follower: Stage) -> None:
    follower.emu("quotas", **{"user/get": 2})

    def ask() -> int:
        body = follower.get(f"{API}/user/get", query_string={"access_token": follower.token()}).get_json()
        return int(body.get("errcode", 0))

    assert [ask() for _ in range(3)] == [0, 0, 45009]
    assert follower.raw_api("clear_quota", appid=follower.town.account.appid) == 0
    assert [ask() for _ in range(3)] == [0, 0, 45009]
    midnight_in_china = NOON - (NOON + 8 * 3600) % 86400 + 86400
    follower.time.at = midnight_in_china - 1
    assert ask() == 45009
    follower.time.at = midnight_in_china
    assert ask() == 0


def test_a_template_message_and_the_event_of_its_end(make_stage: MakeStage) -> None:
    stage = make_stage(hold=True)
    stage.resident("follow")
    sent = stage.api(
        "message/template/send", touser=ZHANG, template_id="T1", data=TEMPLATE, client_msg_id="c1"
    )
    again = stage.api(
        "message/template/send", touser=ZHANG, template_id="T1", data=TEMPLATE, client_msg_id="c1"
    )
    assert sent["msgid"] == again["msgid"]
    stage.emu("settle")
    ends = [one for one in stage.bot.heard if one.get("Event") == "TEMPLATESENDJOBFINISH"]
    assert [(one["MsgID"], one["Status"]) for one in ends] == [(str(sent["msgid"]), "success")]
    shown = [one for one in stage.world.chats.of(f"resident/{ZHANG}") if one.kind == "template"]
    assert [one.body["fields"][1] for one in shown] == [{"label": "编号", "value": "WX-1024"}]
    stage.time.at += 600
    later = stage.api(
        "message/template/send", touser=ZHANG, template_id="T1", data=TEMPLATE, client_msg_id="c1"
    )
    assert later["msgid"] != sent["msgid"]


def test_a_resident_who_refuses_templates(make_stage: MakeStage) -> None:
    stage = make_stage(hold=True)
    stage.resident("follow")
    stage.resident("refuse", on=True)
    assert stage.raw_api("message/template/send", touser=ZHANG, template_id="T1", data=TEMPLATE) == 0
    stage.emu("settle")
    assert stage.bot.heard[-1]["Status"] == "failed:user block"
    assert not [one for one in stage.world.chats.of(f"resident/{ZHANG}") if one.kind == "template"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", ""),
        ("thing1", "长" * 21),
        ("character_string2", "中文"),
        ("phrase3", "abc"),
        ("phrase3", "一二三四五六"),
        ("time4", "明天"),
    ],
)
def test_template_values_that_break_a_limit_name_the_field(follower: Stage, key: str, value: str) -> None:
    data = {**TEMPLATE, key: {"value": value}}
    refused = follower.api("message/template/send", touser=ZHANG, template_id="T1", data=data)
    assert refused["errcode"] == 47003
    assert key in refused["errmsg"]


def test_a_template_of_another_account(follower: Stage) -> None:
    assert follower.raw_api("message/template/send", touser=ZHANG, template_id="T9", data=TEMPLATE) == 40037


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([{"type": "click", "name": "订餐", "key": "k"}] * 4, 40016),
        ([{"type": "click", "name": "名字长了一点点", "key": "k"}], 40018),
        ([{"type": "click", "name": "订餐", "key": "k" * 129}], 40019),
        ([{"type": "dance", "name": "订餐", "key": "k"}], 40017),
        ([{"name": "更多", "sub_button": [{"type": "click", "name": "一", "key": "k"}] * 6}], 40023),
        ([{"name": "更多", "sub_button": [{"type": "click", "name": "长" * 21, "key": "k"}]}], 40025),
        ([{"type": "view", "name": "看", "url": ""}], 40020),
    ],
)
def test_menus_that_break_a_limit(stage: Stage, buttons: list[Any], code: int) -> None:
    assert stage.raw_api("menu/create", button=buttons) == code


def test_a_menu_is_kept_and_deleted(stage: Stage) -> None:
    def get() -> Any:
        return stage.get(f"{API}/menu/get", query_string={"access_token": stage.token()}).get_json()

    assert get()["errcode"] == 46003
    assert stage.raw_api("menu/create", button=[{"type": "click", "name": "订餐", "key": "meal"}]) == 0
    assert get()["menu"]["button"][0]["key"] == "meal"
    stage.get(f"{API}/menu/delete", query_string={"access_token": stage.token()})
    assert get()["errcode"] == 46003


def test_a_new_qr_code_appears_among_the_doors(stage: Stage) -> None:
    made = stage.api(
        "qrcode/create",
        action_name="QR_LIMIT_STR_SCENE",
        action_info={"scene": {"scene_str": "bld:12"}},
    )
    assert "expire_seconds" not in made
    picture = stage.get(f"/mp.weixin.qq.com/cgi-bin/showqrcode?ticket={made['ticket']}")
    assert picture.get_data()[:4] == b"\x89PNG"
    assert [one["scene"] for one in stage.get("/emu/state").get_json()["scenes"]] == ["bld:1", "bld:12"]
    assert stage.get("/mp.weixin.qq.com/cgi-bin/showqrcode?ticket=no").status_code == 404
    long = {"scene": {"scene_str": "x" * 65}}
    assert stage.api("qrcode/create", action_name="QR_LIMIT_STR_SCENE", action_info=long)["errcode"] == 40053


def test_media_up_and_down(follower: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UPLOAD_BYTES, "image", 100)

    def upload(kind: str, body: bytes) -> Any:
        answer = follower.app.test_client().post(
            f"{API}/media/upload",
            query_string={
                "access_token": follower.token(),
                "type": kind,
            },
            data={"media": (io.BytesIO(body), "a.jpg", "image/jpeg")},
        )
        return answer.get_json()

    def get(media_id: str) -> Any:
        query = {"access_token": follower.token(), "media_id": media_id}
        return follower.get(f"{API}/media/get", query_string=query)

    kept = upload("image", b"\xff\xd8\xff")
    assert get(kept["media_id"]).get_data() == b"\xff\xd8\xff"
    assert upload("poem", b"x")["errcode"] == 40004
    assert upload("image", b"x" * 101)["errcode"] == 40009
    follower.time.at += 3 * 86400 + 1
    late = get(kept["media_id"])
    assert (late.status_code, late.get_json()["errcode"]) == (200, 40007)


def test_users(follower: Stage) -> None:
    query = {"access_token": follower.token(), "openid": ZHANG}
    assert follower.get(f"{API}/user/info", query_string=query).get_json()["subscribe"] == 1
    assert follower.get(f"{API}/user/get", query_string=query).get_json()["data"] == {"openid": [ZHANG]}
    follower.resident("unfollow")
    assert follower.get(f"{API}/user/info", query_string=query).get_json() == {
        "subscribe": 0,
        "openid": ZHANG,
    }
    assert "data" not in follower.get(f"{API}/user/get", query_string=query).get_json()


def test_a_requests_session_reaches_the_emulator_without_a_socket(stage: Stage) -> None:
    session = requests.Session()
    session.mount("http://emulator.test/", InProcess(stage.app))
    answer = session.post(f"http://emulator.test{API}/stable_token", json=stage.identity(), timeout=5)
    assert answer.json()["access_token"] == stage.token()
