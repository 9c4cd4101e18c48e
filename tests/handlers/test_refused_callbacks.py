"""Callbacks that are not what they should be: status, one counted line without anything private, no traceback."""

from __future__ import annotations

import json
import logging
from collections import Counter
from typing import Any

import pytest

from emulator.crypto import Seal
from models import tables as t
from tests.faults.malformed import INSIDE, OUTSIDE
from tests.handlers.door import ACCOUNT, Door, words_of

SECRET_WORDS = "我家 602 的门坏了"
FORGED = {"timestamp": "1795320000", "nonce": "12345", "msg_signature": "0" * 40, "signature": "0" * 40}


def _sealed(
    token: str = ACCOUNT["token"], key: str = ACCOUNT["aes_key"], appid: str = ACCOUNT["appid"]
) -> Any:
    """A sealed message and its query, made with these credentials."""
    seal = Seal(token, key, appid)
    encrypted = seal.close(f"<xml><Content>{SECRET_WORDS}</Content></xml>".encode())
    stamp, nonce = FORGED["timestamp"], FORGED["nonce"]
    query = {**FORGED, "encrypt_type": "aes", "msg_signature": seal.sign(stamp, nonce, encrypted)}
    return query, f"<xml><Encrypt>{encrypted}</Encrypt></xml>"


OTHER_KEY = "z" * 42 + "0"
BAD: dict[str, tuple[str, dict[str, str], str, int, str, str]] = {
    # name: address, query, body, status, counted channel, counted why
    "forged": (
        "wechat",
        FORGED,
        f"<xml><Encrypt>{SECRET_WORDS}</Encrypt></xml>",
        403,
        "wechat_oa",
        "NotGenuine",
    ),
    "bare": ("wechat", {}, SECRET_WORDS, 403, "wechat_oa", "NotGenuine"),
    "empty": ("wechat", FORGED, "", 403, "wechat_oa", "NotGenuine"),
    "no xml": ("wechat", FORGED, "{]<", 403, "wechat_oa", "NotGenuine"),
    "wrong token": ("wechat", *_sealed(token="other"), 403, "wechat_oa", "NotGenuine"),
    "wrong key": ("wechat", *_sealed(key=OTHER_KEY), 403, "wechat_oa", "NotGenuine"),
    "other account": ("wechat", *_sealed(appid="wxother"), 403, "wechat_oa", "NotGenuine"),
    "oversized": ("wechat", FORGED, "x" * (64 * 1024 + 1), 413, "wechat_oa", "TooLarge"),
    "unknown bot": ("wecom/nobody", FORGED, "{}", 403, "unknown", "NoSuchChannel"),
    "forged bot": ("wecom/anju", FORGED, '{"encrypt": "AAAA"}', 403, "wecom_aibot:anju", "NotGenuine"),
    "malformed bot": ("wecom/anju", FORGED, "[[[", 403, "wecom_aibot:anju", "NotGenuine"),
    "oversized bot": ("wecom/anju", FORGED, "x" * (64 * 1024 + 1), 413, "wecom_aibot:anju", "TooLarge"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_callback_is_refused_in_one_line(
    door: Door, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    where, query, body, status, channel, why = BAD[name]
    with caplog.at_level(logging.DEBUG):
        answer = door.web.test_client().post(f"/callback/{where}", query_string=query, data=body.encode())
    assert answer.status_code == status
    assert door.counted("linli_callbacks_refused_total", channel=channel, why=why) == 1
    assert [record.getMessage() for record in caplog.records] == [f"callback refused: {why}"]
    assert caplog.records[0].exc_info is None
    assert SECRET_WORDS not in caplog.text
    assert door.rows(t.inbox) == []
    assert SECRET_WORDS.encode() not in answer.data


def test_a_verification_that_is_not_genuine_is_refused(door: Door) -> None:
    for where in ("wechat", "wecom/anju"):
        query = {**FORGED, "echostr": "12345"}
        answer = door.web.test_client().get(f"/callback/{where}", query_string=query)
        assert answer.status_code == 403
        assert b"12345" not in answer.data
    assert door.emu("verify")["ok"]


def test_the_plain_mode_is_refused(door: Door) -> None:
    """Its signature does not cover the body."""
    openid = door.person()
    door.emu("mode", mode="plain")
    delivery = door.sends(openid, "text", text=SECRET_WORDS)
    assert {one["status"] for one in delivery["attempts"]} == {403}
    assert door.counted("linli_callbacks_refused_total", channel="wechat_oa", why="NotGenuine") == 4
    door.emu("mode", mode="compatible")
    assert door.says(openid, "你好")


def test_an_old_but_genuine_message_is_played_and_counted(door: Door) -> None:
    """The unique key is the protection against replays, not the time."""
    openid = door.person()
    assert "报修" in door.says(openid, "你好")
    assert door.counted("linli_callbacks_stale_total", channel="wechat_oa") == 0
    fields = {"Content": "能办什么", "CreateTime": int(door.clock.now().timestamp()) - 3600, "MsgId": 77}
    assert door.sends(openid, "message", type="text", fields=fields)["outcome"] == "answered"
    assert door.counted("linli_callbacks_stale_total", channel="wechat_oa") == 1


def test_a_replayed_callback_gets_the_stored_words(door: Door) -> None:
    openid = door.person()
    before = len(door.rows(t.inbox))
    door.emu("faults", where="callback/wechat", what="drop_answer", n=3)
    delivery = door.sends(openid, "text", text="幸福小区3号楼2单元602水管爆了")
    assert len(delivery["attempts"]) == 4
    assert "要报的是" in words_of(delivery)
    assert len(door.rows(t.inbox)) == before + 1
    first = door.says(openid, "1")
    assert "登记好了" in first
    assert len(door.rows(t.work_order)) == 1


@pytest.mark.parametrize(
    "xml", ["<xml><FromUserName>", "no xml at all", "<xml><MsgType>text</MsgType></xml>"]
)
def test_what_is_genuine_but_unreadable_is_kept_and_acknowledged(
    door: Door, caplog: pytest.LogCaptureFixture, xml: str
) -> None:
    openid = door.person()
    before = len(door.rows(t.inbox))
    delivery = door.sends(openid, "raw", xml=xml)
    assert [one["status"] for one in delivery["attempts"]] == [200]
    (row,) = door.rows(t.inbox)[before:]
    assert row.state == "poison"
    assert xml in row.payload
    assert door.counted("linli_callbacks_refused_total", channel="wechat_oa", why="Unreadable") == 1
    assert openid not in caplog.text
    again = door.sends(openid, "text", text="你好")
    assert again["outcome"] == "answered", "the next message is heard"


def test_malformed_bodies_among_good_ones_cost_none_of_them(door: Door) -> None:
    people, malformed = [door.person() for _ in range(3)], [*INSIDE, *OUTSIDE]
    before = len(door.rows(t.inbox))
    for number in range(60):
        assert door.says(people[number % 3], "进度")
        if number < len(malformed):
            body = malformed[number]
            if isinstance(body, str):
                delivery = door.sends(people[0], "raw", xml=body)
                assert [one["status"] for one in delivery["attempts"]] == [200], body
            else:
                assert door.web.test_client().post("/callback/wechat", data=body).status_code == 403
    rows = Counter(row.state for row in door.rows(t.inbox)[before:])
    assert len(malformed) == 21
    assert rows == {"done": 60, "poison": len(INSIDE)}
    assert not any("\0" in row.payload for row in door.rows(t.inbox)), "which PostgreSQL would not take"


def test_an_unknown_kind_is_taken_in_silence(door: Door) -> None:
    openid = door.person()
    delivery = door.sends(openid, "event", event="never_heard_of", fields={"EventKey": "1"})
    assert (delivery["outcome"], len(delivery["attempts"])) == ("silent", 1)
    assert door.rows(t.inbox)[-1].state == "done"


def test_a_stranger_in_a_group_may_do_nothing(door: Door) -> None:
    door.emu("residents", name="住户")
    body: dict[str, Any] = door.emu("groups/wrLinliAnju/say", userid="LiHua", text="接 9999")
    assert "没有找到工单 9999" in json.dumps(body["deliveries"][0]["answer"], ensure_ascii=False)
    with door.store.work(door.clock.now()) as work:
        work.conn.execute(t.worker_account.delete())
    body = door.emu("groups/wrLinliAnju/say", userid="LiHua", text="接 9999")
    assert "还没有绑定" in json.dumps(body["deliveries"][0]["answer"], ensure_ascii=False)
