"""What an account says first: customer service and templates, and what every failure means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from oa_stage import BELL, WORDS, assert_clean, channel, fake, stored
from requests.adapters import BaseAdapter
from samples import APPID, OA, OPENID, Asked, Platform, Said, error, ok, platform, token_then, tools

from bot import refusals
from bot.channels.failures import ErrorTable, load
from bot.channels.wechat_oa import WeChatOA
from bot.channels.wechat_oa_templates import TYPES, fit_field
from bot.message import Doorbell, Option, Receipt, Told
from bot.refusals import BadMessage, Busy, NoMedia, NotAllowed, NotTold, TooMany, Unsure

__all__ = ["fake"]


def test_customer_service_sends_text_with_numbers(fake: Platform) -> None:
    assert channel(fake.url).tell(WORDS) == Receipt()
    sent = fake.heard[-1]
    assert (sent.path, sent.query) == ("/cgi-bin/message/custom/send", {"access_token": "TOKEN-1"})
    assert sent.json == {
        "touser": OPENID,
        "msgtype": "text",
        "text": {"content": "电梯修好了吗？\n1. 满意\n2. 不满意"},
    }
    assert b"\\u" not in sent.body


def test_the_token_is_asked_for_by_post_without_a_secret_in_the_address(fake: Platform) -> None:
    channel(fake.url).tell(WORDS)
    asked = fake.heard[0]
    assert (asked.path, asked.query) == ("/cgi-bin/stable_token", {})
    assert asked.json == {
        "grant_type": "client_credential",
        "appid": APPID,
        "secret": OA["secret"],
        "force_refresh": False,
    }


def test_the_address_may_carry_a_prefix(fake: Platform) -> None:
    channel(f"{fake.url}/wechat/").tell(WORDS)
    assert fake.paths() == ["/wechat/cgi-bin/stable_token", "/wechat/cgi-bin/message/custom/send"]


def test_a_verified_account_sends_choices_that_can_be_tapped(fake: Platform) -> None:
    channel(fake.url, choices="menu").tell(WORDS)
    assert fake.heard[-1].json == {
        "touser": OPENID,
        "msgtype": "msgmenu",
        "msgmenu": {
            "head_content": "电梯修好了吗？",
            "list": [{"id": "101", "content": "1 满意"}, {"id": "102", "content": "2 不满意"}],
            "tail_content": "",
        },
    }


def test_links_go_into_the_text(fake: Platform) -> None:
    channel(fake.url, choices="links").tell(WORDS)
    assert "weixin://bizmsgmenu" in fake.heard[-1].json["text"]["content"]


@pytest.mark.parametrize("choices", ["menu", "links"])
def test_a_test_account_gets_numbers(fake: Platform, choices: str) -> None:
    channel(fake.url, kind="test", choices=choices).tell(WORDS)
    assert fake.heard[-1].json["text"]["content"].endswith("1. 满意\n2. 不满意")


def test_more_than_ten_choices_are_numbers(fake: Platform) -> None:
    many = tuple(Option(str(n), f"第{n}个", "") for n in range(11))
    channel(fake.url, choices="menu").tell(Told("wechat_oa", OPENID, "选", options=many))
    assert fake.heard[-1].json["msgtype"] == "text"


@pytest.mark.parametrize("code", [40200, 45098])
def test_a_refused_menu_becomes_numbers_in_the_same_call(code: int) -> None:
    def say(asked: Asked) -> Said:
        return error(code) if asked.json["msgtype"] == "msgmenu" else ok()

    with platform(token_then(say)) as fake:
        channel(fake.url, choices="menu").tell(WORDS)
    assert [one.json["msgtype"] for one in fake.heard[1:]] == ["msgmenu", "text"]


def test_a_template_rings_once(fake: Platform) -> None:
    assert channel(fake.url).tell(BELL) == Receipt("200163836")
    sent = fake.heard[-1]
    assert sent.path == "/cgi-bin/message/template/send"
    assert sent.json == {
        "touser": OPENID,
        "template_id": "TEMPLATE-1",
        "data": {"thing1": {"value": "电梯故障"}},
        "client_msg_id": "told-7",
    }


@pytest.mark.parametrize(
    ("doorbell", "refusal"),
    [
        (None, BadMessage),
        (Doorbell("unknown", {"thing1": "a"}), NotAllowed),
        (Doorbell("progress", {}), BadMessage),
        (Doorbell("progress", {"number1": "many"}), BadMessage),
        (Doorbell("progress", {"time1": ""}), BadMessage),
    ],
)
def test_a_bad_doorbell_never_leaves(
    fake: Platform, doorbell: Doorbell | None, refusal: type[NotTold]
) -> None:
    with pytest.raises(refusal):
        channel(fake.url).tell(Told("wechat_oa", OPENID, "", rung="template", doorbell=doorbell))
    assert fake.heard == []


def test_an_unverified_account_has_no_way_to_speak_first(fake: Platform) -> None:
    quiet = channel(fake.url, kind="unverified", secret="")
    assert (quiet.flags.rungs, quiet.flags.speaks_first) == ((), False)
    for rung in ("", "customer_service", "template"):
        with pytest.raises(NotAllowed):
            quiet.tell(Told("wechat_oa", OPENID, "a", rung=rung))
    assert fake.heard == []


@pytest.mark.parametrize("rung", ["robot", "late_answer"])
def test_a_rung_of_another_channel_is_not_allowed(fake: Platform, rung: str) -> None:
    with pytest.raises(NotAllowed):
        channel(fake.url).tell(Told("wechat_oa", OPENID, "a", rung=rung))


@pytest.mark.parametrize("words", ["", " ", "\x00\ud800"])
def test_nothing_to_say_is_a_bad_message(fake: Platform, words: str) -> None:
    with pytest.raises(BadMessage):
        channel(fake.url).tell(Told("wechat_oa", OPENID, words, rung="customer_service"))


# Failures


def told_under(say: Callable[[Asked], Said], told: Told = WORDS, **change: str) -> NotTold:
    with platform(say) as fake, pytest.raises(NotTold) as caught:
        channel(fake.url, stored(), **change).tell(told)
    assert_clean(caught.value)
    return caught.value


CODES = [code for code in load("wechat_oa_errors") if code not in ("default", "40001", "40014", "42001")]


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_table_is_its_refusal(code: str) -> None:
    refusal = told_under(lambda asked: error(int(code)))
    assert refusal.reason == load("wechat_oa_errors")[code]["refusal"]
    assert refusal.detail == f"{code} rid: 65f0-abc-12"


def test_every_line_of_both_tables_names_a_refusal_and_a_meaning() -> None:
    for name in ("wechat_oa_errors", "wecom_errors"):
        ErrorTable(name, tools().clock.now)
        for line in load(name).values():
            assert issubclass(getattr(refusals, line["refusal"]), NotTold)
            assert line["meaning"]


def test_an_unknown_code_is_ours_to_look_at() -> None:
    refusal = told_under(lambda asked: error(99999))
    assert (refusal.reason, refusal.ours) == ("BadMessage", True)


def test_the_field_at_fault_is_kept_but_not_what_was_sent() -> None:
    refusal = told_under(
        lambda asked: error(47003, f"argument invalid! data.thing1.value {OPENID} rid: 1-2"), BELL
    )
    assert refusal.detail == "47003 data.thing1 rid: 1-2"


def test_a_used_up_day_waits_for_the_next_day_here() -> None:
    refusal = told_under(lambda asked: error(45009))
    assert refusal.after == timedelta(hours=7)  # it is 17:00 in Shanghai


@pytest.mark.parametrize(
    ("said", "plain", "with_once"),
    [
        (None, Unsure, Busy),
        ((500, b"oops"), Unsure, Busy),
        ((502, b""), Unsure, Busy),
        ((200, b"<html>"), Unsure, Busy),
        ((200, b"[1]"), Unsure, Busy),
        ((200, b"{}"), Unsure, Busy),
        ((200, b'{"errcode": "soon"}'), Unsure, Busy),
        ((200, b'{"errcode": null}'), Unsure, Busy),
        ((200, b"[" * 100_000), Unsure, Busy),
        ((302, b""), Unsure, Busy),
        ((404, b""), Busy, Busy),
        ((429, b""), TooMany, TooMany),
        ((200, b'{"errcode": -1, "errmsg": "system error"}'), Busy, Busy),
    ],
)
def test_what_may_have_arrived_is_not_sent_again_by_itself(
    said: Said, plain: type[NotTold], with_once: type[NotTold]
) -> None:
    """Only client_msg_id makes a repeat harmless: the platform drops it."""
    assert type(told_under(lambda asked: said)) is plain
    assert type(told_under(lambda asked: said, BELL)) is with_once


def test_nobody_listening_is_busy() -> None:
    with pytest.raises(Busy) as caught:
        channel("http://127.0.0.1:1", stored()).tell(WORDS)
    assert_clean(caught.value)


class Breaking(BaseAdapter):
    """A connection that breaks in one way."""

    def __init__(self, failure: requests.RequestException) -> None:
        super().__init__()
        self._failure = failure

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        assert kwargs["timeout"] is not None
        raise self._failure

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (requests.ConnectTimeout("access_token=TOKEN-1"), Busy),
        (requests.exceptions.SSLError("access_token=TOKEN-1"), Busy),
        (requests.exceptions.ProxyError("access_token=TOKEN-1"), Busy),
        (requests.ReadTimeout("access_token=TOKEN-1"), Unsure),
        (requests.exceptions.ChunkedEncodingError("access_token=TOKEN-1"), Unsure),
        (requests.ConnectionError("access_token=TOKEN-1"), Unsure),
    ],
)
def test_a_broken_connection(failure: requests.RequestException, expected: type[NotTold]) -> None:
    def session() -> requests.Session:
        made = requests.Session()
        made.mount("https://", Breaking(failure))
        return made

    ours = WeChatOA.build("wechat_oa", OA, tools(tokens=stored(), http=session))
    with pytest.raises(expected) as caught:
        ours.tell(WORDS)
    assert_clean(caught.value)
    with pytest.raises(NoMedia) as lost:
        ours.fetch("media-1")
    assert lost.value.retry
    assert_clean(lost.value)


# Templates


@given(
    st.sampled_from([*TYPES, "unheard_of"]),
    st.text(max_size=60) | st.text("0123456789年月日:~¥.元张三", max_size=40),
)
def test_a_field_fits_or_is_refused(kind: str, value: str) -> None:
    fitted = fit_field(f"{kind}12", value)
    if fitted is not None:
        limit = TYPES.get(kind, TYPES["default"])
        assert fitted.strip()
        assert len(fitted) <= limit.longest
        assert "\n" not in fitted
        assert fitted.encode()
        assert fit_field(kind, fitted) == fitted


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("thing1", "", "无"),
        ("thing1", "a\nb", "a b"),
        ("thing1", "一" * 21, "一" * 19 + "…"),
        ("name1", "王" * 12, "王" * 9 + "…"),
        ("name1", "Wang Xiaoming", "Wang Xiaoming"),
        ("phrase1", "正在处理中啦", "正在处理中"),
        ("phrase1", "done", None),
        ("number1", "3.5", "3.5"),
        ("number1", "三", None),
        ("character_string1", "WX-7K3F", "WX-7K3F"),
        ("character_string1", "工单1", None),
        ("time1", "15:01", "15:01"),
        ("time1", "2019年10月1日 15:01", "2019年10月1日 15:01"),
        ("time1", "2019年10月1日 15:01~16:01", "2019年10月1日 15:01~16:01"),
        ("time1", "下午三点", None),
        ("time1", "", None),
        ("date1", "2019年10月1日", "2019年10月1日"),
        ("date1", "15:01", None),
        ("amount1", "¥12.50", "¥12.50"),
        ("amount1", "12345678901", None),
        ("phone_number1", "+86-10-12345678", "+86-10-12345678"),
        ("phone_number1", "-", None),
        ("car_number1", "粤A12345", "粤A12345"),
        ("enum1", "", None),
        ("whatever1", "一" * 30, "一" * 19 + "…"),
    ],
)
def test_typed_fields(name: str, value: str, expected: str | None) -> None:
    assert fit_field(name, value) == expected
