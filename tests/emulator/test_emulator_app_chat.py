"""A self-built app of WeCom: what it hears, and what it may answer."""

import pytest

from emulator.crypto import Seal
from emulator.wire import from_xml, to_xml
from tests.emulator.apps import JPEG, upload
from tests.emulator.pressing import Json
from tests.emulator.stage import KEY, TOWN, MakeStage, Stage
from tests.emulator.test_emulator_crypto import WECOM

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
