"""Scripted faults, the clock, and what a restart must not lose."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from emulator.photos import GPS_TAG, SAMPLES, sample_photo
from emulator.town import BadTown, load_town, read_town
from tests.emulator.stage import TOWN, ZHANG, MakeStage, Stage


def send(stage: Stage) -> Any:
    """A customer-service text; the whole HTTP answer."""
    body = stage.app.json.dumps({"touser": ZHANG, "msgtype": "text", "text": {"content": "好"}})
    query = {"access_token": stage.token()}
    return stage.app.test_client().post(
        "/api.weixin.qq.com/cgi-bin/message/custom/send", query_string=query, data=body
    )


@pytest.fixture
def talking(follower: Stage) -> Stage:
    follower.resident("text", text="在吗")
    follower.bot.heard.clear()
    return follower


def shown(stage: Stage) -> int:
    return stage.phone().count("account: 好")


def test_an_error_code_a_number_of_times(talking: Stage) -> None:
    talking.emu("faults", where="custom/send", what="errcode", errcode=-1, times=2)
    assert [send(talking).get_json()["errcode"] for _ in range(3)] == [-1, -1, 0]
    assert shown(talking) == 1


def test_a_fault_for_a_while(talking: Stage) -> None:
    talking.emu("faults", where="custom/send", what="errcode", errcode=45015, times=None, seconds_on=60)
    assert [send(talking).get_json()["errcode"] for _ in range(3)] == [45015] * 3
    talking.time.at += 60
    assert send(talking).get_json()["errcode"] == 0


def test_a_fault_for_ever_until_it_is_taken_back(talking: Stage) -> None:
    fault = talking.emu("faults", where="*", what="errcode", errcode=40001, times=None)
    assert talking.api("stable_token", token="", **talking.identity())["errcode"] == 40001
    talking.app.test_client().delete(f"/emu/faults/{fault['id']}")
    assert send(talking).get_json()["errcode"] == 0


def test_faults_of_the_wire(talking: Stage) -> None:
    talking.emu("faults", where="custom/send", what="http", status=503)
    assert send(talking).status_code == 503
    talking.emu("faults", where="custom/send", what="garbage")
    garbage = send(talking)
    assert (garbage.status_code, garbage.get_json(silent=True)) == (200, None)
    assert shown(talking) == 0


def test_a_hang_and_a_lost_answer_still_deliver(talking: Stage) -> None:
    talking.emu("faults", where="custom/send", what="hang", seconds=7)
    assert send(talking).get_json()["errcode"] == 0
    assert talking.waits[-1] == 7
    talking.emu("faults", where="custom/send", what="lost")
    assert send(talking).status_code == 502
    assert shown(talking) == 2


def test_tokens_expire_at_once(talking: Stage) -> None:
    first = talking.token()
    talking.emu("faults", where="custom/send", what="expire_token")
    assert send(talking).get_json()["errcode"] == 42001
    assert talking.token() != first
    assert send(talking).get_json()["errcode"] == 0


def test_probability_is_drawn_with_a_seed(make_stage: MakeStage) -> None:
    def run(seed: int) -> list[int]:
        stage = make_stage()
        stage.resident("follow")
        stage.resident("text", text="在吗")
        stage.emu(
            "faults", where="webhook/send", what="errcode", errcode=-1, times=None, probability=0.5, seed=seed
        )
        call = {"msgtype": "text", "text": {"content": "x"}}
        client = stage.app.test_client()
        url = "/qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K1"
        return [client.post(url, json=call).get_json()["errcode"] for _ in range(12)]

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert set(run(1)) == {0, -1}


def test_duplicates_come_at_once(talking: Stage) -> None:
    talking.emu("faults", where="callback/wechat", what="duplicate", n=2)
    told = talking.resident("text", text="在吗")
    assert len(told["deliveries"]) == 3
    assert len({heard["MsgId"] for heard in talking.bot.heard}) == 1
    assert len(talking.bot.heard) == 3
    talking.resident("text", text="再说一句")
    assert len(talking.bot.heard) == 4


def test_a_duplicate_answer_is_shown_once(talking: Stage) -> None:
    talking.bot.say = lambda fields: "收到"
    talking.emu("faults", where="callback", what="duplicate", n=1)
    talking.resident("text", text="在吗")
    assert talking.phone().count("account: 收到") == 1


def test_out_of_order(talking: Stage) -> None:
    talking.emu("faults", where="callback", what="disorder")
    assert talking.resident("text", text="一")["deliveries"][0]["outcome"] == "held"
    talking.resident("text", text="二")
    assert [heard["Content"] for heard in talking.bot.heard] == ["二", "一"]
    talking.emu("faults", where="callback", what="disorder")
    talking.resident("text", text="三")
    talking.emu("settle")
    assert talking.bot.heard[-1]["Content"] == "三"


def test_a_dropped_answer_is_repeated_after_five_seconds(talking: Stage) -> None:
    talking.bot.say = lambda fields: "收到"
    talking.emu("faults", where="callback", what="drop_answer")
    told = talking.resident("text", text="在吗")["deliveries"][0]
    assert [one["status"] for one in told["attempts"]] == [200, 200]
    assert 5 in talking.waits
    assert talking.phone().count("account: 收到") == 1


def test_a_fault_that_makes_no_sense_says_why(stage: Stage) -> None:
    assert "what must be one of" in stage.refused("faults", where="*", what="earthquake")
    assert "where and what" in stage.refused("faults", what="hang", color="red")


def test_the_clock_moves_and_the_bot_is_told(follower: Stage) -> None:
    follower.resident("text", text="在吗")
    moved = follower.emu("clock", advance_seconds=3600)
    assert moved["offset_seconds"] == 3600
    assert moved["bot_told"] is True
    assert follower.bot.offsets == [(3600, "ops")]
    follower.resident("text", text="一小时后")
    stamps = [int(heard["CreateTime"]) for heard in follower.bot.heard]
    assert stamps[1] - stamps[0] == 3600
    follower.emu("clock", reset=True)
    assert follower.bot.offsets[-1] == (0, "ops")
    assert follower.get("/emu/clock").get_json()["offset_seconds"] == 0


@pytest.mark.parametrize("step", [0, -1, 400 * 86400 + 1])
def test_the_clock_refuses_odd_steps(stage: Stage, step: int) -> None:
    assert "advance_seconds" in stage.refused("clock", advance_seconds=step)


def test_windows_and_tokens_follow_the_moved_clock(follower: Stage) -> None:
    follower.resident("text", text="在吗")
    old = follower.token()
    follower.emu("clock", advance_seconds=48 * 3600)
    assert follower.say("晚了") == 45015
    assert follower.token() != old


def test_a_restart_loses_nothing(make_stage: MakeStage, tmp_path: Path) -> None:
    first = make_stage(data=tmp_path)
    made = first.emu("residents", name="李大爷")
    first.resident("follow")
    first.resident("text", text="在吗")
    first.resident("image", sample="lift")
    first.raw_api("menu/create", button=[{"type": "click", "name": "订餐", "key": "meal"}])
    assert [first.say(f"{n}") for n in range(4)] == [0] * 4
    first.emu("clock", advance_seconds=600)
    token, phone = first.token(), first.phone()
    photo = first.world.chats.of(f"resident/{ZHANG}")[2].body["media"]
    last_id = int(first.bot.heard[-1]["MsgId"])

    again = make_stage(data=tmp_path)
    state = again.get("/emu/state").get_json()
    assert again.phone() == phone
    assert [one["name"] for one in state["residents"]] == ["张阿姨", made["name"]]
    assert state["menu"][0]["key"] == "meal"
    assert state["offset_seconds"] == 600
    assert state["residents"][0]["window"]["left"] == 4
    assert again.token() == token
    assert again.get(f"/emu/media/{photo}").status_code == 200
    again.resident("text", text="还在吗")
    assert int(again.bot.heard[-1]["MsgId"]) > last_id


def test_reset_makes_everything_new(follower: Stage) -> None:
    follower.resident("text", text="在吗")
    follower.emu("residents", name="李大爷")
    follower.emu("faults", where="*", what="hang")
    follower.emu("clock", advance_seconds=600)
    epoch = follower.get("/emu/state").get_json()["epoch"]
    follower.emu("reset")
    state = follower.get("/emu/state").get_json()
    assert state["messages"] == state["faults"] == []
    assert state["offset_seconds"] == 0
    assert state["epoch"] != epoch
    assert [(one["name"], one["followed"]) for one in state["residents"]] == [("张阿姨", False)]


def test_the_state_tells_only_what_changed(follower: Stage) -> None:
    follower.resident("text", text="一")
    version = follower.get("/emu/state").get_json()["version"]
    follower.resident("text", text="二")
    fresh = follower.get(f"/emu/state?since={version}").get_json()
    assert [message["body"]["text"] for message in fresh["messages"]] == ["二"]


def test_events_begin_with_the_version(follower: Stage) -> None:
    answer = follower.get("/emu/events", buffered=False)
    assert next(answer.iter_encoded()) == f"data: {follower.world.store.version}\n\n".encode()
    answer.close()


def test_sample_photos_are_jpegs_and_say_where_they_were_taken() -> None:
    photos = {name: sample_photo(name) for name in SAMPLES}
    assert len(set(photos.values())) == 4
    assert all(photo[:3] == b"\xff\xd8\xff" for photo in photos.values())
    located = [
        name for name, photo in photos.items() if Image.open(io.BytesIO(photo)).getexif().get_ifd(GPS_TAG)
    ]
    assert located == ["lift", "pipe", "repaired"]


def test_unknown_samples_are_refused(follower: Stage) -> None:
    assert "lift" in follower.refused(f"residents/{ZHANG}/image", sample="cat")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"account": {}}, "cannot be used"),
        ({"account": {**TOWN["account"], "kind": "royal"}}, "account.kind"),
        ({"groups": [{"chatid": "G", "name": "x", "bot": "none"}]}, "add a bot"),
        ({"groups": [{"chatid": "G", "name": "x", "members": ["ghost"]}]}, "ghost"),
    ],
)
def test_a_bad_town_says_what_to_change(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadTown, match=words):
        read_town({**TOWN, **change})


def test_a_town_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "town.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(BadTown, match="one JSON object"):
        load_town(path)
    with pytest.raises(BadTown, match="cannot read"):
        load_town(tmp_path / "none.json")
